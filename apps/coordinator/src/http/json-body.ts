import { createHash } from 'node:crypto';

import type { FastifyInstance } from 'fastify';

import { HttpError } from './problem-details.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** SHA-256 of the JSON body as it came, where an `Idempotency-Key` came with it. */
    bodyDigest: string | null;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * JSON bodies: bytes that are no UTF-8 are refused instead of replaced, keys that poison prototypes too, and an empty
 * body is an absent one (many clients say application/json on every request).
 */
export function takeJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.decorateRequest('bodyDigest', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) {
      done(null, undefined);
      return;
    }
    let text: string;
    try {
      text = utf8.decode(body);
    } catch {
      done(new HttpError(400, 'INVALID_ARGUMENT', 'The body is not valid UTF-8.'));
      return;
    }
    if (request.headers['idempotency-key'] !== undefined)
      request.bodyDigest = createHash('sha256').update(body).digest('hex');
    void parse(request, text, done);
  });
}
