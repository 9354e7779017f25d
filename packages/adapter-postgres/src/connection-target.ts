import { readFileSync } from 'node:fs';
import { refuse } from '@test-coordinator/ports';

export interface Host {
  readonly host: string;
  readonly port: number;
}

/** What a connection URL says. Never printed: it holds the password. */
export interface ConnectionTarget {
  readonly hosts: readonly Host[];
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string;
  readonly tls: { readonly rejectUnauthorized: true; readonly ca?: string } | false;
}

const URL_SHAPE =
  /^postgres(?:ql)?(?:\+[a-z0-9_]+)?:\/\/(?:(?<account>[^/?#]*)@)?(?<hosts>[^/?#]*)(?:\/(?<database>[^?#]*))?(?:\?(?<query>[^#]*))?$/i;
const KNOWN_PARAMETERS = new Set([
  'sslmode',
  'sslrootcert',
  'host',
  'port',
  'user',
  'password',
  'application_name',
]);
const ENCRYPTED = new Set(['verify-full', 'verify-ca', 'require', 'prefer', 'allow']);

/**
 * Reads a connection URL. By hand, because neither the URL class nor pg can read several hosts, and because their
 * errors quote what they were given.
 * @throws DataAdapterError `INVALID_ARGUMENT` that says what is wrong and holds no part of the URL's account.
 */
export function readConnectionUrl(url: string, ca?: string): ConnectionTarget {
  const parts = URL_SHAPE.exec(url)?.groups;
  if (parts === undefined) refuse('url', 'must look like postgres://user:password@host:5432/database');
  const query = new URLSearchParams(parts['query'] ?? '');
  for (const key of query.keys()) {
    if (!KNOWN_PARAMETERS.has(key)) refuse('url', `has an unknown parameter: ${key.slice(0, 40)}`);
  }
  const [user, password] = splitAccount(parts['account']);
  const database = decoded(parts['database'] ?? '') || (query.get('user') ?? user ?? 'postgres');
  return {
    hosts: readHosts(parts['hosts'] || (query.get('host') ?? ''), query.get('port') ?? '5432'),
    user: query.get('user') ?? user,
    password: query.get('password') ?? password,
    database,
    tls: readTls(query, ca),
  };
}

function splitAccount(account: string | undefined): [user?: string, password?: string] {
  if (account === undefined || account === '') return [];
  const colon = account.indexOf(':');
  if (colon < 0) return [decoded(account)];
  return [decoded(account.slice(0, colon)), decoded(account.slice(colon + 1))];
}

function readHosts(list: string, defaultPort: string): readonly Host[] {
  const hosts = (list || 'localhost').split(',').map((entry) => {
    const shape = /^(?:\[(?<v6>[^\]]+)\]|(?<name>[^:]*))(?::(?<port>\d{1,5}))?$/.exec(decoded(entry.trim()));
    const port = Number(shape?.groups?.['port'] ?? defaultPort);
    if (shape === null || !Number.isInteger(port) || port < 1 || port > 65_535) {
      refuse('url', 'names a host or a port that cannot be');
    }
    return { host: shape.groups!['v6'] ?? (shape.groups!['name'] || 'localhost'), port };
  });
  return Object.freeze(hosts);
}

/** verify-full whenever encryption is asked for: a certificate that nobody checks keeps no one out. */
function readTls(query: URLSearchParams, ca: string | undefined): ConnectionTarget['tls'] {
  const mode = query.get('sslmode') ?? (ca === undefined ? 'disable' : 'verify-full');
  if (mode === 'disable') return false;
  if (!ENCRYPTED.has(mode)) refuse('url', 'has an unknown sslmode; use disable or verify-full');
  const file = query.get('sslrootcert');
  const authority = ca ?? (file === null ? undefined : readAuthority(file));
  return { rejectUnauthorized: true, ...(authority !== undefined && { ca: authority }) };
}

function readAuthority(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    refuse('url', 'names an sslrootcert file that cannot be read');
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
