import type { FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';

import type { SchemaFragment } from '@test-coordinator/domain';
import { DataAdapterError, refuse, type CallOptions } from '@test-coordinator/ports';

import type { Access } from './access.js';
import { PROBLEM, listOf, objectOf, refTo, type NamedSchema } from './record-schemas.js';

/** One operation of the API: what the document says of it, and what it does. */
export interface ApiRoute {
  readonly method: HTTPMethods;
  readonly url: string;
  readonly schema: ApiSchema;
  /** Up to 1000 records or entries come in one body, for which the limit of bodies is raised. @default false */
  readonly isBatch?: boolean;
  /** @default by the method: `accessOf` */
  readonly access?: Access;
  readonly handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
}

/** Every part that the document needs is required by its type. */
interface ApiSchema {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly params?: SchemaFragment;
  readonly querystring?: SchemaFragment;
  readonly headers?: SchemaFragment;
  readonly body?: SchemaFragment;
  readonly response: Readonly<Record<string, SchemaFragment>>;
}

/** The answers of an operation: one success, and a problem for everything else. */
export function answers(
  status: 200 | 201 | 204 | 503,
  description: string,
  schema?: NamedSchema,
): Readonly<Record<string, SchemaFragment>> {
  return {
    [status]: schema === undefined ? { description, type: 'null' } : { description, ...refTo(schema) },
    default: {
      description: 'What is wrong, as RFC 9457 problem details',
      content: { 'application/problem+json': { schema: refTo(PROBLEM) } },
    },
  };
}

export function pathParameter(name: string, description: string): SchemaFragment {
  return objectOf({ [name]: { type: 'string', description } });
}

/** The parameters of a list: its filter, and which page. */
export function listQuery(filter: Readonly<Record<string, SchemaFragment>>): SchemaFragment {
  const page = {
    limit: { type: 'integer', minimum: 1, maximum: 1_000, default: 100 },
    cursor: { type: 'string', description: 'The `nextCursor` of the page before.' },
  };
  const properties = { ...filter, ...page };
  return objectOf(properties, Object.keys(properties));
}

export function anyOf(words: readonly string[]): SchemaFragment {
  return listOf({ type: 'string', enum: words });
}

export function idOf(request: FastifyRequest, name: string): string {
  return (request.params as Readonly<Record<string, string>>)[name]!;
}

/** What every port call of this request carries: nothing more is sent once the client has gone. */
export function callOptions(request: FastifyRequest, reply: FastifyReply): CallOptions {
  const { id: requestId, principal } = request;
  return { signal: clientGone(reply), requestId, ...(principal !== null && { actor: principal.actor }) };
}

/**
 * Aborted when the connection ends before the answer is out. Fastify's own `request.signal` follows the close of the
 * request, which comes as soon as its body is read.
 */
function clientGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** The record, or `NOT_FOUND` where a port answered `null`. */
export function found<Record>(record: Record | null, entity: string, id: string): Record {
  if (record !== null) return record;
  throw new DataAdapterError('NOT_FOUND', `there is no ${entity} ${id}`, { entity, id });
}

/** Answers 204, or `NOT_FOUND` where there was nothing to delete. */
export function gone(reply: FastifyReply, wasThere: boolean, entity: string, id: string): FastifyReply {
  found(wasThere ? id : null, entity, id);
  return reply.code(204).send();
}

/** Of a state change that is made under an execution lock. */
export const FENCE: SchemaFragment = objectOf(
  {
    fence: {
      type: 'integer',
      minimum: 0,
      description: 'The fence of the execution lock: a change with an older one than was seen is refused.',
    },
  },
  ['fence'],
);

/** `callOptions` with the fence of the request, where it has one. */
export function fencedOptions(request: FastifyRequest, reply: FastifyReply): CallOptions {
  const { fence } = request.headers;
  const options = callOptions(request, reply);
  // What is no whole number becomes NaN, which the port refuses in its own words.
  return fence === undefined
    ? options
    : { ...options, fence: /^\d{1,16}$/.test(String(fence)) ? Number(fence) : Number.NaN };
}

const VERSION_TAG = /^"(\d{1,15})"$/;

export const IF_MATCH: SchemaFragment = objectOf(
  {
    'if-match': { type: 'string', description: 'The version as an ETag, instead of `version` in the body.' },
  },
  ['if-match'],
);

/** Says the record's version, where it has one, as its ETag, for `If-Match`. */
export function tagged<Entity extends object>(reply: FastifyReply, record: Entity): Entity {
  if ('version' in record) reply.header('etag', `"${String(record.version)}"`);
  return record;
}

/** The version that a change was made from: `If-Match`, or `version` in the body. */
export function versionOf(request: FastifyRequest, inBody: number | undefined): number {
  const tag = request.headers['if-match'];
  // Absent in both places is for the port to refuse, in its own words.
  if (tag === undefined) return inBody as number;
  const version = VERSION_TAG.exec(tag)?.[1];
  if (version === undefined) refuse('if-match', 'must be an ETag that this API gave');
  if (inBody !== undefined && inBody !== Number(version))
    refuse('version', 'is another one than that of If-Match');
  return Number(version);
}
