import type { ChaosEvent, Scenario, TestResult, TestRun } from '@test-coordinator/domain';
import {
  checkChaosEventFilter,
  checkScenarioFilter,
  checkTestResultFilter,
  checkTestRunFilter,
  nameContains,
  type ChaosEventFilter,
  type ScenarioFilter,
  type TestResultFilter,
  type TestRunFilter,
} from '@test-coordinator/ports';

import type { EventIndex, ResultIndex, RunIndex, ScenarioIndex } from './record-shapes.js';
import type { KeyCondition, Selection } from './selection.js';

// Each function checks a filter of its port and puts it into the words of the table. Throws `INVALID_ARGUMENT`.

export function selectScenarios(given: ScenarioFilter): Selection<Scenario, ScenarioIndex> {
  const { statuses, types, service, tag, text, from, to } = checkScenarioFilter(given);
  return {
    conditions: conditions({ status: statuses, type: types, service: one(service), tag: one(tag) }),
    range: rangeOf(from, to),
    matches: text === undefined ? undefined : ({ name }) => nameContains(name, text),
  };
}

/** @param scenarioIdsOf The ids of the scenarios that match a filter. */
export function selectRuns(
  given: TestRunFilter,
  scenarioIdsOf: (filter: ScenarioFilter) => readonly string[],
): Selection<TestRun, RunIndex> {
  const filter = checkTestRunFilter(given);
  const { types, service, tag, text, unverified, recordedBefore } = filter;
  const asksScenario =
    types !== undefined || service !== undefined || tag !== undefined || text !== undefined;
  return {
    conditions: [
      ...conditions({
        scenario: one(filter.scenarioId),
        status: filter.statuses,
        environment: one(filter.environment),
        externalId: one(filter.externalId),
      }),
      ...(asksScenario ? conditions({ scenario: scenarioIdsOf({ types, service, tag, text }) }) : []),
    ],
    range: rangeOf(filter.from, filter.to),
    matches:
      unverified === undefined && recordedBefore === undefined
        ? undefined
        : (run) =>
            (unverified === undefined || run.unverified === unverified) &&
            (recordedBefore === undefined || run.runId < recordedBefore),
  };
}

export function selectEvents(given: ChaosEventFilter): Selection<ChaosEvent, EventIndex> {
  const filter = checkChaosEventFilter(given);
  return {
    conditions: conditions({
      scenario: one(filter.scenarioId),
      run: one(filter.runId),
      status: filter.statuses,
      type: filter.types,
      service: one(filter.service),
      environment: one(filter.environment),
    }),
    range: rangeOf(filter.from, filter.to),
    matches: undefined,
  };
}

export function selectResults(given: TestResultFilter): Selection<TestResult, ResultIndex> {
  const filter = checkTestResultFilter(given);
  const { text, flaky } = filter;
  return {
    conditions: conditions({
      scenario: one(filter.scenarioId),
      run: one(filter.runId),
      status: filter.statuses,
      type: filter.types,
      environment: one(filter.environment),
      correlation: one(filter.correlationId),
    }),
    range: rangeOf(filter.from, filter.to),
    matches:
      text === undefined && flaky === undefined
        ? undefined
        : (result) =>
            (flaky === undefined || result.flaky === flaky) &&
            (text === undefined || (result.name !== undefined && nameContains(result.name, text))),
  };
}

function conditions<Index extends string>(
  asked: Readonly<Partial<Record<Index, readonly string[] | undefined>>>,
): readonly KeyCondition<Index>[] {
  const found: KeyCondition<Index>[] = [];
  for (const index of Object.keys(asked) as Index[]) {
    const keys = asked[index];
    if (keys !== undefined) found.push({ index, keys: new Set(keys) });
  }
  return found;
}

function one(key: string | undefined): readonly string[] | undefined {
  return key === undefined ? undefined : [key];
}

function rangeOf(from: Date | undefined, to: Date | undefined): Selection<unknown, never>['range'] {
  if (from === undefined && to === undefined) return undefined;
  return { fromMs: from?.getTime() ?? -Infinity, toMs: to?.getTime() ?? Infinity };
}
