import type { FastifyReply, FastifyRequest } from 'fastify';

/** The body piece by piece. A reader that stops early leaves the connection open for the answer. */
export function piecesOf({ raw }: FastifyRequest): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => raw.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array>,
  };
}

/** Before a refusal: what was not read of the body must not be taken for the next request. */
export function closeUnlessRead(request: FastifyRequest, reply: FastifyReply): void {
  if (!request.raw.complete) reply.header('connection', 'close');
}
