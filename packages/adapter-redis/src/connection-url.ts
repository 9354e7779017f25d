import { refuse } from '@test-coordinator/ports';

interface Host {
  readonly host: string;
  readonly port: number;
}

/** What a connection URL says. Never printed: it holds the password. */
export interface ConnectionTarget {
  readonly kind: 'standalone' | 'sentinel' | 'cluster';
  /** The server, the sentinels, or some nodes of the cluster. */
  readonly hosts: readonly [Host, ...Host[]];
  readonly isEncrypted: boolean;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** 0 in a cluster, which has no other. */
  readonly database: number;
  /** The name under which the sentinels know the master; empty but for `sentinel`. */
  readonly masterName: string;
}

const URL_SHAPE =
  /^(?<scheme>rediss?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<account>[^/?#]*)@)?(?<hosts>[^/?#@]+)(?:\/(?<path>[^?#]*))?$/i;
/** A name, an address, or an IPv6 address in brackets. */
const HOST_SHAPE = /^(?:\[(?<six>[0-9a-f:.]+)\]|(?<host>[^\s:[\]]+))(?::(?<port>\d{1,5}))?$/i;
const DEFAULT_PORTS = { standalone: 6379, cluster: 6379, sentinel: 26_379 } as const;

/**
 * Reads a connection URL. By hand, because the URL class cannot read several hosts, and because its errors quote what
 * they were given.
 * @throws DataAdapterError `INVALID_ARGUMENT` that holds no part of the URL.
 */
export function readConnectionUrl(url: unknown): ConnectionTarget {
  const parts = typeof url === 'string' ? URL_SHAPE.exec(url)?.groups : undefined;
  if (parts === undefined) {
    refuse(
      'url',
      'must look like redis://user:password@host:6379/0, redis+sentinel://host,host/master or redis+cluster://host,host',
    );
  }
  const kind = (parts['kind']?.toLowerCase() ?? 'standalone') as ConnectionTarget['kind'];
  const [user, password] = readAccount(parts['account'] ?? '');
  const [first, ...others] = parts['hosts']!.split(',').map((text) => readHost(text, DEFAULT_PORTS[kind]));
  if (kind === 'standalone' && others.length > 0) {
    refuse('url', 'names several hosts: write redis+sentinel:// or redis+cluster:// in place of redis://');
  }
  return {
    kind,
    hosts: [first!, ...others],
    isEncrypted: parts['scheme']!.toLowerCase() === 'rediss',
    user,
    password,
    ...readPath(kind, parts['path'] ?? ''),
  };
}

function readAccount(account: string): readonly [user: string | undefined, password: string | undefined] {
  if (account === '') return [undefined, undefined];
  const colon = account.indexOf(':');
  const user = decoded(colon < 0 ? account : account.slice(0, colon));
  const password = colon < 0 ? undefined : decoded(account.slice(colon + 1));
  return [user === '' ? undefined : user, password];
}

function readHost(text: string, defaultPort: number): Host {
  const parts = HOST_SHAPE.exec(text)?.groups;
  const port = Number(parts?.['port'] ?? defaultPort);
  const host = parts?.['six'] ?? parts?.['host'];
  if (host === undefined || port < 1 || port > 65_535) refuse('url', 'has a host that is no name:port');
  return { host, port };
}

/** The database, and for sentinels the master's name before it. */
function readPath(
  kind: ConnectionTarget['kind'],
  path: string,
): Pick<ConnectionTarget, 'database' | 'masterName'> {
  const segments = path === '' ? [] : path.split('/').map(decoded);
  const masterName = kind === 'sentinel' ? (segments.shift() ?? '') : '';
  if (kind === 'sentinel' && masterName === '') {
    refuse('url', 'must name the master: redis+sentinel://host,host/master');
  }
  const [database = '0', ...rest] = segments;
  if (rest.length > 0 || !/^\d{1,5}$/.test(database)) refuse('url', 'has a path that is no database number');
  if (kind === 'cluster' && database !== '0') refuse('url', 'names a database, and a cluster has none but 0');
  return { database: Number(database), masterName };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    refuse('url', 'has a % that starts no percent-encoded character');
  }
}
