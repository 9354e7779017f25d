import {
  ASSERTION_TYPES,
  EVENT_STATUSES,
  EVENT_TYPES,
  FINAL_RUN_STATUSES,
  RESULT_STATUSES,
  RUN_STATUSES,
  SCENARIO_STATUSES,
  SCENARIO_TYPES,
} from '@test-coordinator/domain';
import fc from 'fast-check';

import { fixtures } from '../fixtures.js';
import type { PortCall } from './call-command.js';
import { calls, few, fields, filters, someOf, walks, type PortCommand } from './command-arbitraries.js';

const { at, id } = fixtures;

/** Everything that commands do with one kind of record. */
interface RecordCommands {
  readonly writes: readonly fc.Arbitrary<PortCall>[];
  readonly reads: readonly fc.Arbitrary<PortCall>[];
  readonly walks: readonly fc.Arbitrary<PortCommand>[];
}

const scenarioId = few('a', 'B', 'b');
const runId = few(id(1), id(2), id(3), id(5), id(5));
const recordId = few(id(1), id(2), id(3), id(4));
const version = few(1, 1, 1, 2, 2, 3);
const json = few({}, { n: 1 }, { n: 1, list: [{ deep: true }] });
const environment = few('staging', 'Staging');
const time = fc.integer({ min: -2, max: 2 }).map((step) => at(step * 1_000));
const durationMs = few(0, 1, 7, 1_000);
const exitCode = few(0, 1);
const text = few('ENGINE', 'k', '%', 'é');
const orAbsent = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null | undefined> =>
  fc.oneof({ weight: 2, arbitrary: value }, few(null, null, undefined));

const scenarioFilter = filters({
  statuses: someOf('draft', 'active'),
  types: someOf('combined', 'service_restart'),
  service: few('engine', 'gateway'),
  tag: few('x', 'X'),
  text,
  from: time,
  to: time,
});

const scenarios: RecordCommands = {
  writes: [
    calls(
      'scenarios',
      'create',
      fc
        .tuple(
          scenarioId,
          few('Engine k', 'engine %', 'É'),
          few('combined', 'service_restart'),
          fields({
            status: orAbsent(few('active', 'draft')),
            configuration: json,
            servicesUnderTest: someOf('engine', 'gateway'),
            tags: someOf('x', 'X'),
            description: orAbsent(few('text')),
          }),
        )
        .map(([chosen, name, scenarioType, rest]) => ({ scenarioId: chosen, name, scenarioType, ...rest })),
    ),
    calls(
      'scenarios',
      'update',
      scenarioId,
      version,
      fields({
        name: few('Engine k', 'Other'),
        description: orAbsent(few('text')),
        scenarioType: few('combined'),
        configuration: json,
        tags: someOf('x', 'y'),
        dependsOn: few(['b'], []),
      }),
    ),
    calls('scenarios', 'delete', scenarioId),
    calls('scenarios', 'updateStatus', scenarioId, few(...SCENARIO_STATUSES)),
  ],
  reads: [
    calls('scenarios', 'getById', scenarioId),
    calls('scenarios', 'getByType', few(...SCENARIO_TYPES)),
    calls('scenarios', 'getByStatus', few(...SCENARIO_STATUSES)),
    calls('scenarios', 'searchByTag', few('x', 'X', 'y')),
    calls('scenarios', 'getActiveScenarios'),
    calls('scenarios', 'listAll', fields({ limit: few(1, 2), offset: few(0, 1, 2) })),
  ],
  walks: [walks('scenarios', 'find', scenarioFilter)],
};

const runFilter = filters({
  scenarioId,
  statuses: someOf('pending', 'running', 'failed', 'passed'),
  types: someOf('combined', 'service_restart'),
  service: few('engine', 'gateway'),
  tag: few('x', 'X'),
  environment,
  externalId: few('e1', 'e2'),
  unverified: fc.boolean(),
  recordedBefore: few(id(2), id(5)),
  text,
  from: time,
  to: time,
});

const testRuns: RecordCommands = {
  writes: [
    calls(
      'testRuns',
      'create',
      fc
        .tuple(
          runId,
          scenarioId,
          fields({
            startedAt: orAbsent(time),
            testEnvironment: orAbsent(environment),
            externalId: orAbsent(few('e1', 'e1', 'e2')),
            configurationSnapshot: json,
            exitCode: orAbsent(exitCode),
            unverified: fc.boolean(),
          }),
          fc.oneof(
            fields({ status: few('pending', 'running') }),
            // A duration before the end is kept or dropped by no rule of the port, so only ended runs bring one.
            fc.record({ status: few(...FINAL_RUN_STATUSES), durationMs }, { noNullPrototype: true }),
          ),
        )
        .map(([chosen, scenario, rest, state]) => ({
          runId: chosen,
          scenarioId: scenario,
          ...rest,
          ...state,
        })),
    ),
    calls(
      'testRuns',
      'update',
      runId,
      version,
      fields({
        testEnvironment: orAbsent(environment),
        exitCode: orAbsent(exitCode),
        externalId: orAbsent(few('e1', 'e1', 'e2')),
        errorMessage: orAbsent(few('text')),
        pinned: fc.boolean(),
        unverified: fc.boolean(),
        configurationSnapshot: json,
      }),
    ),
    calls('testRuns', 'delete', runId),
    calls('testRuns', 'startRun', runId),
    calls(
      'testRuns',
      'completeRun',
      runId,
      few('passed', 'passed', 'passed', ...FINAL_RUN_STATUSES),
      fields({ exitCode: orAbsent(exitCode), errorMessage: orAbsent(few('text')) }),
    ),
    calls('testRuns', 'recordCompletion', runId, exitCode, durationMs),
    calls('testRuns', 'updateStatus', runId, few('running', 'running', 'passed', ...RUN_STATUSES)),
  ],
  reads: [
    calls('testRuns', 'getById', runId),
    calls('testRuns', 'getByScenario', scenarioId),
    calls('testRuns', 'getByStatus', few(...RUN_STATUSES)),
    calls('testRuns', 'getRunsByDateRange', time, time),
    calls('testRuns', 'getFailedRuns'),
    calls('testRuns', 'getRecentRuns', fields({ limit: few(1, 2) })),
    calls('testRuns', 'calculatePassRate', runFilter),
    calls('testRuns', 'calculatePassRate'),
    calls('testRuns', 'getAverageDuration', runFilter),
  ],
  walks: [walks('testRuns', 'find', runFilter)],
};

const eventFilter = filters({
  scenarioId,
  runId,
  statuses: someOf('pending', 'injected', 'in_progress', 'recovered'),
  types: someOf('cpu_stress', 'clock_skew'),
  service: few('engine', 'gateway'),
  environment,
  from: time,
  to: time,
});

const chaosEvents: RecordCommands = {
  writes: [
    calls(
      'chaosEvents',
      'create',
      fc
        .tuple(
          recordId,
          runId,
          few('cpu_stress', 'clock_skew'),
          few('engine', 'gateway'),
          time,
          fields({
            status: few(...EVENT_STATUSES),
            parameters: json,
            durationMs,
            recoveryTimeMs: orAbsent(durationMs),
          }),
        )
        .map(([eventId, run, eventType, targetService, injectedAt, rest]) => ({
          eventId,
          runId: run,
          eventType,
          targetService,
          injectedAt,
          ...rest,
        })),
    ),
    calls(
      'chaosEvents',
      'update',
      recordId,
      version,
      fields({ targetService: few('engine', 'gateway'), parameters: json, durationMs: orAbsent(durationMs) }),
    ),
    calls('chaosEvents', 'updateStatus', recordId, few(...EVENT_STATUSES)),
    calls(
      'chaosEvents',
      'recordRecovery',
      recordId,
      fields({ recoveredAt: orAbsent(time), recoveryTimeMs: orAbsent(durationMs) }),
    ),
  ],
  reads: [
    calls('chaosEvents', 'getById', recordId),
    calls('chaosEvents', 'getByRun', runId, fields({ limit: few(1, 2) })),
    calls('chaosEvents', 'getByType', few(...EVENT_TYPES)),
    calls('chaosEvents', 'getByService', few('engine', 'Engine')),
    calls('chaosEvents', 'getActiveEvents'),
    calls('chaosEvents', 'calculateAverageRecoveryTime', eventFilter),
    calls('chaosEvents', 'calculateAverageRecoveryTime'),
  ],
  walks: [walks('chaosEvents', 'find', eventFilter)],
};

const metadata = fc.oneof(
  json,
  fields({
    suite: few<string | number>('a', 'b', 7),
    className: few('a'),
    durationMs: few<number | string>(0, 10, 20.5, -1, 'x'),
  }),
  few({ occurrence: 1 }, { phase: 'a' }),
);

const newResult = fc
  .tuple(
    recordId,
    runId,
    few('latency', 'service_health'),
    few(...RESULT_STATUSES),
    time,
    fields({
      name: orAbsent(text),
      correlationId: orAbsent(few('x', 'X')),
      flaky: fc.boolean(),
      attempt: few(1, 1, 2),
      metadata: orAbsent(metadata),
    }),
  )
  .map(([resultId, run, assertionType, status, verificationTime, rest]) => ({
    ...fixtures.testResult(),
    resultId,
    runId: run,
    assertionType,
    status,
    verificationTime,
    ...rest,
  }));

const resultFilter = filters({
  scenarioId,
  runId,
  statuses: someOf('passed', 'failed', 'skipped'),
  types: someOf('latency', 'service_health'),
  environment,
  correlationId: few('x', 'X'),
  flaky: fc.boolean(),
  text,
  from: time,
  to: time,
});

const comparison = fc
  .tuple(
    runId,
    runId,
    fields({
      findings: someOf(
        'newly_failed',
        'still_failing',
        'still_passing',
        'added',
        'undecided',
        'flaky',
        'slower',
      ),
      slowerBy: few({ ratio: 1, ms: 0 }, { ratio: 2, ms: 10 }),
    }),
  )
  .map(([baselineRunId, run, rest]) => ({ baselineRunId, runId: run, ...rest }));

const histories = fc
  .tuple(
    scenarioId,
    fields({
      runs: few(1, 2, 3),
      streak: few('passed', 'failed'),
      minFlips: few(0, 1),
    }),
  )
  .map(([scenario, rest]) => ({ scenarioId: scenario, ...rest }));

const testResults: RecordCommands = {
  writes: [
    calls('testResults', 'create', newResult),
    calls('testResults', 'bulkCreate', fc.array(newResult, { minLength: 1, maxLength: 3 })),
  ],
  reads: [
    calls('testResults', 'getById', recordId),
    calls('testResults', 'getByRun', runId, fields({ limit: few(1, 2) })),
    calls('testResults', 'getByAssertionType', few(...ASSERTION_TYPES)),
    calls('testResults', 'getByStatus', few(...RESULT_STATUSES)),
    calls('testResults', 'getFailedResults'),
    calls('testResults', 'getByCorrelationId', few('x', 'X')),
    calls('testResults', 'calculatePassRate', resultFilter),
    calls('testResults', 'countByStatus', resultFilter),
    calls('testResults', 'getAssertionStatistics', resultFilter),
    calls('testResults', 'compareRuns', comparison, fields({ limit: few(1, 2) })),
    calls('testResults', 'getAssertionHistories', histories),
  ],
  walks: [
    walks('testResults', 'find', resultFilter),
    walks('testResults', 'getAssertionHistories', histories),
  ],
};

export const recordCommands = { scenarios, testRuns, chaosEvents, testResults } as const;
