import { COMPARISON_GROUPS, COMPARISON_MARKS } from '@test-coordinator/domain';
import {
  DEFAULT_HISTORY_RUNS,
  MAX_HISTORY_RUNS,
  type AssertionHistoriesRequest,
  type RunComparisonRequest,
  type TestResultsRepository,
} from '@test-coordinator/ports';

import { anyOf, callOptions, idOf, listQuery, pathParameter, type ApiRoute } from './api-route.js';
import { ASSERTION_HISTORIES, RUN_COMPARISON } from './assertion-schemas.js';
import { readAnswers } from './freshness.js';
import { readListQuery } from './wire-reader.js';

const comparisonQuery = listQuery({
  baselineRunId: { type: 'string', description: 'The run that it is held against' },
  findings: {
    ...anyOf([...COMPARISON_GROUPS, ...COMPARISON_MARKS]),
    description: 'What is listed: those in one of these groups or with one of these marks; all unless given',
  },
  slowerByRatio: {
    type: 'number',
    minimum: 1,
    maximum: 1_000_000,
    default: 1,
    description: 'The longer duration over the shorter',
  },
  slowerByMs: {
    type: 'number',
    minimum: 0,
    default: 0,
    description: 'Without either, none is slower or faster',
  },
});

const historiesQuery = listQuery({
  runs: {
    type: 'integer',
    minimum: 1,
    maximum: MAX_HISTORY_RUNS,
    default: DEFAULT_HISTORY_RUNS,
    description: 'How many of the newest finished runs are looked at',
  },
  streak: {
    type: 'string',
    enum: ['passed', 'failed'],
    description: 'Only those whose present streak is this',
  },
  minFlips: { type: 'integer', minimum: 0, default: 0 },
});

interface ComparisonQuery extends Omit<RunComparisonRequest, 'runId' | 'slowerBy'> {
  readonly slowerByRatio?: number;
  readonly slowerByMs?: number;
}

/** What became of assertions from run to run. While the store is away it is refused: a part would look like the whole. */
export function assertionRoutes(testResults: TestResultsRepository): ApiRoute[] {
  return [
    {
      method: 'GET',
      url: '/api/v1/runs/:runId/comparison',
      schema: {
        operationId: 'compareRun',
        summary: 'What became of the assertions of another run in this one',
        description: 'Each assertion of either run is counted in one group. Refused while the store is away.',
        tags: ['analytics'],
        params: pathParameter('runId', 'The id of the run that is judged'),
        querystring: comparisonQuery,
        response: readAnswers('The counts, and one page of assertions', RUN_COMPARISON),
      },
      handler(request, reply) {
        const { filter, page } = readListQuery<ComparisonQuery>(comparisonQuery, request.query);
        const { slowerByRatio, slowerByMs, ...asked } = filter;
        const isTimed = slowerByRatio !== undefined || slowerByMs !== undefined;
        const slowerBy = isTimed ? { ratio: slowerByRatio ?? 1, ms: slowerByMs ?? 0 } : undefined;
        const comparison = { ...asked, runId: idOf(request, 'runId'), slowerBy };
        return testResults.compareRuns(comparison, page, callOptions(request, reply));
      },
    },
    {
      method: 'GET',
      url: '/api/v1/scenarios/:scenarioId/assertions',
      schema: {
        operationId: 'listAssertionsOfScenario',
        summary: 'How the assertions of a scenario fared over its newest finished runs',
        description: 'No runs for an unknown scenario. Refused while the store is away.',
        tags: ['analytics'],
        params: pathParameter('scenarioId', 'The id of the scenario'),
        querystring: historiesQuery,
        response: readAnswers('One page', ASSERTION_HISTORIES),
      },
      handler(request, reply) {
        const { filter, page } = readListQuery<Omit<AssertionHistoriesRequest, 'scenarioId'>>(
          historiesQuery,
          request.query,
        );
        const histories = { ...filter, scenarioId: idOf(request, 'scenarioId') };
        return testResults.getAssertionHistories(histories, page, callOptions(request, reply));
      },
    },
  ];
}
