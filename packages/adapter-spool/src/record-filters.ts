import type { ChaosEvent, Scenario, TestResult, TestRun } from '@test-coordinator/domain';
import {
  nameContains,
  type ChaosEventFilter,
  type ScenarioFilter,
  type TestResultFilter,
  type TestRunFilter,
} from '@test-coordinator/ports';

// Whether a known record matches a filter of its port. What a record's run or scenario would tell, and that is not known, matches nothing.

export function matchesScenario(scenario: Scenario, filter: ScenarioFilter): boolean {
  const { statuses, types, service, tag, text } = filter;
  return (
    isOneOf(scenario.status, statuses) &&
    isOneOf(scenario.scenarioType, types) &&
    (service === undefined || scenario.servicesUnderTest.includes(service)) &&
    (tag === undefined || scenario.tags.includes(tag)) &&
    (text === undefined || nameContains(scenario.name, text)) &&
    isWithin(scenario.createdAt, filter)
  );
}

export function matchesRun(run: TestRun, filter: TestRunFilter, scenario: Scenario | undefined): boolean {
  const { types, service, tag, text, recordedBefore } = filter;
  const asksScenario = [types, service, tag, text].some((asked) => asked !== undefined);
  return (
    isOrAny(run.scenarioId, filter.scenarioId) &&
    isOneOf(run.status, filter.statuses) &&
    isOrAny(run.testEnvironment, filter.environment) &&
    isOrAny(run.externalId, filter.externalId) &&
    isOrAny(run.unverified, filter.unverified) &&
    (recordedBefore === undefined || run.runId < recordedBefore) &&
    (!asksScenario || (scenario !== undefined && matchesScenario(scenario, { types, service, tag, text }))) &&
    isWithin(run.startedAt, filter)
  );
}

export function matchesEvent(event: ChaosEvent, filter: ChaosEventFilter, run: TestRun | undefined): boolean {
  return (
    isOrAny(event.runId, filter.runId) &&
    isOneOf(event.status, filter.statuses) &&
    isOneOf(event.eventType, filter.types) &&
    isOrAny(event.targetService, filter.service) &&
    isOrAny(run?.scenarioId, filter.scenarioId) &&
    isOrAny(run?.testEnvironment, filter.environment) &&
    isWithin(event.injectedAt, filter)
  );
}

export function matchesResult(
  result: TestResult,
  filter: TestResultFilter,
  run: TestRun | undefined,
): boolean {
  const { text } = filter;
  return (
    isOrAny(result.runId, filter.runId) &&
    isOneOf(result.status, filter.statuses) &&
    isOneOf(result.assertionType, filter.types) &&
    isOrAny(result.correlationId, filter.correlationId) &&
    isOrAny(result.flaky, filter.flaky) &&
    isOrAny(run?.scenarioId, filter.scenarioId) &&
    isOrAny(run?.testEnvironment, filter.environment) &&
    (text === undefined || (result.name !== undefined && nameContains(result.name, text))) &&
    isWithin(result.verificationTime, filter)
  );
}

function isOrAny<Value>(value: Value | undefined, asked: Value | undefined): boolean {
  return asked === undefined || value === asked;
}

function isOneOf<Word>(value: Word, asked: readonly Word[] | undefined): boolean {
  return asked === undefined || asked.includes(value);
}

function isWithin(
  time: Date | undefined,
  { from, to }: { readonly from?: Date | undefined; readonly to?: Date | undefined },
): boolean {
  if (from === undefined && to === undefined) return true;
  return time !== undefined && (from === undefined || time >= from) && (to === undefined || time < to);
}
