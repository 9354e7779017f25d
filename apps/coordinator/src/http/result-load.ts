import type { FastifyReply, FastifyRequest } from 'fastify';

import { newTestResultRules, type NewTestResult, type Problem } from '@test-coordinator/domain';
import { DataAdapterError, type TestResultsRepository } from '@test-coordinator/ports';

import { callOptions, type ApiRoute } from './api-route.js';
import { tellDegraded } from './freshness.js';
import { idAt, type IdempotencyKeys } from './idempotency-keys.js';
import { isJsonLines, JSON_LINES, jsonParser, readJsonLines } from './json-lines.js';
import { COUNT, FRESHNESS, named, objectOf, refTo } from './record-schemas.js';
import { closeUnlessRead, piecesOf } from './request-stream.js';
import { readItem } from './wire-reader.js';

export const LOADED = named(
  'LoadedResults',
  objectOf({
    recorded: { ...COUNT, description: 'How many are stored; those that were stored before are among them' },
  }),
);

export interface LoadPorts {
  readonly testResults: TestResultsRepository;
  readonly keys: IdempotencyKeys;
  /** Whether what is answered now may be with the spool alone. */
  readonly isDegraded: () => boolean;
}

/** The route that records one result, and lines of them too, as many as there are. */
export function takingLoads(route: ApiRoute, ports: LoadPorts): ApiRoute {
  const { schema } = route;
  return {
    ...route,
    schema: {
      ...schema,
      description: `${schema.description} As ${JSON_LINES}, a result a line, any number is recorded in batches of 1000: all of a batch or none. A load ends at the first batch that is refused; \`details.recorded\` tells how many lines before it are stored, and \`details.line\` which line is wrong.`,
      body: {
        content: {
          'application/json': { schema: schema.body },
          [JSON_LINES]: { schema: { type: 'string' } },
        },
      },
      response: {
        ...schema.response,
        200: { description: 'The lines are stored', headers: { freshness: FRESHNESS }, ...refTo(LOADED) },
      },
    },
    handler: (request, reply) =>
      isJsonLines(request) ? load(request, reply, ports) : route.handler(request, reply),
  };
}

async function load(
  request: FastifyRequest,
  reply: FastifyReply,
  { testResults, keys, isDegraded }: LoadPorts,
): Promise<{ readonly recorded: number }> {
  const options = callOptions(request, reply);
  let recorded = 0;
  try {
    const firstId = await keys.firstId(request, options);
    const progress = await testResults.importAll(resultsOf(request, firstId), {
      ...options,
      onProgress: (stored) => {
        recorded = stored.recorded;
      },
    });
    if (isDegraded()) tellDegraded(reply);
    reply.code(200);
    return progress;
  } catch (error) {
    closeUnlessRead(request, reply);
    throw stoppedAt(error, recorded);
  }
}

async function* resultsOf(
  request: FastifyRequest,
  firstId: string | undefined,
): AsyncGenerator<NewTestResult> {
  let index = 0;
  for await (const line of readJsonLines(piecesOf(request), jsonParser(request))) {
    const result = readItem<NewTestResult>(newTestResultRules.schema, line, `results[${index}]`);
    yield firstId === undefined || result.resultId != null
      ? result
      : { ...result, resultId: idAt(firstId, index) };
    index += 1;
  }
}

/** The same refusal, with how far the load came. */
function stoppedAt(error: unknown, recorded: number): unknown {
  if (!DataAdapterError.is(error)) return error;
  const { code, message, entity, id, details } = error;
  const [first] = (details?.['problems'] as readonly Problem[] | undefined) ?? [];
  const place = /^results\[(\d+)\]/.exec(first?.path ?? '')?.[1];
  return new DataAdapterError(code, message, {
    ...(entity !== undefined && { entity }),
    ...(id !== undefined && { id }),
    details: { ...details, recorded, ...(place !== undefined && { line: Number(place) + 1 }) },
    cause: error,
  });
}
