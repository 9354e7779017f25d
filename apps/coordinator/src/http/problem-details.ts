import { STATUS_CODES } from 'node:http';

import type { Problem } from '@test-coordinator/domain';
import { DataAdapterError, maskSecrets, type ErrorCode } from '@test-coordinator/ports';

/** What only the transport refuses, beside the codes of the ports. */
export const TRANSPORT_CODES = ['UNAUTHENTICATED', 'FORBIDDEN', 'RATE_LIMITED'] as const;
export type ProblemCode = ErrorCode | (typeof TRANSPORT_CODES)[number];

/** The body of every answer that is no success: RFC 9457, with the error's code and the places that are wrong. */
export interface ProblemDetails {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  /** The kind of record that it is about: `scenario`, `run`, `lock`. */
  readonly entity?: string;
  /** The id of the record that it is about. */
  readonly id?: string;
  readonly problems?: readonly Problem[];
  readonly details?: Readonly<Record<string, unknown>>;
  readonly requestId: string;
}

export const PROBLEM_CONTENT_TYPE = 'application/problem+json; charset=utf-8';

/** The HTTP status of every code that a port may answer with. */
export const STATUS_OF_CODE: Readonly<Record<ErrorCode, number>> = {
  INVALID_ARGUMENT: 400,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  VERSION_CONFLICT: 409,
  ILLEGAL_TRANSITION: 409,
  REFERENCE_VIOLATION: 422,
  IN_USE: 409,
  STALE_FENCE: 409,
  LOCK_HELD: 423,
  UNSUPPORTED: 501,
  UNAVAILABLE: 503,
  TIMEOUT: 504,
  UNKNOWN_OUTCOME: 503,
  CAPACITY: 503,
  CLOSED: 503,
  INTERNAL: 500,
};

/** A refusal of the transport itself: its status says more than its code. */
export class HttpError extends Error {
  override readonly name = 'HttpError';

  constructor(
    readonly statusCode: number,
    readonly code: ProblemCode,
    message: string,
  ) {
    super(message);
  }
}

/** What an error is told to. */
export interface ProblemContext {
  readonly requestId: string;
  /** The client made its change conditional by `If-Match`, for which HTTP has a status of its own. */
  readonly isConditional?: boolean;
}

/** What the client is told of an error. An error that nobody expected is told without its message. */
export function problemOf(
  error: unknown,
  { requestId, isConditional = false }: ProblemContext,
): ProblemDetails {
  if (error instanceof HttpError) return details(error.statusCode, error.code, error.message, requestId);
  if (DataAdapterError.is(error)) {
    const isStale = isConditional && error.code === 'VERSION_CONFLICT';
    const problem = details(isStale ? 412 : STATUS_OF_CODE[error.code], error.code, error.message, requestId);
    const { problems, ...more } = error.details ?? {};
    return {
      ...problem,
      ...(error.entity !== undefined && { entity: error.entity }),
      ...(error.id !== undefined && { id: error.id }),
      ...(problems !== undefined && { problems: (problems as readonly Problem[]).map(masked) }),
      ...(Object.keys(more).length > 0 && { details: more }),
    };
  }
  const status = refusedStatus(error);
  if (status !== undefined) {
    return details(status, 'INVALID_ARGUMENT', DETAIL_OF_STATUS[status] ?? UNREADABLE, requestId);
  }
  return details(
    500,
    'INTERNAL',
    'Something went wrong here. The log says more under the request id.',
    requestId,
  );
}

const UNREADABLE =
  'The request cannot be read: send valid HTTP and, where there is a body, valid JSON in UTF-8.';
const DETAIL_OF_STATUS: Readonly<Record<number, string>> = {
  413: 'The body is larger than this route takes.',
  414: 'The address is too long.',
  415: 'This route does not take a body of this content type: send application/json.',
};

function masked({ path, problem }: Problem): Problem {
  return { path: maskSecrets(path), problem: maskSecrets(problem) };
}

/** Fastify's own refusals (a body that is too large, is no JSON, has keys that poison prototypes) carry a status. */
function refusedStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  const { statusCode } = error;
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : undefined;
}

function details(status: number, code: ProblemCode, detail: string, requestId: string): ProblemDetails {
  const title = STATUS_CODES[status] ?? 'Error';
  return { type: 'about:blank', title, status, detail: maskSecrets(detail), code, requestId };
}
