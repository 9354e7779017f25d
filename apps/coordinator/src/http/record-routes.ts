import type { SchemaFragment } from '@test-coordinator/domain';
import type { CallOptions, ListRequest, Page } from '@test-coordinator/ports';

import {
  answers,
  callOptions,
  FENCE,
  fencedOptions,
  found,
  gone,
  idOf,
  IF_MATCH,
  pathParameter,
  tagged,
  versionOf,
  type ApiRoute,
} from './api-route.js';
import { readAnswers, writeAnswers } from './freshness.js';
import { IDEMPOTENCY_KEY, type IdempotencyKeys } from './idempotency-keys.js';
import type { NamedSchema } from './record-schemas.js';
import { withVersion } from './request-schemas.js';
import { readBody, readListQuery } from './wire-reader.js';

/**
 * The operations that all records have: each makes one route out of what differs. What a port promises is said at the
 * port; here is only what HTTP adds.
 */

/** A kind of record: where it is, and how it is called. */
export interface RecordKind {
  readonly url: string;
  readonly tags: readonly string[];
  /** The field that holds its id, which is also the parameter of its address. */
  readonly id: string;
  readonly noun: string;
  /** In full, for who reads the document. @default noun */
  readonly title?: string;
  readonly record: NamedSchema;
  readonly page: NamedSchema;
}

/** What the document says of an operation beyond what follows from its kind. */
interface Said {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
}

export function addressOf({ url, id }: RecordKind): string {
  return `${url}/:${id}`;
}

export function parametersOf({ id, noun, title = noun }: RecordKind): SchemaFragment {
  return pathParameter(id, `The id of the ${title}`);
}

export function createRoute<Given, Stored extends object>(
  kind: RecordKind,
  {
    body,
    keys,
    create,
    ...said
  }: Said & {
    readonly body: SchemaFragment;
    /** Of what may come without an id. */
    readonly keys?: IdempotencyKeys;
    readonly create: (given: Given, options: CallOptions) => Promise<Stored>;
  },
): ApiRoute {
  const { url, tags, noun, record } = kind;
  return {
    method: 'POST',
    url,
    schema: {
      ...said,
      tags,
      ...(keys !== undefined && { headers: IDEMPOTENCY_KEY }),
      body,
      response: writeAnswers(201, `The ${noun} as it is stored`, record),
    },
    async handler(request, reply) {
      const given = readBody<Readonly<Record<string, unknown>>>(body, request.body);
      const options = callOptions(request, reply);
      const id = given[kind.id] ?? (await keys?.firstId(request, options));
      const stored = await create({ ...given, ...(id != null && { [kind.id]: id }) } as Given, options);
      reply.code(201).header('location', `${url}/${(stored as Readonly<Record<string, string>>)[kind.id]}`);
      return tagged(reply, stored);
    },
  };
}

export function listRoute<Filter, Stored>(
  { url, tags, page: schema }: RecordKind,
  {
    filter,
    find,
    ...said
  }: Said & {
    readonly filter: SchemaFragment;
    readonly find: (filter: Filter, page: ListRequest, options: CallOptions) => Promise<Page<Stored>>;
  },
): ApiRoute {
  return {
    method: 'GET',
    url,
    schema: { ...said, tags, querystring: filter, response: readAnswers('One page', schema) },
    handler(request, reply) {
      const query = readListQuery<Filter>(filter, request.query);
      return find(query.filter, query.page, callOptions(request, reply));
    },
  };
}

export function getRoute<Stored extends object>(
  kind: RecordKind,
  {
    getById,
    ...said
  }: Said & { readonly getById: (id: string, options: CallOptions) => Promise<Stored | null> },
): ApiRoute {
  const { tags, noun, record } = kind;
  return {
    method: 'GET',
    url: addressOf(kind),
    schema: { ...said, tags, params: parametersOf(kind), response: readAnswers(`The ${noun}`, record) },
    async handler(request, reply) {
      const id = idOf(request, kind.id);
      return tagged(reply, found(await getById(id, callOptions(request, reply)), noun, id));
    },
  };
}

export function changeRoute<Changes, Stored extends object>(
  kind: RecordKind,
  {
    changes: rules,
    update,
    ...said
  }: Said & {
    readonly changes: SchemaFragment;
    readonly update: (id: string, version: number, changes: Changes, options: CallOptions) => Promise<Stored>;
  },
): ApiRoute {
  const { tags, noun, record } = kind;
  const body = withVersion(rules);
  return {
    method: 'PATCH',
    url: addressOf(kind),
    schema: {
      ...said,
      tags,
      params: parametersOf(kind),
      headers: IF_MATCH,
      body,
      response: answers(200, `The changed ${noun}`, record),
    },
    async handler(request, reply) {
      const { version, ...changes } = readBody<{ version?: number }>(body, request.body);
      const from = versionOf(request, version);
      const id = idOf(request, kind.id);
      return tagged(reply, await update(id, from, changes as Changes, callOptions(request, reply)));
    },
  };
}

export function deleteRoute(
  kind: RecordKind,
  {
    delete: remove,
    ...said
  }: Said & { readonly delete: (id: string, options: CallOptions) => Promise<boolean> },
): ApiRoute {
  return {
    method: 'DELETE',
    url: addressOf(kind),
    schema: { ...said, tags: kind.tags, params: parametersOf(kind), response: answers(204, 'It is gone') },
    async handler(request, reply) {
      const id = idOf(request, kind.id);
      return gone(reply, await remove(id, callOptions(request, reply)), kind.noun, id);
    },
  };
}

/** A step of a record's life: its own address under the record, and answered with the record in its new state. */
export function moveRoute<Body, Stored extends object>(
  kind: RecordKind,
  {
    step,
    body,
    moved,
    isBodyOptional = false,
    isOfRun = true,
    move,
    ...said
  }: Said & {
    readonly step: string;
    readonly body?: SchemaFragment;
    /** An absent body is an empty one. @default false */
    readonly isBodyOptional?: boolean;
    /** What is answered, in words. */
    readonly moved: string;
    /** Belongs to a run: it takes a fence, and is accepted while the store is away. @default true */
    readonly isOfRun?: boolean;
    readonly move: (id: string, body: Body, options: CallOptions) => Promise<Stored>;
  },
): ApiRoute {
  return {
    method: 'POST',
    url: `${addressOf(kind)}/${step}`,
    schema: {
      ...said,
      tags: kind.tags,
      params: parametersOf(kind),
      ...(isOfRun && { headers: FENCE }),
      ...(body !== undefined && { body }),
      response: (isOfRun ? writeAnswers : answers)(200, moved, kind.record),
    },
    async handler(request, reply) {
      const sent = isBodyOptional ? (request.body ?? {}) : request.body;
      const given = body === undefined ? ({} as Body) : readBody<Body>(body, sent);
      const options = isOfRun ? fencedOptions(request, reply) : callOptions(request, reply);
      return tagged(reply, await move(idOf(request, kind.id), given, options));
    },
  };
}
