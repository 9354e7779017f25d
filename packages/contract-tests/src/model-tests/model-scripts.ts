import { EVENT_STATUSES, RESULT_STATUSES, RUN_STATUSES, SCENARIO_STATUSES } from '@test-coordinator/domain';

import { fixtures } from '../fixtures.js';
import type { PortCall } from './call-command.js';
import type { ModelledPort } from './model-world.js';

const { at, id } = fixtures;

/**
 * What every run of a model test begins with. Random commands alone seldom get as far as an event of a run of a
 * scenario: without this start, and with filters of any size, 18 of the 31 broken adapters that the models of the record
 * ports shall catch went by them.
 */
export const PRELUDE: readonly PortCall[] = [
  call(
    'scenarios',
    'create',
    fixtures.fullScenario({ scenarioId: 'a', name: 'Engine k', tags: ['x'], status: 'draft' }),
  ),
  call(
    'scenarios',
    'create',
    fixtures.scenario({ scenarioId: 'B', name: 'engine %', scenarioType: 'combined' }),
  ),
  call('testRuns', 'create', fixtures.testRun({ scenarioId: 'a', testEnvironment: 'staging' })),
  call(
    'testRuns',
    'create',
    fixtures.fullTestRun({
      runId: id(2),
      scenarioId: 'B',
      status: 'passed',
      durationMs: 7,
      externalId: 'e1',
    }),
  ),
  call(
    'testRuns',
    'create',
    fixtures.testRun({
      runId: id(3),
      scenarioId: 'a',
      status: 'running',
      startedAt: at(1_000),
    }),
  ),
  call(
    'testRuns',
    'create',
    fixtures.testRun({
      runId: id(4),
      scenarioId: 'a',
      status: 'passed',
      unverified: true,
      durationMs: 1_000,
    }),
  ),
  call('chaosEvents', 'create', fixtures.chaosEvent({ status: 'injected', injectedAt: at(-1_000) })),
  call('chaosEvents', 'create', fixtures.fullChaosEvent({ eventId: id(2), runId: id(3) })),
  call('chaosEvents', 'create', fixtures.chaosEvent({ eventId: id(3), injectedAt: at(1_000) })),
  call('testResults', 'create', fixtures.testResult({ assertionType: 'service_health' })),
  call(
    'testResults',
    'create',
    fixtures.fullTestResult({ resultId: id(2), assertionType: 'latency', status: 'error' }),
  ),
];

/** The start of the model runs of the registry: two instances of one name, registered at one time. */
export const REGISTRY_PRELUDE: readonly PortCall[] = ['b', 'a'].map((serviceId) =>
  call('serviceDiscovery', 'register', fixtures.service({ serviceId })),
);

const DAYS = [-1_000, 0, 1_000].map(at);

/** What is compared at the end of every run: all that can be asked of a port without an id. */
export const SWEEPS: { readonly [Port in ModelledPort]: readonly PortCall[] } = {
  scenarios: [
    call('scenarios', 'listAll'),
    call('scenarios', 'listAll', { offset: 1 }),
    call('scenarios', 'find', { statuses: [] }),
    ...SCENARIO_STATUSES.map((status) => call('scenarios', 'getByStatus', status)),
  ],
  testRuns: [
    call('testRuns', 'getRecentRuns'),
    call('testRuns', 'getFailedRuns'),
    call('testRuns', 'calculatePassRate'),
    call('testRuns', 'getAverageDuration'),
    ...RUN_STATUSES.map((status) => call('testRuns', 'getByStatus', status)),
    ...DAYS.map((to) => call('testRuns', 'find', { to })),
    ...DAYS.map((from) => call('testRuns', 'find', { from })),
  ],
  chaosEvents: [
    call('chaosEvents', 'find', {}),
    call('chaosEvents', 'find', { statuses: [] }),
    call('chaosEvents', 'getActiveEvents'),
    call('chaosEvents', 'calculateAverageRecoveryTime'),
    ...EVENT_STATUSES.map((status) => call('chaosEvents', 'find', { statuses: [status] })),
    ...[1, 2, 3].map((n) => call('chaosEvents', 'getByRun', id(n))),
    ...DAYS.map((to) => call('chaosEvents', 'find', { to })),
  ],
  testResults: [
    call('testResults', 'find', {}),
    call('testResults', 'getFailedResults'),
    call('testResults', 'calculatePassRate'),
    call('testResults', 'calculatePassRate', { statuses: [] }),
    call('testResults', 'countByStatus', { types: ['latency'] }),
    call('testResults', 'getAssertionStatistics'),
    call('testResults', 'compareRuns', {
      baselineRunId: id(1),
      runId: id(2),
      slowerBy: { ratio: 1.5, ms: 5 },
    }),
    call('testResults', 'getAssertionHistories', { scenarioId: 'a', runs: 2 }),
    ...RESULT_STATUSES.map((status) => call('testResults', 'getByStatus', status)),
    ...[1, 2, 3].map((n) => call('testResults', 'getByRun', id(n))),
  ],
  serviceDiscovery: [
    call('serviceDiscovery', 'listAllServices'),
    call('serviceDiscovery', 'listServicesByName', 'engine', { limit: 1 }),
    call('serviceDiscovery', 'getServiceByName', 'engine'),
    call('serviceDiscovery', 'removeStaleServices'),
    call('serviceDiscovery', 'getServiceCount'),
  ],
  cache: [call('cache', 'keys'), call('cache', 'getMany', ['a', 'A', '*'])],
  activeRuns: [call('activeRuns', 'list'), call('activeRuns', 'list', { limit: 1 })],
};

function call(port: ModelledPort, method: string, ...values: readonly unknown[]): PortCall {
  return { port, method, values };
}

/**
 * What is compared after each call: the record or entry that it named, so that a mistake shows where it is made, and
 * not only when a later command happens to read the same thing.
 */
export function lookAgain({ port, values: [first] }: PortCall, isClockManual: boolean): readonly PortCall[] {
  if (typeof first !== 'string') return [];
  switch (port) {
    case 'scenarios':
      return /^[aBb]$/.test(first) ? [call(port, 'getById', first)] : [];
    case 'testRuns':
    case 'chaosEvents':
    case 'testResults':
      return first.length === 36 ? [call(port, 'getById', first)] : [];
    case 'activeRuns':
      return [call(port, 'get', first)];
    case 'serviceDiscovery':
      return first.length === 1
        ? [call(port, 'getServiceById', first), call(port, 'isServiceHealthy', first)]
        : [];
    case 'cache':
      return [
        call(port, 'get', first),
        call(port, 'exists', first),
        ...(isClockManual ? [call(port, 'getTtl', first)] : []),
      ];
  }
}
