import {
  EVENT_STATUSES,
  RESULT_STATUSES,
  RUN_STATUSES,
  SCENARIO_STATUSES,
  type ChaosEvent,
  type EventStatus,
  type ResultStatus,
  type RunStatus,
  type Scenario,
  type ScenarioStatus,
  type ServiceInfo,
  type TestResult,
  type TestRun,
} from '@test-coordinator/domain';

import type { TableShape } from './selection.js';
import { byId, byTimeAndId, type Stored } from './stored.js';

export type ScenarioIndex = 'status' | 'type' | 'service' | 'tag';
export type RunIndex = 'scenario' | 'status' | 'environment' | 'externalId';
export type EventIndex = 'scenario' | 'run' | 'status' | 'type' | 'service' | 'environment';
export type ResultIndex = 'scenario' | 'run' | 'status' | 'type' | 'environment' | 'correlation';
export type ServiceIndex = 'name';

/** `unverified` passed without having checked anything; such a run is counted as passed too. */
export type RunKind = RunStatus | 'unverified';
/** A flaky result is counted under its status too. */
export type ResultKind = ResultStatus | 'flaky';

/** Where the indexes of events and results look up what they take from the run. */
export interface RunLookup {
  get(runId: string): Stored<TestRun> | undefined;
}

export const scenarioShape: TableShape<Scenario, ScenarioIndex, ScenarioStatus> = {
  idOf: ({ scenarioId }) => scenarioId,
  order: byTimeAndId(({ createdAt }) => createdAt),
  timeOf: ({ createdAt }) => createdAt,
  keysOf: {
    status: ({ status }) => status,
    type: ({ scenarioType }) => scenarioType,
    service: ({ servicesUnderTest }) => servicesUnderTest,
    tag: ({ tags }) => tags,
  },
  counted: [],
  kinds: SCENARIO_STATUSES,
  kindsOf: ({ status }) => [status],
};

export const runShape: TableShape<TestRun, RunIndex, RunKind> = {
  idOf: ({ runId }) => runId,
  order: byId,
  timeOf: ({ startedAt }) => startedAt,
  keysOf: {
    scenario: ({ scenarioId }) => scenarioId,
    status: ({ status }) => status,
    environment: ({ testEnvironment }) => testEnvironment,
    externalId: ({ externalId }) => externalId,
  },
  counted: ['scenario', 'status', 'environment'],
  kinds: [...RUN_STATUSES, 'unverified'],
  kindsOf: ({ status, unverified }) =>
    unverified && status === 'passed' ? [status, 'unverified'] : [status],
};

export function eventShape(runs: RunLookup): TableShape<ChaosEvent, EventIndex, EventStatus> {
  return {
    idOf: ({ eventId }) => eventId,
    order: byId,
    timeOf: ({ injectedAt }) => injectedAt,
    keysOf: {
      scenario: ({ runId }) => runs.get(runId)?.record.scenarioId,
      run: ({ runId }) => runId,
      status: ({ status }) => status,
      type: ({ eventType }) => eventType,
      service: ({ targetService }) => targetService,
      environment: ({ runId }) => runs.get(runId)?.record.testEnvironment,
    },
    counted: [],
    kinds: EVENT_STATUSES,
    kindsOf: ({ status }) => [status],
  };
}

export function resultShape(runs: RunLookup): TableShape<TestResult, ResultIndex, ResultKind> {
  return {
    idOf: ({ resultId }) => resultId,
    order: byId,
    timeOf: ({ verificationTime }) => verificationTime,
    keysOf: {
      scenario: ({ runId }) => runs.get(runId)?.record.scenarioId,
      run: ({ runId }) => runId,
      status: ({ status }) => status,
      type: ({ assertionType }) => assertionType,
      environment: ({ runId }) => runs.get(runId)?.record.testEnvironment,
      correlation: ({ correlationId }) => correlationId,
    },
    counted: ['scenario', 'run', 'status', 'type', 'environment'],
    kinds: [...RESULT_STATUSES, 'flaky'],
    kindsOf: ({ status, flaky }) => (flaky ? [status, 'flaky'] : [status]),
  };
}

/** Instances in the order of their registration; the range of time is over when they were last seen. */
export const serviceShape: TableShape<ServiceInfo, ServiceIndex, never> = {
  idOf: ({ serviceId }) => serviceId,
  order: byTimeAndId(({ registeredAt }) => registeredAt),
  timeOf: ({ lastSeen }) => lastSeen,
  keysOf: { name: ({ serviceName }) => serviceName },
  counted: [],
  kinds: [],
  kindsOf: () => [],
};
