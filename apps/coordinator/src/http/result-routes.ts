import {
  ASSERTION_TYPES,
  newTestResultRules,
  RESULT_STATUSES,
  type NewTestResult,
} from '@test-coordinator/domain';
import { MAX_BULK, type TestResultFilter, type TestResultsRepository } from '@test-coordinator/ports';

import { anyOf, callOptions, found, idOf, listQuery, pathParameter, type ApiRoute } from './api-route.js';
import { readAnswers, writeAnswers } from './freshness.js';
import { BULK_RESULTS, objectOf, TEST_RESULT, TEST_RESULT_PAGE, TIME } from './record-schemas.js';
import { readBody, readBulk, readListQuery } from './wire-reader.js';

const URL = '/api/v1/results';
const tags = ['results'];
const params = pathParameter('resultId', 'The id of the result');
const filter = listQuery({
  scenarioId: { type: 'string' },
  runId: { type: 'string' },
  statuses: anyOf(RESULT_STATUSES),
  types: { ...anyOf(ASSERTION_TYPES), description: 'Assertion types' },
  environment: { type: 'string', description: "Of the result's run" },
  correlationId: { type: 'string' },
  text: { type: 'string', description: 'Found anywhere in the name' },
  from: { ...TIME, description: 'Verified at or after this time' },
  to: { ...TIME, description: 'Verified before this time' },
});

export function resultRoutes(testResults: TestResultsRepository): ApiRoute[] {
  return [
    {
      method: 'POST',
      url: URL,
      schema: {
        operationId: 'createResult',
        summary: 'Record a result',
        description:
          'A result with an id that is sent again answers with the stored one, so that a retry is safe.',
        tags,
        body: newTestResultRules.schema,
        response: writeAnswers(201, 'The result as it is stored', TEST_RESULT),
      },
      async handler(request, reply) {
        const given = readBody<NewTestResult>(newTestResultRules.schema, request.body);
        const result = await testResults.create(given, callOptions(request, reply));
        reply.code(201).header('location', `${URL}/${result.resultId}`);
        return result;
      },
    },
    {
      method: 'POST',
      url: `${URL}/bulk`,
      schema: {
        operationId: 'createResults',
        summary: `Record 1–${MAX_BULK} results, all or none`,
        tags,
        body: objectOf({
          results: { type: 'array', minItems: 1, maxItems: MAX_BULK, items: newTestResultRules.schema },
        }),
        response: writeAnswers(201, 'The results as they are stored, in the order given', BULK_RESULTS),
      },
      async handler(request, reply) {
        const given = readBulk<NewTestResult>(newTestResultRules.schema, request.body, 'results');
        const items = await testResults.bulkCreate(given, callOptions(request, reply));
        reply.code(201);
        return { items };
      },
    },
    {
      method: 'GET',
      url: URL,
      schema: {
        operationId: 'listResults',
        summary: 'List results, the last recorded first',
        description: 'The results of one run (`runId`) are listed the oldest first.',
        tags,
        querystring: filter,
        response: readAnswers('One page', TEST_RESULT_PAGE),
      },
      handler(request, reply) {
        const query = readListQuery<TestResultFilter>(filter, request.query);
        return testResults.find(query.filter, query.page, callOptions(request, reply));
      },
    },
    {
      method: 'GET',
      url: `${URL}/:resultId`,
      schema: {
        operationId: 'getResult',
        summary: 'Read a result',
        tags,
        params,
        response: readAnswers('The result', TEST_RESULT),
      },
      async handler(request, reply) {
        const id = idOf(request, 'resultId');
        return found(await testResults.getById(id, callOptions(request, reply)), 'result', id);
      },
    },
  ];
}
