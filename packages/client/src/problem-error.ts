import type { Problem } from '@test-coordinator/domain';
import { DataAdapterError, ERROR_CODES, type ErrorCode } from '@test-coordinator/ports';

import type { HttpReply } from './http-exchange.js';
import type { OperationName } from './operations.js';
import type { TransportFailure } from './transport-failure.js';

/** What a call was, for its error. */
export interface FailedCall {
  readonly operation: OperationName;
  /** It changes something, and the coordinator may have got it: without an answer nobody knows whether it did. */
  readonly mayBeDone: boolean;
  /** The record that it is about, where the caller can read it to find out. */
  readonly entity?: string | undefined;
  readonly id?: string | undefined;
}

/** What only the transport refuses: the ports have other words for it. */
const TRANSPORT_CODES: Readonly<Record<string, ErrorCode>> = {
  UNAUTHENTICATED: 'INTERNAL',
  FORBIDDEN: 'INTERNAL',
  RATE_LIMITED: 'CAPACITY',
};
/** What somebody between here and the coordinator says in its place. */
const GATEWAY_CODES: Readonly<Record<number, ErrorCode>> = {
  429: 'CAPACITY',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'TIMEOUT',
};
const PROBLEM_TYPE = 'application/problem+json';

/** The error of a port for an answer that is no success. */
export function problemError({ status, headers, text }: HttpReply, call: FailedCall): DataAdapterError {
  const problem = String(headers['content-type']).startsWith(PROBLEM_TYPE)
    ? asObject(parsed(text))
    : undefined;
  if (problem === undefined) return gatewayError(status, call);
  const { code, detail, entity, id, details, problems } = problem;
  if (typeof code !== 'string' || typeof detail !== 'string')
    return unexpected(call, `a problem of ${status}`);
  const own = TRANSPORT_CODES[code];
  // An address that is no coordinator's has nothing that could be absent.
  const isOfNothing = code === 'NOT_FOUND' && entity === undefined;
  if (own === undefined && (!Object.hasOwn(ERROR_CODES, code) || isOfNothing))
    return unexpected(call, `${status} ${code}: ${detail}`);
  const more = { ...asObject(details), ...(own !== undefined && { code, status }) };
  return new DataAdapterError(own ?? (code as ErrorCode), detail, {
    ...(typeof entity === 'string' && { entity }),
    ...(typeof id === 'string' && { id }),
    ...(Object.keys(more).length > 0 && { details: more }),
    ...(Array.isArray(problems) && { problems: problems as readonly Problem[] }),
  });
}

/** The error of a port for a call that got no answer. */
export function failureError(failure: TransportFailure, call: FailedCall): DataAdapterError {
  const { operation, mayBeDone } = call;
  const about = { ...subjectOf(call), cause: failure };
  const told = (code: ErrorCode, what: string): DataAdapterError =>
    new DataAdapterError(code, `${operation}: ${what}${failure.reason}`, about);
  if (failure.kind === 'no HTTP')
    return told('INTERNAL', 'what answers there speaks no HTTP; see the base URL');
  if (mayBeDone)
    return told(
      'UNKNOWN_OUTCOME',
      'no answer came, so it may have been done or not; read before you repeat it',
    );
  if (failure.kind === 'timeout') return told('TIMEOUT', 'the coordinator did not answer in time; try again');
  return failure.kind === 'not reached'
    ? told('UNAVAILABLE', 'the coordinator cannot be reached; see whether it runs, and the base URL')
    : told('UNAVAILABLE', 'the connection to the coordinator was lost; try again');
}

/** The error of a port for an answer that the API does not promise. @param got Fit to print. */
export function unexpected({ operation }: Pick<FailedCall, 'operation'>, got: string): DataAdapterError {
  return new DataAdapterError(
    'INTERNAL',
    `${operation}: the answer is not what the API promises (${got}); see the base URL and the coordinator's version`,
  );
}

function gatewayError(status: number, call: FailedCall): DataAdapterError {
  const code = GATEWAY_CODES[status];
  if (code === undefined) return unexpected(call, `${status} without a problem`);
  const isUnknown = call.mayBeDone && status !== 429;
  const advice = isUnknown ? 'it may have been done or not; read before you repeat it' : 'try again';
  return new DataAdapterError(
    isUnknown ? 'UNKNOWN_OUTCOME' : code,
    `${call.operation}: somebody before the coordinator answered ${status}; ${advice}`,
    subjectOf(call),
  );
}

function subjectOf({ entity, id }: FailedCall): { readonly entity?: string; readonly id?: string } {
  return { ...(entity !== undefined && { entity }), ...(id !== undefined && { id }) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
