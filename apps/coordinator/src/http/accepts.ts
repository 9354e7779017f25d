import type { FastifyRequest } from 'fastify';

/** Whether the client names this media type among those that it takes. A wildcard names none. */
export function accepts({ headers }: FastifyRequest, mediaType: string): boolean {
  return headers.accept?.toLowerCase().includes(mediaType) === true;
}
