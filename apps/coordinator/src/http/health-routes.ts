import type { AdapterFactory } from '../composition/adapter-factory.js';
import { answers, type ApiRoute } from './api-route.js';
import { LIVENESS, READINESS } from './record-schemas.js';

const tags = ['health'];

export function healthRoutes(factory: AdapterFactory): ApiRoute[] {
  return [
    {
      method: 'GET',
      url: '/livez',
      schema: {
        operationId: 'getLiveness',
        summary: 'Whether the process answers',
        description: 'Asks no store: a store that is away is no reason to restart the process.',
        tags,
        response: answers(200, 'It does', LIVENESS),
      },
      handler: () => Promise.resolve({ status: 'ok' }),
    },
    {
      method: 'GET',
      url: '/readyz',
      schema: {
        operationId: 'getReadiness',
        summary: 'Whether the stores answer',
        description: 'Answers 200 while the work goes on, if degraded, and 503 when it cannot.',
        tags,
        response: {
          ...answers(200, 'The work goes on', READINESS),
          ...answers(503, 'A store is down and the work cannot go on without it', READINESS),
        },
      },
      async handler(_request, reply) {
        const { status, adapters } = await factory.checkHealth();
        reply.code(status === 'down' ? 503 : 200);
        return {
          status: status === 'up' ? 'ok' : status,
          durable: factory.storage.isDurable,
          detail: `Records are ${factory.storage.detail}.`,
          adapters,
        };
      },
    },
  ];
}
