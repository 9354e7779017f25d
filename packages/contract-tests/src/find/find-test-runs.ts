import type { NewTestRun, TestRun } from '@test-coordinator/domain';

import { fixtures } from '../fixtures.js';
import type { Trial } from '../trial.js';
import { refusedText, refusedWords, type Findable } from './find-group.js';
import { seedScenarios } from './find-scenarios.js';

const { at, id } = fixtures;

/** Runs of the scenarios `a`, `b` and `d`; their ids rise in this order. */
const RUNS: readonly Partial<NewTestRun>[] = [
  {
    scenarioId: 'a',
    status: 'passed',
    unverified: true,
    startedAt: at(0),
    testEnvironment: 'staging',
    externalId: 'ci/1',
  },
  { scenarioId: 'a', status: 'failed', startedAt: at(1_000), testEnvironment: 'Staging' },
  {
    scenarioId: 'b',
    status: 'running',
    startedAt: at(2_000),
    testEnvironment: 'staging',
    externalId: 'CI/1',
  },
  { scenarioId: 'd', status: 'pending' },
  { scenarioId: 'd', status: 'failed', startedAt: at(3_000) },
];

const NAMES = ['p', 'q', 'r', 's', 't'] as const;

/** Stored in an order that is not that of the ids. */
export async function seedRuns(trial: Trial): Promise<void> {
  await seedScenarios(trial);
  for (const index of [3, 0, 4, 1, 2]) {
    await trial.ports.testRuns.create(fixtures.testRun({ runId: id(index + 1), ...RUNS[index] }));
  }
}

export const testRunFind: Findable = {
  subject: 'testRuns',
  seed: seedRuns,
  find: ({ testRuns }, filter, page) => testRuns.find(filter, page),
  nameOf: (record) => NAMES.find((_, index) => id(index + 1) === (record as TestRun).runId)!,
  cases: [
    [{}, 't s r q p'],
    [{ scenarioId: undefined }, 't s r q p'],
    [{ scenarioId: 'a' }, 'q p'],
    [{ scenarioId: 'A' }, ''],
    [{ scenarioId: 'unheard-of' }, ''],
    [{ statuses: ['failed'] }, 't q'],
    [{ statuses: ['failed', 'pending'] }, 't s q'],
    [{ statuses: [] }, ''],
    [{ types: ['service_restart', 'network_partition'] }, 'r q p'],
    [{ types: [] }, ''],
    [{ service: 'engine' }, 't s q p'],
    [{ service: 'exchange' }, 'r'],
    [{ tag: 'nightly' }, 'r q p'],
    [{ tag: 'Trading' }, 'q p'],
    [{ environment: 'staging' }, 'r p'],
    [{ environment: 'Staging' }, 'q'],
    [{ externalId: 'ci/1' }, 'p'],
    [{ unverified: true }, 'p'],
    [{ unverified: false, scenarioId: 'a' }, 'q'],
    [{ recordedBefore: id(3) }, 'q p'],
    [{ recordedBefore: id(99), statuses: ['failed'] }, 't q'],
    [{ text: 'ENGINE' }, 'q p'],
    [{ text: '%' }, 'r'],
    [{ from: at(1_000), to: at(3_000) }, 'r q'],
    [{ from: at(1_001) }, 't r'],
    [{ to: at(1_000) }, 'p'],
    [{ from: at(0), to: at(0) }, ''],
    [{ from: at(1), statuses: ['failed'], service: 'engine', environment: 'Staging' }, 'q'],
    [{ scenarioId: 'a', tag: 'Trading', types: ['service_restart'], statuses: ['passed'], text: 'e' }, 'p'],
    [{ scenarioId: 'b', tag: 'Trading' }, ''],
  ],
  shorthands: [
    {
      method: 'getByScenario',
      filter: { scenarioId: 'd' },
      read: ({ testRuns }, page) => testRuns.getByScenario('d', page),
      refused: ['scenarioId', ({ testRuns }) => testRuns.getByScenario('a b')],
    },
    {
      method: 'getByStatus',
      filter: { statuses: ['running'] },
      read: ({ testRuns }, page) => testRuns.getByStatus('running', page),
      refused: ['status', ({ testRuns }) => testRuns.getByStatus('done' as never)],
    },
    {
      method: 'getRunsByDateRange',
      filter: { from: at(0), to: at(3_000) },
      read: ({ testRuns }, page) => testRuns.getRunsByDateRange(at(0), at(3_000), page),
      refused: ['to', ({ testRuns }) => testRuns.getRunsByDateRange(at(0), undefined as never)],
    },
    { method: 'getRecentRuns', filter: {}, read: ({ testRuns }, page) => testRuns.getRecentRuns(page) },
    {
      method: 'getFailedRuns',
      filter: { statuses: ['failed'] },
      read: ({ testRuns }, page) => testRuns.getFailedRuns(page),
    },
  ],
  refused: [
    ['scenarioId', 'a b'],
    ['recordedBefore', 'run-1'],
    ['unverified', 'false'],
    ...refusedText('service', 'tag', 'text', 'environment', 'externalId'),
    ...refusedWords('statuses', 'types'),
  ],
};
