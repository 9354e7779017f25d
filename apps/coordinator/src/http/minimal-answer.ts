import type { FastifyReply, FastifyRequest } from 'fastify';

import type { SchemaFragment, TestResult } from '@test-coordinator/domain';

/** As RFC 7240 has it, alone or among others. */
const MINIMAL = /(?:^|[\s,])return=minimal(?:$|[\s,;])/i;

/** What a client may ask for that has what it has sent: a third of a bulk's time was the way back. */
export const PREFER: Readonly<Record<string, SchemaFragment>> = {
  prefer: {
    type: 'string',
    description:
      '`return=minimal` (RFC 7240): the answer has the id and the time of each result alone, and the header `Preference-Applied`.',
  },
};

/** Answers with what the store has assigned and no more, where the request prefers that. */
export function answerAsPreferred(request: FastifyRequest, reply: FastifyReply): void {
  if (!MINIMAL.test(String(request.headers['prefer'] ?? ''))) return;
  // Only how it is written: whether it is degraded is told by the answer itself.
  reply
    .header('preference-applied', 'return=minimal')
    .type('application/json; charset=utf-8')
    .serializer(minimal);
}

function minimal({ items }: { readonly items: readonly TestResult[] }): string {
  return JSON.stringify({ items: items.map(({ resultId, createdAt }) => ({ resultId, createdAt })) });
}
