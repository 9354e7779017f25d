import {
  FINAL_RUN_STATUSES,
  newTestRunRules,
  recordedCompletionRules,
  RUN_STATUSES,
  runCompletionRules,
  SCENARIO_TYPES,
  testRunChangeRules,
  type FinalRunStatus,
  type NewTestRun,
  type RunCompletion,
  type RunStatus,
  type TestRunChanges,
} from '@test-coordinator/domain';
import type {
  ChaosEventsRepository,
  TestResultsRepository,
  TestRunFilter,
  TestRunsRepository,
} from '@test-coordinator/ports';

import {
  answers,
  anyOf,
  callOptions,
  found,
  gone,
  idOf,
  IF_MATCH,
  listQuery,
  pathParameter,
  tagged,
  versionOf,
  type ApiRoute,
} from './api-route.js';
import { readAnswers, writeAnswers } from './freshness.js';
import {
  CHAOS_EVENT_PAGE,
  propertiesOf,
  TEST_RESULT_PAGE,
  TEST_RUN,
  TEST_RUN_PAGE,
  TIME,
} from './record-schemas.js';
import { statusBody, withVersion } from './request-schemas.js';
import { readBody, readListQuery } from './wire-reader.js';

const URL = '/api/v1/runs';
const tags = ['runs'];
const params = pathParameter('runId', 'The id of the run');
const filter = listQuery({
  scenarioId: { type: 'string' },
  statuses: anyOf(RUN_STATUSES),
  types: { ...anyOf(SCENARIO_TYPES), description: "Of the run's scenario" },
  service: { type: 'string', description: "One of the scenario's services under test" },
  tag: { type: 'string', description: 'Of the scenario' },
  environment: { type: 'string' },
  externalId: { type: 'string' },
  text: { type: 'string', description: "Found anywhere in the scenario's name" },
  from: { ...TIME, description: 'Started at or after this time' },
  to: { ...TIME, description: 'Started before this time' },
});
const onePage = listQuery({});
const change = withVersion(testRunChangeRules.schema);
const move = statusBody(RUN_STATUSES);
const completion = statusBody(FINAL_RUN_STATUSES, propertiesOf(runCompletionRules.schema));

export interface RunPorts {
  readonly testRuns: TestRunsRepository;
  readonly chaosEvents: ChaosEventsRepository;
  readonly testResults: TestResultsRepository;
}

export function runRoutes({ testRuns, chaosEvents, testResults }: RunPorts): ApiRoute[] {
  return [
    {
      method: 'POST',
      url: URL,
      schema: {
        operationId: 'createRun',
        summary: 'Record a run',
        description:
          'A run with an id that is sent again answers with the stored one, so that a retry is safe.',
        tags,
        body: newTestRunRules.schema,
        response: writeAnswers(201, 'The run as it is stored', TEST_RUN),
      },
      async handler(request, reply) {
        const given = readBody<NewTestRun>(newTestRunRules.schema, request.body);
        const run = await testRuns.create(given, callOptions(request, reply));
        reply.code(201).header('location', `${URL}/${run.runId}`);
        return tagged(reply, run);
      },
    },
    {
      method: 'GET',
      url: URL,
      schema: {
        operationId: 'listRuns',
        summary: 'List runs, the last recorded first',
        tags,
        querystring: filter,
        response: readAnswers('One page', TEST_RUN_PAGE),
      },
      handler(request, reply) {
        const query = readListQuery<TestRunFilter>(filter, request.query);
        return testRuns.find(query.filter, query.page, callOptions(request, reply));
      },
    },
    {
      method: 'GET',
      url: `${URL}/:runId`,
      schema: {
        operationId: 'getRun',
        summary: 'Read a run',
        tags,
        params,
        response: readAnswers('The run', TEST_RUN),
      },
      async handler(request, reply) {
        const id = idOf(request, 'runId');
        return tagged(reply, found(await testRuns.getById(id, callOptions(request, reply)), 'run', id));
      },
    },
    {
      method: 'PATCH',
      url: `${URL}/:runId`,
      schema: {
        operationId: 'changeRun',
        summary: 'Change fields of a run',
        description:
          'What is left out stays; null clears an optional field. The status moves by its own operations.',
        tags,
        params,
        headers: IF_MATCH,
        body: change,
        response: answers(200, 'The changed run', TEST_RUN),
      },
      async handler(request, reply) {
        const { version, ...changes } = readBody<TestRunChanges & { version?: number }>(change, request.body);
        const from = versionOf(request, version);
        const changed = await testRuns.update(
          idOf(request, 'runId'),
          from,
          changes,
          callOptions(request, reply),
        );
        return tagged(reply, changed);
      },
    },
    {
      method: 'DELETE',
      url: `${URL}/:runId`,
      schema: {
        operationId: 'deleteRun',
        summary: 'Delete a run with its events and results',
        tags,
        params,
        response: answers(204, 'It is gone'),
      },
      async handler(request, reply) {
        const id = idOf(request, 'runId');
        return gone(reply, await testRuns.delete(id, callOptions(request, reply)), 'run', id);
      },
    },
    {
      method: 'POST',
      url: `${URL}/:runId/start`,
      schema: {
        operationId: 'startRun',
        summary: 'Start a pending run',
        description: 'The clock of the store sets the start. A running run is answered as it is.',
        tags,
        params,
        response: writeAnswers(200, 'The running run', TEST_RUN),
      },
      async handler(request, reply) {
        return tagged(reply, await testRuns.startRun(idOf(request, 'runId'), callOptions(request, reply)));
      },
    },
    {
      method: 'POST',
      url: `${URL}/:runId/complete`,
      schema: {
        operationId: 'completeRun',
        summary: 'Complete a run with a status',
        description:
          'The clock of the store sets the end. The same completion again changes nothing; another is refused.',
        tags,
        params,
        body: completion,
        response: writeAnswers(200, 'The completed run', TEST_RUN),
      },
      async handler(request, reply) {
        const body = readBody<RunCompletion & { status: FinalRunStatus }>(completion, request.body);
        const { status, ...details } = body;
        const run = await testRuns.completeRun(
          idOf(request, 'runId'),
          status,
          details,
          callOptions(request, reply),
        );
        return tagged(reply, run);
      },
    },
    {
      method: 'POST',
      url: `${URL}/:runId/record-completion`,
      schema: {
        operationId: 'recordRunCompletion',
        summary: 'Complete a run as its process did',
        description: 'Passed for exit code 0 and failed otherwise, with the duration as told.',
        tags,
        params,
        body: recordedCompletionRules.schema,
        response: writeAnswers(200, 'The completed run', TEST_RUN),
      },
      async handler(request, reply) {
        const { exitCode, durationMs } = readBody<{ exitCode: number; durationMs: number }>(
          recordedCompletionRules.schema,
          request.body,
        );
        const id = idOf(request, 'runId');
        return tagged(
          reply,
          await testRuns.recordCompletion(id, exitCode, durationMs, callOptions(request, reply)),
        );
      },
    },
    {
      method: 'POST',
      url: `${URL}/:runId/status`,
      schema: {
        operationId: 'moveRun',
        summary: 'Move a run to another status',
        tags,
        params,
        body: move,
        response: writeAnswers(200, 'The run in its status', TEST_RUN),
      },
      async handler(request, reply) {
        const { status } = readBody<{ status: RunStatus }>(move, request.body);
        return tagged(
          reply,
          await testRuns.updateStatus(idOf(request, 'runId'), status, callOptions(request, reply)),
        );
      },
    },
    {
      method: 'GET',
      url: `${URL}/:runId/events`,
      schema: {
        operationId: 'listEventsOfRun',
        summary: 'List the chaos events of a run, the oldest first',
        tags,
        params,
        querystring: onePage,
        response: readAnswers('One page', CHAOS_EVENT_PAGE),
      },
      async handler(request, reply) {
        const { page } = readListQuery(onePage, request.query);
        const id = idOf(request, 'runId');
        found(await testRuns.getById(id, callOptions(request, reply)), 'run', id);
        return chaosEvents.getByRun(id, page, callOptions(request, reply));
      },
    },
    {
      method: 'GET',
      url: `${URL}/:runId/results`,
      schema: {
        operationId: 'listResultsOfRun',
        summary: 'List the results of a run, the oldest first',
        tags,
        params,
        querystring: onePage,
        response: readAnswers('One page', TEST_RESULT_PAGE),
      },
      async handler(request, reply) {
        const { page } = readListQuery(onePage, request.query);
        const id = idOf(request, 'runId');
        found(await testRuns.getById(id, callOptions(request, reply)), 'run', id);
        return testResults.getByRun(id, page, callOptions(request, reply));
      },
    },
  ];
}
