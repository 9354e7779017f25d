import { SpoolAdapter } from '@test-coordinator/adapter-spool';
import { Clock } from '@test-coordinator/ports';

import type { AdapterFactory } from '../composition/adapter-factory.js';
import { answers, type ApiRoute } from './api-route.js';
import { LIVENESS, READINESS } from './record-schemas.js';

const tags = ['health'];

/** @param closing Aborted once the process was asked to stop. */
export function healthRoutes(factory: AdapterFactory, closing: AbortSignal): ApiRoute[] {
  return [
    {
      method: 'GET',
      url: '/livez',
      access: 'everybody',
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
      access: 'everybody',
      schema: {
        operationId: 'getReadiness',
        summary: 'Whether the stores answer',
        description:
          'Answers 200 while the work goes on, if degraded, and 503 when nothing can be recorded durably or the process ' +
          'is about to end.',
        tags,
        response: {
          ...answers(200, 'The work goes on', READINESS),
          ...answers(503, 'A store is down and the work cannot go on without it', READINESS),
        },
      },
      async handler(_request, reply) {
        const [{ status, adapters }, spool] = await Promise.all([factory.checkHealth(), spoolOf(factory)]);
        const isReady = status !== 'down' && !closing.aborted;
        reply.code(isReady ? 200 : 503);
        const told = status === 'up' ? 'ok' : status;
        return {
          status: isReady ? told : 'down',
          durable: factory.storage.isDurable,
          detail: closing.aborted ? 'The process is about to end.' : `Records are ${factory.storage.detail}.`,
          adapters,
          ...(spool !== undefined && { spool }),
        };
      },
    },
  ];
}

async function spoolOf(factory: AdapterFactory): Promise<object | undefined> {
  // A spool that has stopped or cannot be looked at is told as an adapter that is down.
  const status = await factory
    .findAdapter(SpoolAdapter)
    ?.status()
    .catch(() => undefined);
  if (status === undefined) return undefined;
  const { waitingRecords, bytes, maxBytes, isAboveHighWater, oldestAcceptedAt, deadLetters, breaker } =
    status;
  const now = factory.get<Clock>(Clock).now().getTime();
  const oldestWaitingMs = oldestAcceptedAt === null ? null : Math.max(0, now - oldestAcceptedAt.getTime());
  return { waitingRecords, bytes, maxBytes, isAboveHighWater, oldestWaitingMs, deadLetters, breaker };
}
