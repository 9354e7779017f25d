import { expect } from 'chai';
import type { NewChaosEvent, NewTestResult } from '@test-coordinator/domain';
import type { ChaosEventFilter, TestResultFilter } from '@test-coordinator/ports';

import { inWorld, type ContractGroup } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { expectRefusal } from '../outcome.js';
import type { Trial } from '../trial.js';

const { id } = fixtures;

async function storedRuns({ ports }: Trial): Promise<void> {
  await ports.scenarios.create(fixtures.scenario());
  await ports.testRuns.create(fixtures.testRun({ testEnvironment: 'staging' }));
  await ports.testRuns.create(fixtures.testRun({ runId: id(2) }));
}

async function storedEvents(trial: Trial, events: readonly Partial<NewChaosEvent>[]): Promise<void> {
  await storedRuns(trial);
  for (const [index, fields] of events.entries()) {
    await trial.ports.chaosEvents.create(fixtures.chaosEvent({ eventId: id(index + 1), ...fields }));
  }
}

async function storedResults(trial: Trial, results: readonly Partial<NewTestResult>[]): Promise<void> {
  await storedRuns(trial);
  for (const [index, fields] of results.entries()) {
    await trial.ports.testResults.create(fixtures.testResult({ resultId: id(index + 1), ...fields }));
  }
}

const EVENTS: readonly Partial<NewChaosEvent>[] = [
  { status: 'recovered', recoveryTimeMs: 100 },
  { status: 'recovered', recoveryTimeMs: 0 },
  { status: 'recovered', recoveryTimeMs: 500, runId: id(2), targetService: 'gateway' },
  { status: 'recovered' },
  { status: 'injected', recoveryTimeMs: 9_999 },
  { status: 'in_progress' },
  { status: 'in_progress', runId: id(2) },
  { status: 'failed' },
  { status: 'failed' },
  { status: 'failed', recoveryTimeMs: 1 },
  { status: 'pending' },
];

const recovery: ContractGroup = {
  subject: 'chaosEvents',
  concern: 'recovery times',
  title: 'Given faults that recovered, and others that did not',
  tests: [
    inWorld(
      'When recovery times are taken, Then each event counts once: as measured, or under its reason',
      async (trial) => {
        await storedEvents(trial, EVENTS);
        const { count, unmeasured, neverRecovered, failed, pending, ...figures } =
          await trial.ports.chaosEvents.calculateAverageRecoveryTime();
        expect({ count, unmeasured, neverRecovered, failed, pending }).to.deep.equal({
          count: 3,
          unmeasured: 1,
          neverRecovered: 3,
          failed: 3,
          pending: 1,
        });
        expect(count + unmeasured + neverRecovered + failed + pending).to.equal(EVENTS.length);
        expect(figures).to.deep.equal({ mean: 200, p50: 100, p95: 500, p99: 500, max: 500 });
      },
    ),
    inWorld('When there is no event, Then every figure is null and every count 0', async ({ ports }) => {
      expect(await ports.chaosEvents.calculateAverageRecoveryTime()).to.deep.equal({
        mean: null,
        count: 0,
        p50: null,
        p95: null,
        p99: null,
        max: null,
        unmeasured: 0,
        neverRecovered: 0,
        failed: 0,
        pending: 0,
      });
    }),
    inWorld('When a filter is given, Then these alone count', async (trial) => {
      await storedEvents(trial, EVENTS);
      const over = (filter: ChaosEventFilter) => trial.ports.chaosEvents.calculateAverageRecoveryTime(filter);
      expect(await over({ runId: id(2) })).to.deep.include({
        mean: 500,
        count: 1,
        neverRecovered: 1,
        failed: 0,
      });
      expect(await over({ service: 'gateway' })).to.deep.include({ mean: 500, count: 1, neverRecovered: 0 });
      expect(await over({ environment: 'staging' })).to.deep.include({ mean: 50, count: 2, pending: 1 });
      expect(await over({ statuses: ['injected'] })).to.deep.include({
        mean: null,
        count: 0,
        neverRecovered: 1,
      });
      const unknown = { status: 'failed' } as ChaosEventFilter;
      await expectRefusal(over(unknown), 'INVALID_ARGUMENT', { path: 'status' });
    }),
    inWorld('When a fault recovers, Then it moves from one count to the other', async (trial) => {
      await storedEvents(trial, [{ status: 'injected' }]);
      await trial.ports.chaosEvents.recordRecovery(id(1), { recoveryTimeMs: 64 });
      expect(await trial.ports.chaosEvents.calculateAverageRecoveryTime()).to.deep.include({
        mean: 64,
        count: 1,
        neverRecovered: 0,
      });
    }),
  ],
};

const RESULTS: readonly Partial<NewTestResult>[] = [
  { assertionType: 'recovery_time', status: 'passed' },
  { assertionType: 'service_health', status: 'passed', flaky: true, runId: id(2) },
  { assertionType: 'latency', status: 'skipped' },
  { assertionType: 'service_health', status: 'failed' },
  { assertionType: 'latency', status: 'error', flaky: true },
  { assertionType: 'service_health', status: 'passed' },
  { assertionType: 'recovery_time', status: 'error' },
];

const results: ContractGroup = {
  subject: 'testResults',
  concern: 'statistics',
  title: 'Given results with every outcome',
  tests: [
    inWorld('When the pass rate is taken, Then skipped and error are counted apart', async (trial) => {
      await storedResults(trial, RESULTS);
      const expected = { rate: 3 / 4, passed: 3, failed: 1, excluded: { skipped: 1, error: 2 } };
      expect(await trial.ports.testResults.calculatePassRate()).to.deep.equal(expected);
      expect((await trial.ports.testResults.calculatePassRate({ runId: id(2) })).rate).to.equal(1);
      expect((await trial.ports.testResults.calculatePassRate({ types: ['latency'] })).rate).to.equal(null);
    }),
    inWorld('When they are counted by status, Then a status that does not occur is 0', async (trial) => {
      await storedResults(trial, RESULTS);
      const { testResults } = trial.ports;
      expect(await testResults.countByStatus()).to.deep.equal({ passed: 3, failed: 1, skipped: 1, error: 2 });
      const one = { passed: 1, failed: 0, skipped: 0, error: 0 };
      expect(await testResults.countByStatus({ runId: id(2) })).to.deep.equal(one);
      expect(
        await testResults.countByStatus({ statuses: ['passed'], types: ['recovery_time'] }),
      ).to.deep.equal(one);
    }),
    inWorld(
      'When there is none, Then the rate is null, the counts 0, and there are no types',
      async ({ ports }) => {
        const { testResults } = ports;
        const none = { rate: null, passed: 0, failed: 0, excluded: { skipped: 0, error: 0 } };
        expect(await testResults.calculatePassRate()).to.deep.equal(none);
        expect(await testResults.countByStatus()).to.deep.equal({
          passed: 0,
          failed: 0,
          skipped: 0,
          error: 0,
        });
        expect(await testResults.getAssertionStatistics()).to.deep.equal([]);
      },
    ),
    inWorld(
      'When statistics by type are taken, Then each type that occurs comes once, in the order of the list',
      async (trial) => {
        await storedResults(trial, RESULTS);
        expect(await trial.ports.testResults.getAssertionStatistics()).to.deep.equal([
          {
            assertionType: 'service_health',
            total: 3,
            passed: 2,
            failed: 1,
            skipped: 0,
            error: 0,
            flaky: 1,
            rate: 2 / 3,
          },
          {
            assertionType: 'latency',
            total: 2,
            passed: 0,
            failed: 0,
            skipped: 1,
            error: 1,
            flaky: 1,
            rate: null,
          },
          {
            assertionType: 'recovery_time',
            total: 2,
            passed: 1,
            failed: 0,
            skipped: 0,
            error: 1,
            flaky: 0,
            rate: 1,
          },
        ]);
        const ofOne = await trial.ports.testResults.getAssertionStatistics({ runId: id(2) });
        expect(ofOne.map(({ assertionType }) => assertionType)).to.deep.equal(['service_health']);
      },
    ),
    inWorld('When a filter has a field that is not known, Then it is INVALID_ARGUMENT', async ({ ports }) => {
      const filter = { status: 'passed' } as TestResultFilter;
      const { testResults } = ports;
      await expectRefusal(testResults.calculatePassRate(filter), 'INVALID_ARGUMENT', { path: 'status' });
      await expectRefusal(testResults.countByStatus(filter), 'INVALID_ARGUMENT', { path: 'status' });
      await expectRefusal(testResults.getAssertionStatistics(filter), 'INVALID_ARGUMENT', { path: 'status' });
    }),
  ],
};

export const recordStatisticsGroups: readonly ContractGroup[] = [recovery, results];
