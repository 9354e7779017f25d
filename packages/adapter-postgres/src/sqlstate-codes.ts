import type { ErrorCode } from '@test-coordinator/ports';

/**
 * What the server says by SQLSTATE, or by the SQLSTATE's class of two characters, as a code of the ports. A state of
 * its own goes before its class; what is in neither is `INTERNAL`.
 */
export const CODE_OF_SQLSTATE: Readonly<Record<string, ErrorCode>> = {
  // Connection exceptions.
  '08': 'UNAVAILABLE',
  // A protocol violation is a bug, not an outage.
  '08P01': 'INTERNAL',
  // A statement on a transaction that failed before.
  '25P02': 'INTERNAL',
  // A standby: the writable host is another one by now.
  '25006': 'UNAVAILABLE',
  // idle_in_transaction_session_timeout, transaction_timeout.
  '25P03': 'TIMEOUT',
  '25P04': 'TIMEOUT',
  // Data exceptions: text that the type cannot hold, numbers out of range, broken JSON.
  '22': 'INVALID_ARGUMENT',
  // Integrity constraints.
  '23502': 'INVALID_ARGUMENT',
  '23503': 'REFERENCE_VIOLATION',
  '23505': 'ALREADY_EXISTS',
  '23514': 'INVALID_ARGUMENT',
  // Invalid password and the like: nobody gets in until the settings change, or the server does.
  '28': 'UNAVAILABLE',
  // The database does not exist (yet).
  '3D000': 'UNAVAILABLE',
  // Serialization failure, deadlock: the other one won.
  '40001': 'VERSION_CONFLICT',
  '40P01': 'VERSION_CONFLICT',
  // Insufficient resources: disk full, out of memory, too many connections.
  '53': 'CAPACITY',
  // Too deep, too large.
  '54': 'INVALID_ARGUMENT',
  // lock_timeout.
  '55P03': 'TIMEOUT',
  // statement_timeout, or a cancel by an administrator.
  '57014': 'TIMEOUT',
  // Shutdown, crash, still starting, dropped database, idle session timeout.
  '57P01': 'UNAVAILABLE',
  '57P02': 'UNAVAILABLE',
  '57P03': 'UNAVAILABLE',
  '57P04': 'UNAVAILABLE',
  '57P05': 'UNAVAILABLE',
  // Input/output error outside the database.
  '58': 'UNAVAILABLE',
};

export function codeOfSqlState(sqlState: string): ErrorCode {
  return CODE_OF_SQLSTATE[sqlState] ?? CODE_OF_SQLSTATE[sqlState.slice(0, 2)] ?? 'INTERNAL';
}

/** The SQLSTATE of a server's answer, or `undefined` for an error that is none (a broken socket). */
export function sqlStateOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('severity' in error) || !('code' in error))
    return undefined;
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) ? error.code : undefined;
}

/** Whether the connection is gone, or must go: broken, shut down, or on a server that takes no writes. */
export function isConnectionLoss(error: unknown): boolean {
  const sqlState = sqlStateOf(error);
  return sqlState === undefined || /^(08|57P|58|25006|XX)/.test(sqlState);
}
