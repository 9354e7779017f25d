import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What may stand in logs and headers without harm; anything else a client sends is replaced. */
const REQUEST_ID = /^[\w.:-]{1,128}$/;

/** The client's `X-Request-Id` when it is a sound one, and else a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}
