import type { ClientConfig } from 'pg';

import { readConnectionUrl, type ConnectionTarget } from './connection-target.js';
import type { ResolvedSettings } from './postgres-settings.js';

/** A server that stops answering inside a transaction must not hold its locks for ever. */
const IDLE_IN_TRANSACTION_MS = 60_000;
const KEEP_ALIVE_AFTER_MS = 5_000;

/** How one connection is opened, without its host: several may be tried. */
export function clientOptions(settings: ResolvedSettings): {
  readonly target: ConnectionTarget;
  readonly options: ClientConfig;
} {
  const target = readConnectionUrl(settings.url, settings.ca);
  const { user, password, database, tls } = target;
  return {
    target,
    options: {
      ...(user !== undefined && { user }),
      ...(password !== undefined && { password }),
      database,
      ssl: tls,
      application_name: settings.applicationName,
      connectionTimeoutMillis: settings.poolTimeoutMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
      ...(settings.poolerMode === 'session' && serverTimeouts(settings.queryTimeoutMs)),
    },
  };
}

/**
 * lock < statement < client: the server gives up first, so that the connection stays clean (57014, no reconnect), and the
 * client's limit is left for a server that hangs. pgbouncer in transaction mode refuses these at connect: there they
 * belong on the role.
 */
function serverTimeouts(queryTimeoutMs: number): ClientConfig {
  return {
    lock_timeout: Math.ceil((queryTimeoutMs * 2) / 7),
    statement_timeout: Math.ceil((queryTimeoutMs * 5) / 7),
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    // The parsers read UTC fastest, and rely on ISO dates. To compile a comparison of two large runs took 0.5 s of its 1.5.
    options: '-c TimeZone=UTC -c DateStyle=ISO -c jit=off',
  };
}
