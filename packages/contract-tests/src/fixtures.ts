import type {
  NewAuditEntry,
  NewChaosEvent,
  NewScenario,
  NewServiceInfo,
  NewTestResult,
  NewTestRun,
} from '@test-coordinator/domain';
import type { RunProgress } from '@test-coordinator/ports';

import { EPOCH } from './manual-clock.js';
import { givenId } from './sequential-ids.js';

/** A time near the start of the manual clock. @param offsetMs Milliseconds after it; negative is before. */
function at(offsetMs: number): Date {
  return new Date(EPOCH + offsetMs);
}

function scenario(fields: Partial<NewScenario> = {}): NewScenario {
  return {
    scenarioId: 'restart-engine',
    name: 'Restart the engine',
    scenarioType: 'service_restart',
    ...fields,
  };
}

/** A scenario with every field given. */
function fullScenario(fields: Partial<NewScenario> = {}): NewScenario {
  return scenario({
    description: 'The engine restarts while orders flow; nothing may be lost.',
    status: 'active',
    configuration: {
      retries: 3,
      services: ['engine', { name: 'gateway', ports: [8080, 8081] }],
      grace: null,
    },
    servicesUnderTest: ['engine', 'gateway'],
    expectedOutcomes: ['no order is lost', 'recovered within 30 s'],
    dependsOn: ['warm-up', 'Baseline_1'],
    tags: ['nightly', 'Trading'],
    createdBy: 'ada',
    ...fields,
  });
}

/** The run `givenId(1)` of the scenario of `scenario()`. */
function testRun(fields: Partial<NewTestRun> = {}): NewTestRun {
  return { runId: givenId(1), scenarioId: 'restart-engine', ...fields };
}

/** A finished run with every field given. */
function fullTestRun(fields: Partial<NewTestRun> = {}): NewTestRun {
  return testRun({
    status: 'failed',
    startedAt: at(-60_001),
    completedAt: at(-7),
    durationMs: 59_994,
    configurationSnapshot: { retries: 3, nested: { list: [1, 2, { deep: true }] } },
    testEnvironment: 'staging',
    exitCode: -3,
    errorMessage: 'the gateway never came back',
    externalId: 'ci/4711',
    pinned: true,
    unverified: true,
    ...fields,
  });
}

/** The event `givenId(1)` of the run of `testRun()`. */
function chaosEvent(fields: Partial<NewChaosEvent> = {}): NewChaosEvent {
  return {
    eventId: givenId(1),
    runId: givenId(1),
    eventType: 'service_kill',
    targetService: 'engine',
    injectedAt: at(-1_001),
    ...fields,
  };
}

/** A recovered event with every field given. */
function fullChaosEvent(fields: Partial<NewChaosEvent> = {}): NewChaosEvent {
  return chaosEvent({
    parameters: { signal: 'SIGKILL', targets: [{ pid: 12, zones: ['a', 'b'] }] },
    durationMs: 17,
    status: 'recovered',
    recoveredAt: at(-3),
    recoveryTimeMs: 981,
    ...fields,
  });
}

/** The result `givenId(1)` of the run of `testRun()`. */
function testResult(fields: Partial<NewTestResult> = {}): NewTestResult {
  return {
    resultId: givenId(1),
    runId: givenId(1),
    assertionType: 'response_time',
    expectedValue: 'p99 < 250 ms',
    actualValue: '251 ms',
    status: 'failed',
    verificationTime: at(-501),
    ...fields,
  };
}

/** A result with every field given. */
function fullTestResult(fields: Partial<NewTestResult> = {}): NewTestResult {
  return testResult({
    name: 'Orders keep flowing',
    errorDetails: 'line 1\nline 2\t“quoted”',
    correlationId: 'order-7',
    attempt: 2,
    flaky: true,
    metadata: { samples: [251, 249.5, { at: 'peak' }], unit: 'ms' },
    ...fields,
  });
}

function service(fields: Partial<NewServiceInfo> = {}): NewServiceInfo {
  return {
    serviceId: 'engine-1',
    serviceName: 'engine',
    version: '1.4.2',
    host: 'engine.internal',
    grpcPort: 50_051,
    httpPort: 8_080,
    ...fields,
  };
}

/** An instance with every field given. */
function fullService(fields: Partial<NewServiceInfo> = {}): NewServiceInfo {
  return service({ metadata: { zone: 'a', weights: [1, 0.5, { canary: true }] }, ...fields });
}

function progress(fields: Partial<RunProgress> = {}): RunProgress {
  return { phase: 'injecting', ...fields };
}

/** Progress with every field given but the version. */
function fullProgress(fields: Partial<RunProgress> = {}): RunProgress {
  return progress({
    progress: 0.25,
    message: 'The engine is down; orders wait.',
    counters: { assertions: 12, 'p99 ms': 249.5, drift: -3 },
    ...fields,
  });
}

/** The first entry of the chain `coordinator-1`. */
function auditEntry(fields: Partial<NewAuditEntry> = {}): NewAuditEntry {
  return {
    entryId: givenId(1),
    chain: 'coordinator-1',
    sequence: 1,
    at: at(-301),
    phase: 'attempted',
    action: 'scenarios.update',
    entity: 'scenario',
    ...fields,
  };
}

/** An entry with every field given. */
function fullAuditEntry(fields: Partial<NewAuditEntry> = {}): NewAuditEntry {
  return auditEntry({
    phase: 'outcome',
    id: 'restart-engine',
    runId: givenId(1),
    actor: 'key:ada',
    requestId: 'r-1',
    attempt: 1,
    result: 'refused',
    code: 'VERSION_CONFLICT',
    version: 3,
    before: { name: 'Restart the engine', tags: ['nightly', { deep: null }] },
    after: { name: '“Zürich” 👩‍🚀', retries: 2.5, grace: null },
    ...fields,
  });
}

/** Valid inputs of every create method; pass fields to change some of them. */
export const fixtures = {
  at,
  id: givenId,
  scenario,
  fullScenario,
  testRun,
  fullTestRun,
  chaosEvent,
  fullChaosEvent,
  testResult,
  fullTestResult,
  service,
  fullService,
  progress,
  fullProgress,
  auditEntry,
  fullAuditEntry,
} as const;
