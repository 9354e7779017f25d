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

import { callOptions, found, idOf, listQuery, type ApiRoute } from './api-route.js';
import { RUN_FILTER } from './filters.js';
import { readAnswers } from './freshness.js';
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
}

export function runRoutes({ testRuns, chaosEvents, testResults }: RunPorts): ApiRoute[] {
  return [
    createRoute(RUNS, {
      operationId: 'createRun',
      summary: 'Record a run',
      description:
        'A run with an id that is sent again answers with the stored one, so that a retry is safe.',
      body: newTestRunRules.schema,
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
    partsRoute(testRuns, {
      parts: 'results',
      operationId: 'listResultsOfRun',
      summary: 'List the results of a run, the oldest first',
      schema: TEST_RESULT_PAGE,
      getByRun: (id, page, options) => testResults.getByRun(id, page, options),
    }),
  ];
}

interface Parts {
  readonly parts: string;
  readonly operationId: string;
  readonly summary: string;
  readonly schema: NamedSchema;
  readonly getByRun: (runId: string, page: PageRequest, options: CallOptions) => Promise<Page<unknown>>;
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
