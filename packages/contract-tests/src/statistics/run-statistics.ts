import { expect } from 'chai';
import type { NewTestRun } from '@test-coordinator/domain';
import type { TestRunFilter } from '@test-coordinator/ports';

import { inWorld, type ContractGroup } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { expectRefusal } from '../outcome.js';
import type { Trial } from '../trial.js';

const { at, id } = fixtures;

async function stored({ ports }: Trial, runs: readonly Partial<NewTestRun>[]): Promise<void> {
  await ports.scenarios.create(fixtures.scenario());
  await ports.scenarios.create(fixtures.scenario({ scenarioId: 'other', scenarioType: 'combined' }));
  for (const [index, fields] of runs.entries()) {
    await ports.testRuns.create(fixtures.testRun({ runId: id(index + 1), ...fields }));
  }
}

/** Two of passed, three of failed, and of the others as many as their place says. */
const OUTCOMES: readonly Partial<NewTestRun>[] = [
  { status: 'passed' },
  { status: 'passed' },
  { status: 'failed' },
  { status: 'failed' },
  // Failed counts as found, whatever else was not verified.
  { status: 'failed', unverified: true },
  { status: 'passed', unverified: true },
  ...(['pending', 'running', 'error', 'cancelled', 'timeout'] as const).flatMap((status, index) =>
    Array.from({ length: index + 1 }, () => ({ status, unverified: index % 2 === 0 })),
  ),
];

const NONE = { pending: 0, running: 0, error: 0, cancelled: 0, timeout: 0, unverified: 0 };

const passRate: ContractGroup = {
  subject: 'testRuns',
  concern: 'pass rate',
  title: 'Given runs with every outcome',
  tests: [
    inWorld(
      'When the pass rate is taken, Then it is over what was decided, and the rest is counted apart',
      async (trial) => {
        await stored(trial, OUTCOMES);
        expect(await trial.ports.testRuns.calculatePassRate()).to.deep.equal({
          rate: 2 / 5,
          passed: 2,
          failed: 3,
          excluded: { pending: 1, running: 2, error: 3, cancelled: 4, timeout: 5, unverified: 1 },
        });
      },
    ),
    inWorld('When there is no run at all, Then the rate is null', async ({ ports }) => {
      const none = { rate: null, passed: 0, failed: 0, excluded: NONE };
      expect(await ports.testRuns.calculatePassRate()).to.deep.equal(none);
    }),
    inWorld('When nothing was decided, Then the rate is null and not 0', async (trial) => {
      await stored(trial, [{ status: 'passed', unverified: true }, { status: 'error' }]);
      const undecided = { rate: null, passed: 0, failed: 0, excluded: { ...NONE, error: 1, unverified: 1 } };
      expect(await trial.ports.testRuns.calculatePassRate()).to.deep.equal(undecided);
    }),
    inWorld('When all failed, or all passed, Then the rate is 0, or 1', async (trial) => {
      await stored(trial, [{ status: 'failed' }, { status: 'passed', scenarioId: 'other' }]);
      const rate = async (filter: TestRunFilter) =>
        (await trial.ports.testRuns.calculatePassRate(filter)).rate;
      expect(await rate({ scenarioId: 'restart-engine' })).to.equal(0);
      expect(await rate({ types: ['combined'] })).to.equal(1);
      expect(await rate({ statuses: [] })).to.equal(null);
    }),
    inWorld('When runs move on, Then the rate follows', async (trial) => {
      await stored(trial, [{}, { status: 'running' }]);
      await trial.ports.testRuns.completeRun(id(1), 'passed');
      await trial.ports.testRuns.completeRun(id(2), 'failed');
      await trial.ports.testRuns.update(id(1), 2, { unverified: true });
      const expected = { rate: 0, passed: 0, failed: 1, excluded: { ...NONE, unverified: 1 } };
      expect(await trial.ports.testRuns.calculatePassRate()).to.deep.equal(expected);
    }),
    inWorld(
      'When the filter has a field that is not known, Then it is INVALID_ARGUMENT',
      async ({ ports }) => {
        const filter = { status: 'passed' } as TestRunFilter;
        await expectRefusal(ports.testRuns.calculatePassRate(filter), 'INVALID_ARGUMENT', { path: 'status' });
        await expectRefusal(ports.testRuns.getAverageDuration(filter), 'INVALID_ARGUMENT', {
          path: 'status',
        });
      },
    ),
  ],
};

/** 1, 2, … 20 in an order that no percentile likes, and one that is far off. */
const DURATIONS = [7, 3, 20, 11, 1, 15, 9, 18, 5, 13, 2, 19, 8, 16, 4, 12, 10, 17, 6, 14];

const durations: ContractGroup = {
  subject: 'testRuns',
  concern: 'durations',
  title: 'Given runs that took their time',
  tests: [
    inWorld(
      'When there are twenty, Then percentiles are values that were measured, by nearest rank',
      async (trial) => {
        await stored(
          trial,
          DURATIONS.map((durationMs) => ({ durationMs })),
        );
        expect(await trial.ports.testRuns.getAverageDuration()).to.deep.equal({
          mean: 10.5,
          count: 20,
          p50: 10,
          p95: 19,
          p99: 20,
          max: 20,
        });
      },
    ),
    inWorld('When there are two, Then p50 is the smaller one and not the mean', async (trial) => {
      await stored(trial, [{ durationMs: 1_000 }, { durationMs: 0 }]);
      const expected = { mean: 500, count: 2, p50: 0, p95: 1_000, p99: 1_000, max: 1_000 };
      expect(await trial.ports.testRuns.getAverageDuration()).to.deep.equal(expected);
    }),
    inWorld('When a mean is not whole, Then it is not rounded', async (trial) => {
      await stored(trial, [{ durationMs: 1 }, { durationMs: 1 }, { durationMs: 2 }]);
      expect((await trial.ports.testRuns.getAverageDuration()).mean).to.be.closeTo(4 / 3, 1e-9);
    }),
    inWorld('When none has a duration, Then every figure is null and the count 0', async (trial) => {
      await stored(trial, [{}, { status: 'failed', startedAt: at(0) }]);
      const none = { mean: null, count: 0, p50: null, p95: null, p99: null, max: null };
      expect(await trial.ports.testRuns.getAverageDuration()).to.deep.equal(none);
      expect(await trial.ports.testRuns.getAverageDuration({ statuses: [] })).to.deep.equal(none);
    }),
    inWorld('When a filter is given, Then these alone count, in any status', async (trial) => {
      await stored(trial, [
        { durationMs: 5, status: 'error' },
        { durationMs: 7, status: 'running' },
        { durationMs: 100, scenarioId: 'other' },
        { durationMs: 2_147_483_648 * 1_000, scenarioId: 'other', status: 'passed' },
      ]);
      expect(await trial.ports.testRuns.getAverageDuration({ scenarioId: 'restart-engine' })).to.deep.include(
        {
          mean: 6,
          count: 2,
          max: 7,
        },
      );
      expect(await trial.ports.testRuns.getAverageDuration({ types: ['combined'] })).to.deep.include({
        mean: (100 + 2_147_483_648_000) / 2,
        max: 2_147_483_648_000,
      });
    }),
  ],
};

export const runStatisticsGroups: readonly ContractGroup[] = [passRate, durations];
