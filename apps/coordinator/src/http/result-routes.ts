import { newTestResultRules, type NewTestResult } from '@test-coordinator/domain';
import { MAX_BULK, type TestResultFilter } from '@test-coordinator/ports';

import { callOptions, listQuery, type ApiRoute } from './api-route.js';
import { RESULT_FILTER } from './filters.js';
import { writeAnswers } from './freshness.js';
import { IDEMPOTENCY_KEY, idAt } from './idempotency-keys.js';
import { answerAsPreferred, PREFER } from './minimal-answer.js';
import { createRoute, getRoute, listRoute, type RecordKind } from './record-routes.js';
import { BULK_RESULTS, objectOf, propertiesOf, TEST_RESULT, TEST_RESULT_PAGE } from './record-schemas.js';
import { takingLoads, type LoadPorts } from './result-load.js';
import { readBulk } from './wire-reader.js';

const RESULTS: RecordKind = {
  url: '/api/v1/results',
  tags: ['results'],
  id: 'resultId',
  noun: 'result',
  record: TEST_RESULT,
  page: TEST_RESULT_PAGE,
};

const BULK_PROPERTIES = { ...propertiesOf(IDEMPOTENCY_KEY), ...PREFER };
const BULK_HEADERS = objectOf(BULK_PROPERTIES, Object.keys(BULK_PROPERTIES));

export function resultRoutes(ports: LoadPorts): ApiRoute[] {
  const { testResults, keys } = ports;
  return [
    takingLoads(
      createRoute(RESULTS, {
        operationId: 'createResult',
        summary: 'Record a result',
        description:
          'A result with an id that is sent again answers with the stored one, so that a retry is safe.',
        body: newTestResultRules.schema,
        keys,
        create: (given: NewTestResult, options) => testResults.create(given, options),
      }),
      ports,
    ),
    {
      method: 'POST',
      url: `${RESULTS.url}/bulk`,
      isBatch: true,
      schema: {
        operationId: 'createResults',
        summary: `Record 1–${MAX_BULK} results, all or none`,
        tags: RESULTS.tags,
        headers: BULK_HEADERS,
        body: objectOf({
          results: { type: 'array', minItems: 1, maxItems: MAX_BULK, items: newTestResultRules.schema },
        }),
        response: writeAnswers(201, 'The results as they are stored, in the order given', BULK_RESULTS),
      },
      async handler(request, reply) {
        const given = readBulk<NewTestResult>(newTestResultRules.schema, request.body, 'results');
        const options = callOptions(request, reply);
        const firstId = await keys.firstId(request, options);
        const items = await testResults.bulkCreate(withIds(given, firstId), options);
        reply.code(201);
        answerAsPreferred(request, reply);
        return { items };
      },
    },
    listRoute(RESULTS, {
      operationId: 'listResults',
      summary: 'List results, the last recorded first',
      description: 'The results of one run (`runId`) are listed the oldest first.',
      filter: listQuery(RESULT_FILTER),
      find: (filter: TestResultFilter, page, options) => testResults.find(filter, page, options),
    }),
    getRoute(RESULTS, {
      operationId: 'getResult',
      summary: 'Read a result',
      getById: (id, options) => testResults.getById(id, options),
    }),
  ];
}

function withIds(results: readonly NewTestResult[], firstId: string | undefined): readonly NewTestResult[] {
  // What is no list is for the port to refuse, in its own words.
  if (firstId === undefined || !Array.isArray(results)) return results;
  return results.map((result: NewTestResult, index) => ({
    ...result,
    resultId: result.resultId ?? idAt(firstId, index),
  }));
}
