import { expect } from 'chai';
import type { NewTestRun, RunCompletion, TestRun } from '@test-coordinator/domain';

import { inWorld, type ContractGroup, type ContractTest } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { expectRefusal } from '../outcome.js';
import { snapshot } from '../snapshot.js';
import type { Trial } from '../trial.js';

const { at, id } = fixtures;
const RUN = id(1);

async function stored({ ports, clock }: Trial, fields: Partial<NewTestRun> = {}): Promise<void> {
  await ports.scenarios.create(fixtures.scenario());
  await ports.testRuns.create(fixtures.testRun(fields));
  clock.advance(1_500);
}

/** Holds the answer, and what is read, to these fields; the others are as they were created. */
async function expectRun({ ports }: Trial, answer: TestRun, fields: Partial<TestRun>): Promise<void> {
  const created = {
    runId: RUN,
    scenarioId: 'restart-engine',
    configurationSnapshot: {},
    pinned: false,
    unverified: false,
    createdAt: at(0),
  };
  expect(snapshot(answer)).to.deep.equal(snapshot({ ...created, ...fields }));
  expect(snapshot(await ports.testRuns.getById(RUN))).to.deep.equal(snapshot(answer));
}

async function expectUnchanged({ ports }: Trial, call: () => Promise<unknown>): Promise<void> {
  const before = snapshot(await ports.testRuns.getById(RUN));
  await call();
  expect(snapshot(await ports.testRuns.getById(RUN))).to.deep.equal(before);
}

const starting: readonly ContractTest[] = [
  inWorld('When a pending run starts, Then it is running since now', async (trial) => {
    await stored(trial);
    const answer = await trial.ports.testRuns.startRun(RUN);
    await expectRun(trial, answer, {
      status: 'running',
      startedAt: at(1_500),
      updatedAt: at(1_500),
      version: 2,
    });
  }),
  inWorld('When it was created with a start, Then that start stays', async (trial) => {
    await stored(trial, { startedAt: at(-77) });
    const answer = await trial.ports.testRuns.startRun(RUN);
    await expectRun(trial, answer, {
      status: 'running',
      startedAt: at(-77),
      updatedAt: at(1_500),
      version: 2,
    });
  }),
  inWorld('When a running run starts again, Then it is answered as it is', async (trial) => {
    await stored(trial);
    await trial.ports.testRuns.startRun(RUN);
    trial.clock.advance(1);
    await expectUnchanged(trial, async () => {
      expect(await trial.ports.testRuns.startRun(RUN)).to.include({ status: 'running', version: 2 });
    });
  }),
  inWorld(
    'When a run that ended starts, Then it is ILLEGAL_TRANSITION and nothing changes',
    async (trial) => {
      await stored(trial, { status: 'failed' });
      await expectUnchanged(trial, () =>
        expectRefusal(trial.ports.testRuns.startRun(RUN), 'ILLEGAL_TRANSITION', { id: RUN }),
      );
    },
  ),
];

const completing: readonly ContractTest[] = [
  inWorld(
    'When a started run completes with details, Then they are stored with the duration',
    async (trial) => {
      await stored(trial);
      await trial.ports.testRuns.startRun(RUN);
      trial.clock.advance(333);
      const details = { exitCode: 2, errorMessage: 'lost an order' };
      const now = at(1_833);
      await expectRun(trial, await trial.ports.testRuns.completeRun(RUN, 'failed', details), {
        status: 'failed',
        startedAt: at(1_500),
        completedAt: now,
        durationMs: 333,
        ...details,
        updatedAt: now,
        version: 3,
      });
    },
  ),
  inWorld('When a run that never started completes, Then it has an end and no duration', async (trial) => {
    await stored(trial);
    await expectRun(trial, await trial.ports.testRuns.completeRun(RUN, 'cancelled'), {
      status: 'cancelled',
      completedAt: at(1_500),
      updatedAt: at(1_500),
      version: 2,
    });
  }),
  inWorld('When the start lies in the future, Then there is no duration', async (trial) => {
    await stored(trial, { startedAt: at(60_000), status: 'running' });
    await expectRun(trial, await trial.ports.testRuns.completeRun(RUN, 'timeout', { exitCode: null }), {
      status: 'timeout',
      startedAt: at(60_000),
      completedAt: at(1_500),
      updatedAt: at(1_500),
      version: 2,
    });
  }),
  inWorld('When the same completion is said again, Then the answer is the run as it is', async (trial) => {
    await stored(trial);
    const details = { exitCode: 0, errorMessage: 'none' };
    await trial.ports.testRuns.completeRun(RUN, 'passed', details);
    trial.clock.advance(10);
    await expectUnchanged(trial, async () => {
      const again = await trial.ports.testRuns.completeRun(RUN, 'passed', details);
      expect(again).to.include({ version: 2, status: 'passed' });
    });
  }),
  inWorld(
    'When another completion is said, Then it is ILLEGAL_TRANSITION and nothing changes',
    async (trial) => {
      await stored(trial);
      const { testRuns } = trial.ports;
      await testRuns.completeRun(RUN, 'passed', { exitCode: 0, errorMessage: 'none' });
      const others: readonly Parameters<typeof testRuns.completeRun>[] = [
        [RUN, 'failed', { exitCode: 0, errorMessage: 'none' }],
        [RUN, 'error'],
        [RUN, 'passed', { exitCode: 1, errorMessage: 'none' }],
        [RUN, 'passed', { exitCode: 0, errorMessage: 'None' }],
      ];
      for (const call of others) {
        await expectUnchanged(trial, () =>
          expectRefusal(testRuns.completeRun(...call), 'ILLEGAL_TRANSITION', { id: RUN }),
        );
      }
    },
  ),
  inWorld(
    'When the status is not a final one, or details break a rule, Then it is INVALID_ARGUMENT',
    async (trial) => {
      await stored(trial);
      const { testRuns } = trial.ports;
      for (const status of ['running', 'pending', 'done', undefined]) {
        const call = testRuns.completeRun(RUN, status as 'passed');
        await expectUnchanged(trial, () => expectRefusal(call, 'INVALID_ARGUMENT', { path: 'status' }));
      }
      const bad: readonly (readonly [string, unknown])[] = [
        ['exitCode', 1.5],
        ['exitCode', '0'],
        ['errorMessage', 'nul\0'],
        ['durationMs', 1],
      ];
      for (const [field, value] of bad) {
        const call = testRuns.completeRun(RUN, 'passed', { [field]: value } as RunCompletion);
        await expectUnchanged(trial, () => expectRefusal(call, 'INVALID_ARGUMENT', { path: field }));
      }
    },
  ),
  inWorld('When there is no such run, Then it is NOT_FOUND', async ({ ports: { testRuns } }) => {
    await expectRefusal(testRuns.completeRun(RUN, 'passed'), 'NOT_FOUND', { id: RUN });
    await expectRefusal(testRuns.recordCompletion(RUN, 0, 1), 'NOT_FOUND', { id: RUN });
    await expectRefusal(testRuns.startRun(RUN), 'NOT_FOUND', { id: RUN });
  }),
];

const recording: readonly ContractTest[] = [
  ...([0, 1, -1] as const).map((exitCode) =>
    inWorld(
      `When a process is told to have ended with ${exitCode}, Then the run ${exitCode === 0 ? 'passed' : 'failed'} with the duration as told`,
      async (trial) => {
        await stored(trial, { startedAt: at(-500), status: 'running' });
        await expectRun(trial, await trial.ports.testRuns.recordCompletion(RUN, exitCode, 12_345), {
          status: exitCode === 0 ? 'passed' : 'failed',
          startedAt: at(-500),
          completedAt: at(1_500),
          durationMs: 12_345,
          exitCode,
          updatedAt: at(1_500),
          version: 2,
        });
      },
    ),
  ),
  inWorld(
    'When the same end is told again, Then nothing changes; another one is ILLEGAL_TRANSITION',
    async (trial) => {
      await stored(trial);
      const { testRuns } = trial.ports;
      await testRuns.recordCompletion(RUN, 3, 20);
      trial.clock.advance(10);
      await expectUnchanged(trial, () => testRuns.recordCompletion(RUN, 3, 20));
      for (const [exitCode, durationMs] of [
        [3, 21],
        [4, 20],
        [0, 20],
      ] as const) {
        const call = testRuns.recordCompletion(RUN, exitCode, durationMs);
        await expectUnchanged(trial, () => expectRefusal(call, 'ILLEGAL_TRANSITION', { id: RUN }));
      }
    },
  ),
  inWorld(
    'When exit code or duration is no whole number in range, Then it is INVALID_ARGUMENT',
    async (trial) => {
      await stored(trial);
      const { testRuns } = trial.ports;
      for (const [exitCode, durationMs, path] of [
        [1.5, 1, 'exitCode'],
        [2 ** 31, 1, 'exitCode'],
        [0, -1, 'durationMs'],
        [0, Number.NaN, 'durationMs'],
      ] as const) {
        const call = testRuns.recordCompletion(RUN, exitCode, durationMs);
        await expectUnchanged(trial, () => expectRefusal(call, 'INVALID_ARGUMENT', { path }));
      }
    },
  ),
];

export const completionGroup: ContractGroup = {
  subject: 'testRuns',
  concern: 'completion',
  title: 'Given a run that starts and ends',
  tests: [...starting, ...completing, ...recording],
};
