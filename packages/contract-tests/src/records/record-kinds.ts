import type {
  ChaosEventChanges,
  NewChaosEvent,
  NewScenario,
  NewTestResult,
  NewTestRun,
  ScenarioChanges,
  TestRunChanges,
} from '@test-coordinator/domain';

import type { Ports } from '../adapter-harness.js';
import { fixtures } from '../fixtures.js';
import type { RecordKind } from './record-kind.js';

const { at, id } = fixtures;

const MALFORMED_TEXT: readonly unknown[] = [
  undefined,
  null,
  '',
  ' ',
  42,
  {},
  ['a'],
  'nul\0',
  'a b',
  '../etc',
  'é',
];
const MALFORMED_UUIDS: readonly unknown[] = [
  ...MALFORMED_TEXT,
  'not-a-uuid',
  id(1)
    .toUpperCase()
    .replace(/0{3}1$/, '00AB'),
  `{${id(1)}}`,
  id(1).replaceAll('-', ''),
  // A UUIDv4.
  '5b6d0be2-d47f-4d8a-a8d4-3b6dd2a1e6f1',
];

async function prepareScenario(ports: Ports): Promise<void> {
  await ports.scenarios.create(fixtures.scenario());
}

/** The scenario and run that events and results of the fixtures belong to, and a second run. */
async function prepareRuns(ports: Ports): Promise<void> {
  await prepareScenario(ports);
  await ports.testRuns.create(fixtures.testRun());
  await ports.testRuns.create(fixtures.testRun({ runId: id(2) }));
}

const scenarioKind: RecordKind = {
  subject: 'scenarios',
  word: 'scenario',
  idField: 'scenarioId',
  mintsIds: false,
  jsonField: 'configuration',
  textField: 'name',
  optionalFields: [
    'description',
    'status',
    'configuration',
    'servicesUnderTest',
    'expectedOutcomes',
    'dependsOn',
    'tags',
    'createdBy',
  ],
  defaults: {
    status: 'draft',
    configuration: {},
    servicesUnderTest: [],
    expectedOutcomes: [],
    dependsOn: [],
    tags: [],
  },
  stamps: { updatedAt: true, version: true },
  id: (n) => `scenario-${String(n).padStart(4, '0')}`,
  malformedIds: [...MALFORMED_TEXT, '.hidden', '-dash', 'a/b', 'x'.repeat(129), '%'],
  minimal: (fields) => ({ ...fixtures.scenario(), ...fields }),
  full: (fields) => ({ ...fixtures.fullScenario(), ...fields }),
  others: {
    name: 'restart the engine',
    description: '',
    scenarioType: 'combined',
    status: 'draft',
    configuration: { retries: 3 },
    servicesUnderTest: ['gateway', 'engine'],
    expectedOutcomes: [],
    dependsOn: ['baseline_1', 'warm-up'],
    tags: ['nightly'],
    createdBy: 'Ada',
  },
  prepare: () => Promise.resolve(),
  create: (ports, input, options) => ports.scenarios.create(input as NewScenario, options),
  getById: (ports, recordId, options) => ports.scenarios.getById(recordId as string, options),
  list: (ports, page) => ports.scenarios.find({}, page),
  change: {
    update: (ports, recordId, version, changes, options) =>
      ports.scenarios.update(recordId as string, version as number, changes as ScenarioChanges, options),
    changes: {
      name: 'Moved on',
      description: 'other',
      scenarioType: 'combined',
      configuration: { moved: [true] },
      servicesUnderTest: ['risk'],
      expectedOutcomes: ['none'],
      dependsOn: [],
      tags: ['weekly', 'x'],
    },
    clearable: ['description'],
  },
};

const testRunKind: RecordKind = {
  subject: 'testRuns',
  word: 'run',
  idField: 'runId',
  mintsIds: true,
  jsonField: 'configurationSnapshot',
  textField: 'testEnvironment',
  optionalFields: [
    'status',
    'startedAt',
    'completedAt',
    'durationMs',
    'configurationSnapshot',
    'testEnvironment',
    'exitCode',
    'errorMessage',
    'externalId',
    'pinned',
    'unverified',
  ],
  defaults: { status: 'pending', configurationSnapshot: {}, pinned: false, unverified: false },
  stamps: { updatedAt: true, version: true },
  id,
  malformedIds: MALFORMED_UUIDS,
  minimal: (fields) => ({ ...fixtures.testRun(), ...fields }),
  full: (fields) => ({ ...fixtures.fullTestRun(), ...fields }),
  others: {
    status: 'error',
    startedAt: at(-60_000),
    completedAt: at(-8),
    durationMs: 59_993,
    configurationSnapshot: {},
    testEnvironment: 'Staging',
    exitCode: 0,
    errorMessage: '',
    externalId: 'ci/4712',
    pinned: false,
    unverified: false,
  },
  prepare: prepareScenario,
  create: (ports, input, options) => ports.testRuns.create(input as NewTestRun, options),
  getById: (ports, recordId, options) => ports.testRuns.getById(recordId as string, options),
  list: (ports, page) => ports.testRuns.find({}, page),
  change: {
    update: (ports, recordId, version, changes, options) =>
      ports.testRuns.update(recordId as string, version as number, changes as TestRunChanges, options),
    changes: {
      configurationSnapshot: { moved: [true] },
      testEnvironment: 'production',
      exitCode: 0,
      errorMessage: '',
      externalId: 'ci/9',
      pinned: false,
      unverified: false,
    },
    clearable: ['testEnvironment', 'exitCode', 'errorMessage', 'externalId'],
  },
};

const chaosEventKind: RecordKind = {
  subject: 'chaosEvents',
  word: 'event',
  idField: 'eventId',
  mintsIds: true,
  jsonField: 'parameters',
  textField: 'targetService',
  optionalFields: ['parameters', 'durationMs', 'status', 'recoveredAt', 'recoveryTimeMs'],
  defaults: { status: 'pending', parameters: {} },
  stamps: { updatedAt: false, version: true },
  id,
  malformedIds: MALFORMED_UUIDS,
  minimal: (fields) => ({ ...fixtures.chaosEvent(), ...fields }),
  full: (fields) => ({ ...fixtures.fullChaosEvent(), ...fields }),
  others: {
    runId: id(2),
    eventType: 'clock_skew',
    targetService: 'Engine',
    parameters: { signal: 'SIGTERM' },
    injectedAt: at(-1_002),
    durationMs: 18,
    status: 'failed',
    recoveredAt: at(-4),
    recoveryTimeMs: 0,
  },
  prepare: prepareRuns,
  create: (ports, input, options) => ports.chaosEvents.create(input as NewChaosEvent, options),
  getById: (ports, recordId, options) => ports.chaosEvents.getById(recordId as string, options),
  list: (ports, page) => ports.chaosEvents.find({}, page),
  change: {
    update: (ports, recordId, version, changes, options) =>
      ports.chaosEvents.update(recordId as string, version as number, changes as ChaosEventChanges, options),
    changes: {
      targetService: 'gateway',
      parameters: { moved: [true] },
      injectedAt: at(-2_003),
      durationMs: 0,
    },
    clearable: ['durationMs'],
  },
};

const testResultKind: RecordKind = {
  subject: 'testResults',
  word: 'result',
  idField: 'resultId',
  mintsIds: true,
  jsonField: 'metadata',
  textField: 'actualValue',
  optionalFields: ['name', 'errorDetails', 'correlationId', 'attempt', 'flaky', 'metadata'],
  defaults: { attempt: 1, flaky: false },
  stamps: { updatedAt: false, version: false },
  id,
  malformedIds: MALFORMED_UUIDS,
  minimal: (fields) => ({ ...fixtures.testResult(), ...fields }),
  full: (fields) => ({ ...fixtures.fullTestResult(), ...fields }),
  others: {
    runId: id(2),
    name: 'orders keep flowing',
    assertionType: 'latency',
    expectedValue: '',
    actualValue: '251 ms ',
    status: 'error',
    verificationTime: at(-500),
    errorDetails: 'line 1',
    correlationId: 'order-8',
    attempt: 3,
    flaky: false,
    metadata: { samples: [] },
  },
  prepare: prepareRuns,
  create: (ports, input, options) => ports.testResults.create(input as NewTestResult, options),
  getById: (ports, recordId, options) => ports.testResults.getById(recordId as string, options),
  list: (ports, page) => ports.testResults.find({}, page),
};

export const recordKinds: readonly RecordKind[] = [scenarioKind, testRunKind, chaosEventKind, testResultKind];
