import { refuse } from '@test-coordinator/ports';

import { readConnectionUrl } from './connection-target.js';

/** How to reach PostgreSQL and how long to wait for it. Parsed by the application; the package reads no environment. */
export interface PostgresSettings {
  /**
   * `postgres://user:password@host:5432/database`. Several hosts, with commas between them, are tried for the one that
   * takes writes. `sslmode` is `disable` or `verify-full` (every other mode that encrypts is taken as `verify-full`);
   * `sslrootcert` names the CA's file. A driver suffix (`postgresql+asyncpg://`) is accepted and means nothing.
   */
  readonly url: string;
  /** The schema of all tables. @default test_coordination */
  readonly schema?: string | undefined;
  /** Connections that are kept. @default 10 */
  readonly poolSize?: number | undefined;
  /** More connections under load, closed again once they are idle. @default 20 */
  readonly maxOverflow?: number | undefined;
  /** Longest wait for a free or new connection. Then the call is `CAPACITY` or `UNAVAILABLE`. @default 2000 */
  readonly poolTimeoutMs?: number | undefined;
  /** A connection is replaced after so long, so that a changed address is noticed. @default 3600 */
  readonly maxLifetimeSeconds?: number | undefined;
  /**
   * Longest wait for an answer. The server gives up on a statement at 5/7 of it and on a lock at 2/7, so that the
   * connection is still clean; the client's own limit is for a server that hangs. @default 30000
   */
  readonly queryTimeoutMs?: number | undefined;
  /**
   * `transaction` for pgbouncer in transaction mode: no startup options and no named statements; set the timeouts on the
   * role instead. @default session
   */
  readonly poolerMode?: 'session' | 'transaction' | undefined;
  /** Named in `pg_stat_activity`. @default test-coordinator */
  readonly applicationName?: string | undefined;
  /** PEM of the CA that signed the server's certificate, instead of `sslrootcert`. */
  readonly ca?: string | undefined;
  /**
   * Start also while the server is away, and try again until it is there: calls are `UNAVAILABLE` meanwhile. For who can go
   * on without it. @default false
   */
  readonly startsDegraded?: boolean | undefined;
  /**
   * Bring the schema up to date at the start. `false` is for who only reads: the start is `UNSUPPORTED` where the schema is
   * missing or behind, and changes nothing. @default true
   */
  readonly migrates?: boolean | undefined;
  /** Log every statement's name and duration at debug level. Never its values. @default false */
  readonly logQueries?: boolean | undefined;
}

const DEFAULT_POSTGRES_SETTINGS = {
  schema: 'test_coordination',
  poolSize: 10,
  maxOverflow: 20,
  poolTimeoutMs: 2_000,
  maxLifetimeSeconds: 3_600,
  queryTimeoutMs: 30_000,
  poolerMode: 'session',
  applicationName: 'test-coordinator',
  startsDegraded: false,
  migrates: true,
  logQueries: false,
} as const;

/** The settings with every default filled in. */
export type ResolvedSettings = PostgresSettings & {
  readonly [Key in keyof typeof DEFAULT_POSTGRES_SETTINGS]: NonNullable<PostgresSettings[Key]>;
};

/** The settings with their defaults. Throws `INVALID_ARGUMENT` for a bad one, without what was given. */
export function resolveSettings(settings: PostgresSettings): ResolvedSettings {
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  const resolved = { ...DEFAULT_POSTGRES_SETTINGS, ...given } as ResolvedSettings;
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(resolved.schema) || resolved.schema.startsWith('pg_')) {
    refuse('schema', 'must be a lower-case SQL name of at most 63 characters');
  }
  for (const key of ['poolSize', 'poolTimeoutMs', 'maxLifetimeSeconds', 'queryTimeoutMs'] as const) {
    if (!Number.isSafeInteger(resolved[key]) || resolved[key] < 1) {
      refuse(key, 'must be a whole number from 1');
    }
  }
  if (!Number.isSafeInteger(resolved.maxOverflow) || resolved.maxOverflow < 0) {
    refuse('maxOverflow', 'must be a whole number from 0');
  }
  readConnectionUrl(resolved.url, resolved.ca);
  return Object.freeze(resolved);
}
