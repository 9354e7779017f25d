import type { FastifyInstance, FastifyReply } from 'fastify';

import { isDegraded, isSpooled } from '@test-coordinator/adapter-spool';
import type { SchemaFragment } from '@test-coordinator/domain';

import { answers } from './api-route.js';
import { FRESHNESS, refTo, type NamedSchema } from './record-schemas.js';

const HEADER = 'freshness';
const headers: SchemaFragment = { [HEADER]: FRESHNESS };

/** The answers of a read that may be made without the store. */
export function readAnswers(
  description: string,
  schema: NamedSchema,
): Readonly<Record<string, SchemaFragment>> {
  return { ...answers(200, description, schema), 200: { description, headers, ...refTo(schema) } };
}

/** The answers of a write that is accepted while the store is away. */
export function writeAnswers(
  status: 200 | 201,
  description: string,
  schema: NamedSchema,
): Readonly<Record<string, SchemaFragment>> {
  const accepted = 'The same, accepted: the store is away, and gets it when it is back';
  return {
    ...answers(status, description, schema),
    202: { description: accepted, headers, ...refTo(schema) },
  };
}

/** Says of an answer that it was made without all of the store. */
export function tellDegraded(reply: FastifyReply): void {
  reply.header(HEADER, 'degraded');
}

/** 202 for what was accepted and is not stored yet; and what was answered without all of the store says so. */
export function tellFreshness(app: FastifyInstance): void {
  app.addHook('preSerialization', (_request, reply, payload, done) => {
    done(null, markedAnswer(reply, payload));
  });
}

function markedAnswer(reply: FastifyReply, payload: unknown): unknown {
  if (typeof payload !== 'object' || payload === null) return payload;
  // A batch is answered in an envelope.
  const answer = 'items' in payload && Array.isArray(payload.items) ? payload.items : payload;
  if (isSpooled(answer) || isSpooled(payload)) reply.code(202);
  if (!isDegraded(answer) && !isDegraded(payload)) return payload;
  tellDegraded(reply);
  return 'nextCursor' in payload ? { ...payload, freshness: 'degraded' } : payload;
}
