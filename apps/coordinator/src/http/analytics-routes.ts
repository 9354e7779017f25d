import type { SchemaFragment } from '@test-coordinator/domain';
import type {
  CallOptions,
  ChaosEventFilter,
  ChaosEventsRepository,
  TestResultFilter,
  TestResultsRepository,
  TestRunFilter,
  TestRunsRepository,
} from '@test-coordinator/ports';

import { answers, callOptions, type ApiRoute } from './api-route.js';
import {
  ASSERTION_STATISTICS,
  DURATION_STATISTICS,
  RECOVERY_STATISTICS,
  RESULT_COUNTS,
  RESULT_PASS_RATE,
  RUN_PASS_RATE,
} from './figure-schemas.js';
import { EVENT_FILTER, RESULT_FILTER, RUN_FILTER } from './filters.js';
import { objectOf, type NamedSchema } from './record-schemas.js';
import { readListQuery } from './wire-reader.js';

const ofRuns = queryOf(RUN_FILTER);
const ofEvents = queryOf(EVENT_FILTER);
const ofResults = queryOf(RESULT_FILTER);

export interface AnalyticsPorts {
  readonly testRuns: TestRunsRepository;
  readonly chaosEvents: ChaosEventsRepository;
  readonly testResults: TestResultsRepository;
}

/** Figures over the records that a filter matches: all of them without one. Each is one consistent look at the store. */
export function analyticsRoutes({ testRuns, chaosEvents, testResults }: AnalyticsPorts): ApiRoute[] {
  return [
    figureRoute({
      name: 'run-pass-rate',
      operationId: 'getRunPassRate',
      summary: 'The part of the runs that passed, with what was left out of it',
      query: ofRuns,
      figure: RUN_PASS_RATE,
      ask: (filter: TestRunFilter, options) => testRuns.calculatePassRate(filter, options),
    }),
    figureRoute({
      name: 'run-durations',
      operationId: 'getRunDurations',
      summary: 'How long runs took, in milliseconds',
      query: ofRuns,
      figure: DURATION_STATISTICS,
      ask: (filter: TestRunFilter, options) => testRuns.getAverageDuration(filter, options),
    }),
    figureRoute({
      name: 'recovery-times',
      operationId: 'getRecoveryTimes',
      summary: 'How long recoveries took, in milliseconds, and how many events have none',
      query: ofEvents,
      figure: RECOVERY_STATISTICS,
      ask: (filter: ChaosEventFilter, options) => chaosEvents.calculateAverageRecoveryTime(filter, options),
    }),
    figureRoute({
      name: 'result-pass-rate',
      operationId: 'getResultPassRate',
      summary: 'The part of the results that passed, with what was left out of it',
      query: ofResults,
      figure: RESULT_PASS_RATE,
      ask: (filter: TestResultFilter, options) => testResults.calculatePassRate(filter, options),
    }),
    figureRoute({
      name: 'result-counts',
      operationId: 'countResults',
      summary: 'How many results are in each status',
      query: ofResults,
      figure: RESULT_COUNTS,
      ask: (filter: TestResultFilter, options) => testResults.countByStatus(filter, options),
    }),
    figureRoute({
      name: 'assertion-statistics',
      operationId: 'getAssertionStatistics',
      summary: 'How each assertion type fared that occurs',
      query: ofResults,
      figure: ASSERTION_STATISTICS,
      ask: async (filter: TestResultFilter, options) => ({
        items: await testResults.getAssertionStatistics(filter, options),
      }),
    }),
  ];
}

interface Figure<Filter> {
  readonly name: string;
  readonly operationId: string;
  readonly summary: string;
  readonly query: SchemaFragment;
  readonly figure: NamedSchema;
  readonly ask: (filter: Filter, options: CallOptions) => Promise<unknown>;
}

function figureRoute<Filter>({ name, operationId, summary, query, figure, ask }: Figure<Filter>): ApiRoute {
  return {
    method: 'GET',
    url: `/api/v1/analytics/${name}`,
    schema: {
      operationId,
      summary,
      description:
        'Over what the filter matches. While the store is away it is refused: a part would look like the whole.',
      tags: ['analytics'],
      querystring: query,
      response: answers(200, 'The figures', figure),
    },
    handler: (request, reply) =>
      ask(readListQuery<Filter>(query, request.query).filter, callOptions(request, reply)),
  };
}

function queryOf(filter: Readonly<Record<string, SchemaFragment>>): SchemaFragment {
  return objectOf(filter, Object.keys(filter));
}
