import type { NewTestResult, TestResult } from '@test-coordinator/domain';

import { fixtures } from '../fixtures.js';
import type { Trial } from '../trial.js';
import { refusedText, refusedWords, type Findable } from './find-group.js';
import { seedRuns } from './find-test-runs.js';

const { at, id } = fixtures;

/** Results of the runs 1 (scenario a, staging), 2 (a, Staging) and 5 (d, none); their ids rise in this order. */
const RESULTS: readonly Partial<NewTestResult>[] = [
  {
    runId: id(1),
    assertionType: 'latency',
    status: 'passed',
    name: 'Orders FLOW',
    flaky: true,
    correlationId: 'x',
    verificationTime: at(0),
  },
  {
    runId: id(2),
    assertionType: 'latency',
    status: 'failed',
    correlationId: 'X',
    verificationTime: at(1_000),
  },
  {
    runId: id(1),
    assertionType: 'audit_trail',
    status: 'failed',
    name: '100% flow_ok',
    verificationTime: at(2_000),
  },
  {
    runId: id(5),
    assertionType: 'throughput',
    status: 'skipped',
    name: 'k',
    correlationId: 'x',
    verificationTime: at(3_000),
  },
  { runId: id(1), assertionType: 'latency', status: 'error', name: 'flowers', verificationTime: at(-1) },
];

const NAMES = ['p', 'q', 'r', 's', 't'] as const;

async function seed(trial: Trial): Promise<void> {
  await seedRuns(trial);
  for (const index of [2, 4, 0, 3, 1]) {
    await trial.ports.testResults.create(fixtures.testResult({ resultId: id(index + 1), ...RESULTS[index] }));
  }
}

export const testResultFind: Findable = {
  subject: 'testResults',
  seed,
  find: ({ testResults }, filter, page) => testResults.find(filter, page),
  nameOf: (record) => NAMES.find((_, index) => id(index + 1) === (record as TestResult).resultId)!,
  cases: [
    [{}, 't s r q p'],
    [{ runId: id(1) }, 'p r t'],
    [{ runId: id(99) }, ''],
    [{ scenarioId: 'a' }, 't r q p'],
    [{ scenarioId: 'c' }, ''],
    [{ statuses: ['failed'] }, 'r q'],
    [{ statuses: ['skipped', 'error'] }, 't s'],
    [{ statuses: [] }, ''],
    [{ types: ['latency'] }, 't q p'],
    [{ types: ['throughput', 'audit_trail'] }, 's r'],
    [{ types: [] }, ''],
    [{ environment: 'staging' }, 't r p'],
    [{ correlationId: 'x' }, 's p'],
    [{ correlationId: 'X' }, 'q'],
    [{ flaky: true }, 'p'],
    [{ flaky: false, runId: id(1) }, 'r t'],
    [{ text: 'flow' }, 't r p'],
    [{ text: 'FLOW_' }, 'r'],
    [{ text: '0%' }, 'r'],
    [{ text: '\u212a' }, ''],
    [{ from: at(0), to: at(2_000) }, 'q p'],
    [{ from: at(2_000) }, 's r'],
    [{ to: at(0) }, 't'],
    [{ runId: id(1), types: ['latency'], text: 'flow' }, 'p t'],
    [{ scenarioId: 'a', statuses: ['failed'], environment: 'Staging', correlationId: 'X' }, 'q'],
    [{ runId: id(1), scenarioId: 'd' }, ''],
  ],
  shorthands: [
    {
      method: 'getByRun',
      filter: { runId: id(1) },
      read: ({ testResults }, page) => testResults.getByRun(id(1), page),
      refused: ['runId', ({ testResults }) => testResults.getByRun('run-1')],
    },
    {
      method: 'getByAssertionType',
      filter: { types: ['latency'] },
      read: ({ testResults }, page) => testResults.getByAssertionType('latency', page),
      refused: ['assertionType', ({ testResults }) => testResults.getByAssertionType('speed' as never)],
    },
    {
      method: 'getByStatus',
      filter: { statuses: ['skipped'] },
      read: ({ testResults }, page) => testResults.getByStatus('skipped', page),
      refused: ['status', ({ testResults }) => testResults.getByStatus('ok' as never)],
    },
    {
      method: 'getFailedResults',
      filter: { statuses: ['failed'] },
      read: ({ testResults }, page) => testResults.getFailedResults(page),
    },
    {
      method: 'getByCorrelationId',
      filter: { correlationId: 'x' },
      read: ({ testResults }, page) => testResults.getByCorrelationId('x', page),
      refused: ['correlationId', ({ testResults }) => testResults.getByCorrelationId('')],
    },
  ],
  refused: [
    ['runId', 'run-1'],
    ['scenarioId', 'a b'],
    ['flaky', 'true'],
    ...refusedText('environment', 'correlationId', 'text'),
    ...refusedWords('statuses', 'types'),
  ],
};
