import { expect } from 'chai';
import type { NewTestRun, ResultStatus } from '@test-coordinator/domain';
import type { AssertionHistoriesRequest } from '@test-coordinator/ports';

import { inWorld, type ContractGroup } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { expectRefusal } from '../outcome.js';
import type { Trial } from '../trial.js';

const { at, id } = fixtures;
const scenarioId = 'restart-engine';

/** The n-th run: how it ended, and how its assertions did; left out are those that it does not have. */
type Told = readonly [fields: Partial<NewTestRun>, results: Readonly<Record<string, ResultStatus>>];

const RUNS: readonly Told[] = [
  [{ status: 'passed' }, { steady: 'passed', flips: 'passed', gone: 'failed' }],
  [{ status: 'failed' }, { steady: 'passed', flips: 'failed' }],
  [
    { status: 'cancelled', startedAt: at(-60_000) },
    { steady: 'passed', flips: 'passed', new: 'failed' },
  ],
  [{ status: 'running' }, { steady: 'failed' }],
  [{ status: 'error' }, { steady: 'passed', flips: 'failed', new: 'error' }],
  [{ status: 'failed', scenarioId: 'other' }, { steady: 'failed' }],
  [{ status: 'timeout' }, { steady: 'error', flips: 'failed', new: 'failed' }],
];

async function storedRuns({ ports }: Trial): Promise<void> {
  for (const each of [scenarioId, 'other'])
    await ports.scenarios.create(fixtures.scenario({ scenarioId: each }));
  let results = 0;
  for (const [index, [fields, named]] of RUNS.entries()) {
    const runId = id(index + 1);
    await ports.testRuns.create(fixtures.testRun({ runId, ...fields }));
    for (const [name, status] of Object.entries(named)) {
      results += 1;
      await ports.testResults.create(fixtures.testResult({ resultId: id(results), runId, name, status }));
    }
  }
}

async function named(
  { ports }: Trial,
  request: Omit<AssertionHistoriesRequest, 'scenarioId'> = {},
): Promise<readonly (string | undefined)[]> {
  const { items } = await ports.testResults.getAssertionHistories({ scenarioId, ...request });
  return items.map(({ assertion }) => assertion.name);
}

export const historiesGroup: ContractGroup = {
  subject: 'testResults',
  concern: 'histories',
  title: 'Given finished runs of a scenario, and others',
  tests: [
    inWorld(
      'When the histories are read, Then they are those of the finished runs of the scenario, the newest first',
      async (trial) => {
        await storedRuns(trial);
        const { items, runs, nextCursor } = await trial.ports.testResults.getAssertionHistories({
          scenarioId,
        });
        expect({ runs, nextCursor }).to.deep.equal({ runs: 5, nextCursor: null });
        const first = await trial.ports.testRuns.getById(id(1));
        const fifth = await trial.ports.testRuns.getById(id(5));
        const figures = { decided: 0, passed: 0, failed: 0, undecided: 0, flaky: 0, flips: 0, missedRuns: 0 };
        const streak = { mayBeLonger: false };
        const assertion = (name: string) => ({
          assertionType: 'response_time',
          name,
          place: {},
          occurrence: 1,
        });
        expect(items).to.deep.equal([
          {
            ...figures,
            assertion: assertion('new'),
            decided: 2,
            failed: 2,
            undecided: 1,
            streak: { ...streak, status: 'failed', length: 2, firstRunId: id(3), since: at(-60_000) },
            lastResultId: id(16),
          },
          {
            ...figures,
            assertion: assertion('flips'),
            decided: 5,
            passed: 2,
            failed: 3,
            flips: 3,
            streak: { ...streak, status: 'failed', length: 2, firstRunId: id(5), since: fifth!.createdAt },
            lastResultId: id(15),
          },
          {
            ...figures,
            assertion: assertion('steady'),
            decided: 4,
            passed: 4,
            undecided: 1,
            streak: { ...streak, status: 'passed', length: 4, firstRunId: id(1), since: first!.createdAt },
            lastResultId: id(14),
          },
          {
            ...figures,
            assertion: assertion('gone'),
            decided: 1,
            failed: 1,
            streak: { ...streak, status: 'failed', length: 1, firstRunId: id(1), since: first!.createdAt },
            lastResultId: id(3),
            missedRuns: 4,
          },
        ]);
      },
    ),
    inWorld(
      'When fewer runs are looked at than there are, Then a streak that fills them may be longer',
      async (trial) => {
        await storedRuns(trial);
        const { items, runs } = await trial.ports.testResults.getAssertionHistories({ scenarioId, runs: 3 });
        expect(runs).to.equal(3);
        const streaks = items.map(({ assertion, decided, streak }) => [
          assertion.name,
          decided,
          streak?.length,
          streak?.mayBeLonger,
        ]);
        expect(streaks).to.deep.equal([
          ['new', 2, 2, true],
          ['flips', 3, 2, false],
          ['steady', 2, 2, true],
        ]);
      },
    ),
    inWorld('When a streak or flips are asked for, Then only those are listed', async (trial) => {
      await storedRuns(trial);
      expect(await named(trial, { streak: 'failed' })).to.deep.equal(['new', 'flips', 'gone']);
      expect(await named(trial, { streak: 'passed' })).to.deep.equal(['steady']);
      expect(await named(trial, { minFlips: 3 })).to.deep.equal(['flips']);
      expect(await named(trial, { minFlips: 4 })).to.deep.equal([]);
    }),
    inWorld('When no run decided it, Then an assertion has no streak', async (trial) => {
      await storedRuns(trial);
      const { items } = await trial.ports.testResults.getAssertionHistories({ scenarioId, runs: 1 });
      const steady = items.find(({ assertion }) => assertion.name === 'steady');
      expect(steady).to.deep.include({ decided: 0, undecided: 1, flips: 0, streak: null });
    }),
    inWorld('When the scenario is unknown, Then no run was looked at', async (trial) => {
      await storedRuns(trial);
      const histories = trial.ports.testResults.getAssertionHistories({ scenarioId: 'unheard-of' });
      expect(await histories).to.deep.equal({ items: [], nextCursor: null, runs: 0 });
    }),
    inWorld('When the request is not what it must be, Then it is INVALID_ARGUMENT', async ({ ports }) => {
      const bad: readonly [path: string, request: object][] = [
        ['scenarioId', { scenarioId: 'a b' }],
        ['runs', { runs: 0 }],
        ['runs', { runs: 1_001 }],
        ['streak', { streak: 'skipped' }],
        ['minFlips', { minFlips: -1 }],
        ['request.status', { status: 'failed' }],
      ];
      for (const [path, request] of bad) {
        const call = ports.testResults.getAssertionHistories({ scenarioId, ...request });
        await expectRefusal(call, 'INVALID_ARGUMENT', { path });
      }
    }),
  ],
};
