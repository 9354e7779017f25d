import { Readable } from 'node:stream';

import { isDegraded } from '@test-coordinator/adapter-spool';
import {
  FINAL_RUN_STATUSES,
  newTestRunRules,
  recordedCompletionRules,
  RUN_STATUSES,
  runCompletionRules,
  testRunChangeRules,
  type FinalRunStatus,
  type NewTestRun,
  type RunCompletion,
  type RunStatus,
  type TestRunChanges,
} from '@test-coordinator/domain';
import type {
  CallOptions,
  ChaosEventsRepository,
  Page,
  PageRequest,
  TestResultsRepository,
  TestRunFilter,
  TestRunsRepository,
} from '@test-coordinator/ports';

import { accepts } from './accepts.js';
import { callOptions, found, idOf, listQuery, type ApiRoute } from './api-route.js';
import { RUN_FILTER } from './filters.js';
import { readAnswers, tellDegraded } from './freshness.js';
import type { IdempotencyKeys } from './idempotency-keys.js';
import { JSON_LINES, linesOf } from './json-lines.js';
import {
  addressOf,
  changeRoute,
  createRoute,
  deleteRoute,
  getRoute,
  listRoute,
  moveRoute,
  parametersOf,
  type RecordKind,
} from './record-routes.js';
import {
  CHAOS_EVENT_PAGE,
  propertiesOf,
  TEST_RESULT_PAGE,
  TEST_RUN,
  TEST_RUN_PAGE,
  type NamedSchema,
} from './record-schemas.js';
import { statusBody } from './request-schemas.js';
import { readListQuery } from './wire-reader.js';

const RUNS: RecordKind = {
  url: '/api/v1/runs',
  tags: ['runs'],
  id: 'runId',
  noun: 'run',
  record: TEST_RUN,
  page: TEST_RUN_PAGE,
};
const onePage = listQuery({});

export interface RunPorts {
  readonly testRuns: TestRunsRepository;
  readonly chaosEvents: ChaosEventsRepository;
  readonly testResults: TestResultsRepository;
  readonly keys: IdempotencyKeys;
}

export function runRoutes({ testRuns, chaosEvents, testResults, keys }: RunPorts): ApiRoute[] {
  const resultsOf: PartsOfRun = (id, page, options) => testResults.getByRun(id, page, options);
  return [
    createRoute(RUNS, {
      operationId: 'createRun',
      summary: 'Record a run',
      description:
        'A run with an id that is sent again answers with the stored one, so that a retry is safe.',
      body: newTestRunRules.schema,
      keys,
      create: (given: NewTestRun, options) => testRuns.create(given, options),
    }),
    listRoute(RUNS, {
      operationId: 'listRuns',
      summary: 'List runs, the last recorded first',
      filter: listQuery(RUN_FILTER),
      find: (filter: TestRunFilter, page, options) => testRuns.find(filter, page, options),
    }),
    getRoute(RUNS, {
      operationId: 'getRun',
      summary: 'Read a run',
      getById: (id, options) => testRuns.getById(id, options),
    }),
    changeRoute(RUNS, {
      operationId: 'changeRun',
      summary: 'Change fields of a run',
      description:
        'What is left out stays; null clears an optional field. The status moves by its own operations.',
      changes: testRunChangeRules.schema,
      update: (id, version, changes: TestRunChanges, options) =>
        testRuns.update(id, version, changes, options),
    }),
    deleteRoute(RUNS, {
      operationId: 'deleteRun',
      summary: 'Delete a run with its events and results',
      delete: (id, options) => testRuns.delete(id, options),
    }),
    moveRoute(RUNS, {
      step: 'start',
      operationId: 'startRun',
      summary: 'Start a pending run',
      description: 'The clock of the store sets the start. A running run is answered as it is.',
      moved: 'The running run',
      move: (id, _body, options) => testRuns.startRun(id, options),
    }),
    moveRoute(RUNS, {
      step: 'complete',
      operationId: 'completeRun',
      summary: 'Complete a run with a status',
      description:
        'The clock of the store sets the end. The same completion again changes nothing; another is refused.',
      body: statusBody(FINAL_RUN_STATUSES, propertiesOf(runCompletionRules.schema)),
      moved: 'The completed run',
      move: (id, { status, ...details }: RunCompletion & { status: FinalRunStatus }, options) =>
        testRuns.completeRun(id, status, details, options),
    }),
    moveRoute(RUNS, {
      step: 'record-completion',
      operationId: 'recordRunCompletion',
      summary: 'Complete a run as its process did',
      description: 'Passed for exit code 0 and failed otherwise, with the duration as told.',
      body: recordedCompletionRules.schema,
      moved: 'The completed run',
      move: (id, { exitCode, durationMs }: { exitCode: number; durationMs: number }, options) =>
        testRuns.recordCompletion(id, exitCode, durationMs, options),
    }),
    moveRoute(RUNS, {
      step: 'status',
      operationId: 'moveRun',
      summary: 'Move a run to another status',
      body: statusBody(RUN_STATUSES),
      moved: 'The run in its status',
      move: (id, { status }: { status: RunStatus }, options) => testRuns.updateStatus(id, status, options),
    }),
    partsRoute(testRuns, {
      parts: 'events',
      operationId: 'listEventsOfRun',
      summary: 'List the chaos events of a run, the oldest first',
      schema: CHAOS_EVENT_PAGE,
      getByRun: (id, page, options) => chaosEvents.getByRun(id, page, options),
    }),
    inLinesToo(
      partsRoute(testRuns, {
        parts: 'results',
        operationId: 'listResultsOfRun',
        summary: 'List the results of a run, the oldest first',
        schema: TEST_RESULT_PAGE,
        getByRun: resultsOf,
      }),
      resultsOf,
    ),
  ];
}

type PartsOfRun = (runId: string, page: PageRequest, options: CallOptions) => Promise<Page<unknown>>;

interface Parts {
  readonly parts: string;
  readonly operationId: string;
  readonly summary: string;
  readonly schema: NamedSchema;
  readonly getByRun: PartsOfRun;
}

/** What belongs to a run: not found where the run is not, and empty where it has none. */
function partsRoute(testRuns: TestRunsRepository, { parts, schema, getByRun, ...said }: Parts): ApiRoute {
  return {
    method: 'GET',
    url: `${addressOf(RUNS)}/${parts}`,
    schema: {
      ...said,
      tags: RUNS.tags,
      params: parametersOf(RUNS),
      querystring: onePage,
      response: readAnswers('One page', schema),
    },
    async handler(request, reply) {
      const { page } = readListQuery(onePage, request.query);
      const id = idOf(request, 'runId');
      const options = callOptions(request, reply);
      found(await testRuns.getById(id, options), 'run', id);
      return getByRun(id, page, options);
    },
  };
}

/** The same as lines of JSON for who accepts them: all pages from the cursor on, `limit` records of the store at a time. */
function inLinesToo(route: ApiRoute, getByRun: PartsOfRun): ApiRoute {
  const { schema } = route;
  const { 200: page } = schema.response;
  const { description, headers, ...pageSchema } = page!;
  return {
    ...route,
    schema: {
      ...schema,
      description: `With \`Accept: ${JSON_LINES}\` all that follow come, one a line. An answer that breaks off is not the whole.`,
      response: {
        ...schema.response,
        200: {
          description,
          headers,
          content: {
            'application/json': { schema: pageSchema },
            [JSON_LINES]: { schema: { type: 'string' } },
          },
        },
      },
    },
    async handler(request, reply) {
      const first = (await route.handler(request, reply)) as Page<unknown>;
      reply.header('vary', 'accept');
      if (!accepts(request, JSON_LINES)) return first;
      const { page: asked } = readListQuery(onePage, request.query);
      const options = callOptions(request, reply);
      const next = (cursor: string) => getByRun(idOf(request, RUNS.id), { ...asked, cursor }, options);
      if (isDegraded(first)) tellDegraded(reply);
      reply.type(`${JSON_LINES}; charset=utf-8`);
      // A page waits while the one before it goes out.
      return Readable.from(linesOf(first, next), { highWaterMark: 1 });
    },
  };
}
