import { Readable } from 'node:stream';

import type { FastifyReply, FastifyRequest } from 'fastify';

import type { SchemaFragment } from '@test-coordinator/domain';
import {
  checkWatchOptions,
  type ActiveRuns,
  type Logger,
  type RunProgress,
  type WatchOptions,
} from '@test-coordinator/ports';

import {
  answers,
  callOptions,
  found,
  gone,
  idOf,
  listQuery,
  pathParameter,
  type ApiRoute,
} from './api-route.js';
import { accepts } from './accepts.js';
import { liveEventStream } from './live-event-stream.js';
import { ACTIVE_RUN, ACTIVE_RUN_PAGE, objectOf, orNull, refTo, type NamedSchema } from './record-schemas.js';
import { readBody, readListQuery } from './wire-reader.js';

const URL = '/api/v1/runs/:runId/live';
const tags = ['live'];
const params = pathParameter('runId', 'The id of the run; it need not be recorded');
const onePage = listQuery({});
const EVENT_STREAM = 'text/event-stream';
const headers: SchemaFragment = objectOf(
  { 'last-event-id': { type: 'string', description: 'The id of the last event that was seen.' } },
  ['last-event-id'],
);
const progress: SchemaFragment = objectOf(
  {
    phase: { type: 'string', minLength: 1, maxLength: 200, description: 'What it is doing' },
    progress: orNull({ type: 'number', minimum: 0, maximum: 1, description: 'The part that is done' }),
    message: orNull({ type: 'string', maxLength: 2_000 }),
    counters: { type: 'object', additionalProperties: { type: 'number' } },
    version: {
      type: 'integer',
      minimum: 1,
      description: 'Only when updates may overtake each other: one that is not above the last is dropped.',
    },
  },
  ['progress', 'message', 'counters', 'version'],
);

export interface LiveOptions {
  readonly activeRuns: ActiveRuns;
  /** Aborted when the server closes: a stream would hold it open. */
  readonly closing: AbortSignal;
  readonly logger: Logger;
}

export function liveRoutes({ activeRuns, closing, logger }: LiveOptions): ApiRoute[] {
  /** The events of one run, or of all. What is wrong has been refused before: a status is told as long as nothing was sent. */
  function stream(reply: FastifyReply, watched: WatchOptions): Readable {
    const signal = AbortSignal.any([watched.signal!, closing]);
    const events = activeRuns.watch({ ...watched, signal });
    reply.type(`${EVENT_STREAM}; charset=utf-8`).header('cache-control', 'no-store');
    return Readable.from(liveEventStream(events, logger));
  }

  return [
    {
      method: 'GET',
      url: '/api/v1/live',
      schema: {
        operationId: 'listLiveRuns',
        summary: 'List the runs that say how far they are, the newest first',
        description: `With \`Accept: ${EVENT_STREAM}\` all of them are followed, as one is by \`watchLiveRun\`.`,
        tags,
        querystring: onePage,
        headers,
        response: streamToo('One page', ACTIVE_RUN_PAGE),
      },
      async handler(request, reply) {
        const { page } = readListQuery(onePage, request.query);
        const options = callOptions(request, reply);
        if (!accepts(request, EVENT_STREAM)) return activeRuns.list(page, options);
        const after = lastEventId(request);
        checkWatchOptions({ after });
        await activeRuns.list({ limit: 1 }, options);
        return stream(reply, { ...options, after });
      },
    },
    {
      method: 'PUT',
      url: URL,
      schema: {
        operationId: 'publishLiveRun',
        summary: 'Say how far a run is',
        description:
          'Replaces what was said before, and answers with the state that stands then. A late update of a run that was taken off is 404.',
        tags,
        params,
        body: progress,
        response: answers(200, 'The live state', ACTIVE_RUN),
      },
      async handler(request, reply) {
        const runId = idOf(request, 'runId');
        const given = readBody<RunProgress>(progress, request.body);
        return found(await activeRuns.publish(runId, given, callOptions(request, reply)), 'live run', runId);
      },
    },
    {
      method: 'GET',
      url: URL,
      schema: {
        operationId: 'watchLiveRun',
        summary: 'Follow a run as Server-Sent Events',
        description:
          'First the live state, if there is one, then each change: `published` with the state, `cleared` when the run was taken off, `gap` when changes were missed that are not kept any more. `Last-Event-ID` resumes. With `Accept: application/json` the present state alone is answered; 404 where there is none.',
        tags,
        params,
        headers,
        response: streamToo('The events, or the state', ACTIVE_RUN),
      },
      async handler(request, reply) {
        const runId = idOf(request, 'runId');
        const options = callOptions(request, reply);
        const after = lastEventId(request);
        checkWatchOptions({ runId, after });
        const state = await activeRuns.get(runId, options);
        reply.header('vary', 'accept');
        if (accepts(request, 'application/json') && !accepts(request, EVENT_STREAM))
          return found(state, 'live run', runId);
        return stream(reply, { ...options, runId, after });
      },
    },
    {
      method: 'DELETE',
      url: URL,
      // Whoever publishes takes it off in the end.
      access: 'record',
      schema: {
        operationId: 'clearLiveRun',
        summary: 'Take a run off the live ones',
        tags,
        params,
        response: answers(204, 'It was taken off'),
      },
      async handler(request, reply) {
        const runId = idOf(request, 'runId');
        const wasThere = await activeRuns.clear(runId, callOptions(request, reply));
        return gone(reply, wasThere, 'live run', runId);
      },
    },
  ];
}

/** The answers of an operation that has events for who accepts them. */
function streamToo(description: string, schema: NamedSchema): Readonly<Record<string, SchemaFragment>> {
  return {
    ...answers(200, description),
    200: {
      description,
      content: {
        'application/json': { schema: refTo(schema) },
        [EVENT_STREAM]: { schema: { type: 'string' } },
      },
    },
  };
}

function lastEventId({ headers }: FastifyRequest): string | undefined {
  const given = headers['last-event-id'];
  return typeof given === 'string' && given !== '' ? given : undefined;
}
