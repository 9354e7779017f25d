import { DataAdapterError, type ErrorCode } from '@test-coordinator/ports';

import { AnswerOverdueError } from './answer-deadlines.js';
import { StandbyError } from './host-route.js';
import { ConnectPausedError, isQueueTimeout } from './guarded-pool.js';
import { codeOfSqlState, sqlStateOf } from './sqlstate-codes.js';

/** Whether a statement may have changed something when its answer is lost. */
export type StatementKind = 'read' | 'write';

const ADVICE: Partial<Record<ErrorCode, string>> = {
  UNAVAILABLE: 'PostgreSQL cannot be reached; try again, and look at the health check if it stays so',
  TIMEOUT: 'PostgreSQL took too long and gave up; nothing was changed; try again',
  UNKNOWN_OUTCOME:
    'the connection broke before PostgreSQL answered; send it again with the same id, which is safe',
  CAPACITY: 'PostgreSQL is out of a resource (disk, memory or connections); try again later',
  VERSION_CONFLICT: 'another transaction changed the same records; read again and retry',
  INVALID_ARGUMENT: 'PostgreSQL cannot hold one of the values',
  INTERNAL:
    'PostgreSQL refused the statement, which is a defect or a schema that does not fit the code; run migrate',
};

/** No statement was sent. */
export function connectFailure(error: unknown): DataAdapterError {
  if (DataAdapterError.is(error)) return error;
  const sqlState = sqlStateOf(error);
  if (isQueueTimeout(error)) {
    return new DataAdapterError(
      'CAPACITY',
      'all connections to PostgreSQL are busy; try again, or raise the pool size',
      {
        cause: error,
      },
    );
  }
  const code = sqlState === undefined ? 'UNAVAILABLE' : connectCode(codeOfSqlState(sqlState));
  const reason =
    error instanceof StandbyError
      ? 'none of the PostgreSQL hosts takes writes; try again once one of them does'
      : error instanceof ConnectPausedError
        ? 'PostgreSQL could not be reached a moment ago; try again in a second'
        : ADVICE[code]!;
  return failure(code, reason, sqlState, error);
}

/** The statement was sent: what the server said, or how the answer was lost. */
export function statementFailure(error: unknown, kind: StatementKind): DataAdapterError {
  if (DataAdapterError.is(error)) return error;
  const sqlState = sqlStateOf(error);
  if (sqlState === undefined) {
    const late: ErrorCode = error instanceof AnswerOverdueError ? 'TIMEOUT' : 'UNAVAILABLE';
    const code = kind === 'write' ? 'UNKNOWN_OUTCOME' : late;
    return failure(code, ADVICE[code]!, undefined, error);
  }
  const code = codeOfSqlState(sqlState);
  return failure(code, ADVICE[code] ?? 'PostgreSQL refused the statement', sqlState, error);
}

function connectCode(code: ErrorCode): ErrorCode {
  return code === 'CAPACITY' || code === 'UNAVAILABLE' ? code : 'UNAVAILABLE';
}

function failure(
  code: ErrorCode,
  message: string,
  sqlState: string | undefined,
  cause: unknown,
): DataAdapterError {
  return new DataAdapterError(code, message, {
    ...(sqlState !== undefined && { details: { sqlState } }),
    cause,
  });
}
