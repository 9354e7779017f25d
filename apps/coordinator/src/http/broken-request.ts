import type { Socket } from 'node:net';

import { requestIdOf } from './request-id.js';
import { HttpError, PROBLEM_CONTENT_TYPE, problemOf } from './problem-details.js';

const REFUSALS: Readonly<Record<string, HttpError>> = {
  HPE_HEADER_OVERFLOW: new HttpError(431, 'INVALID_ARGUMENT', 'The headers are too large.'),
  ERR_HTTP_REQUEST_TIMEOUT: new HttpError(408, 'TIMEOUT', 'The request did not arrive in time.'),
};
const NOT_HTTP = new HttpError(400, 'INVALID_ARGUMENT', 'This is not a valid HTTP request.');

/** Answers what is so broken that it never becomes a request, in the same shape as every other refusal. */
export function answerBrokenRequest(error: { readonly code: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const requestId = requestIdOf({ headers: {} });
  const problem = problemOf(REFUSALS[error.code] ?? NOT_HTTP, { requestId });
  const body = JSON.stringify(problem);
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${problem.title}`,
      `Content-Type: ${PROBLEM_CONTENT_TYPE}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${requestId}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
