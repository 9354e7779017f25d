import type { AssertionHistory } from '@test-coordinator/domain';

import { checkOneOf, checkScenarioId, checkWhole } from './arguments.js';
import type { Page } from './page.js';
import { checkRequestFields } from './request-fields.js';

/** Runs that a history looks at when the request names no number. */
export const DEFAULT_HISTORY_RUNS = 100;
export const MAX_HISTORY_RUNS = 1_000;

export interface AssertionHistoriesRequest {
  readonly scenarioId: string;
  /** How many of the newest finished runs are looked at, 1–1000. All their results are read: keep it low where runs are large. @default 100 */
  readonly runs?: number | undefined;
  /** Only assertions whose present streak has this status. */
  readonly streak?: 'passed' | 'failed' | undefined;
  /** Only assertions that flipped at least so often, from 0. */
  readonly minFlips?: number | undefined;
}

/** How the assertions of a scenario fared. */
export interface AssertionHistories extends Page<AssertionHistory> {
  /** How many runs were looked at: fewer than asked for when there are no more. */
  readonly runs: number;
}

const STREAKS = ['passed', 'failed'] as const;
const FIELDS: Readonly<Record<keyof AssertionHistoriesRequest, true>> = {
  scenarioId: true,
  runs: true,
  streak: true,
  minFlips: true,
};

/** The request with its defaults filled in. @throws DataAdapterError `INVALID_ARGUMENT` that names the field. */
export function readAssertionHistoriesRequest(request: AssertionHistoriesRequest): {
  readonly scenarioId: string;
  readonly runs: number;
  readonly streak: 'passed' | 'failed' | undefined;
  readonly minFlips: number;
} {
  checkRequestFields(request, FIELDS, 'request');
  const { scenarioId, runs = DEFAULT_HISTORY_RUNS, streak, minFlips = 0 } = request;
  checkScenarioId(scenarioId);
  checkWhole(runs, 'runs', 1, MAX_HISTORY_RUNS);
  if (streak !== undefined) checkOneOf(streak, STREAKS, 'streak');
  checkWhole(minFlips, 'minFlips', 0, MAX_HISTORY_RUNS);
  return { scenarioId, runs, streak, minFlips };
}
