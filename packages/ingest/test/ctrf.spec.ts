import { expect } from 'chai';

import { imported, openWorld } from './import-world.js';

type Part = Readonly<Record<string, unknown>>;
const START = Date.UTC(2026, 1, 1, 10);

const ctrf = (tests: readonly Part[], results: Part = {}, root: Part = {}): Part => ({
  ...root,
  results: { tool: { name: 'runner' }, summary: { start: START, stop: START + 10_000 }, tests, ...results },
});
const test = (parts: Part = {}): Part => ({ name: 'works', status: 'passed', duration: 150, ...parts });

describe('CTRF', () => {
  describe('Given a report', () => {
    it('When reportFormat and specVersion are missing or 0.0.0, Then it is recognised all the same', async () => {
      expect((await imported(ctrf([test()]))).entry).to.include({ format: 'ctrf', outcome: 'recorded' });
      expect(
        (await imported(ctrf([test()], {}, { reportFormat: 'CTRF', specVersion: '0.0.0' }))).entry.format,
      ).to.equal('ctrf');
    });

    it('When the summary tells start and stop, Then they are milliseconds of the run', async () => {
      const { runs } = await imported(ctrf([test()]));
      expect(runs[0]).to.deep.include({
        startedAt: new Date(START),
        completedAt: new Date(START + 10_000),
        durationMs: 10_000,
      });
    });

    it('When the environment is told, Then it is in the run and in the snapshot', async () => {
      const environment = {
        testEnvironment: 'staging',
        buildNumber: '7',
        commit: 'abc',
        branchName: 'main',
        reportName: 'Nightly',
      };
      const { runs, scenarios } = await imported(ctrf([test()], { environment }));
      expect(runs[0]!.testEnvironment).to.equal('staging');
      expect(scenarios[0]!.name).to.equal('Nightly');
      expect(runs[0]!.configurationSnapshot['environment']).to.deep.equal({
        testEnvironment: 'staging',
        buildNumber: '7',
        commit: 'abc',
        branchName: 'main',
      });
    });

    it('When it holds no test, Then the run is an error', async () => {
      expect((await imported(ctrf([]))).runs[0]).to.include({ status: 'error' });
    });

    it('When the summary counts wrong, Then the rows count, and the difference is told', async () => {
      const { entry } = await imported(ctrf([test()], { summary: { tests: 3, passed: 2, failed: 1 } }));
      expect(entry.results).to.include({ passed: 1, failed: 0, total: 1 });
      expect(entry.warnings.join()).to.include('tests 3 against 1, passed 2 against 1, failed 1 against 0');
    });
  });

  describe('Given the status of a test', () => {
    const cases = [
      [{ status: 'passed' }, 'passed', 'passed'],
      [{ status: 'failed' }, 'failed', 'failed'],
      [{ status: 'skipped' }, 'skipped', 'passed'],
      [{ status: 'pending' }, 'skipped', 'passed'],
      [{ status: 'other' }, 'error', 'error'],
      [{ status: 'failed', rawStatus: 'timedOut' }, 'failed', 'failed'],
      [{ status: 'failed', rawStatus: 'interrupted' }, 'error', 'error'],
    ] as const;
    for (const [parts, result, run] of cases) {
      it(`When it is ${JSON.stringify(parts)}, Then the result is ${result} and the run ${run}`, async () => {
        const { results, runs } = await imported(ctrf([test(parts)]));
        expect(results[0]!.status).to.equal(result);
        expect(runs[0]!.status).to.equal(run);
        if ('rawStatus' in parts) expect(results[0]!.metadata!['rawStatus']).to.equal(parts.rawStatus);
      });
    }
  });

  describe('Given the start of a test', () => {
    it('When it is in seconds, Then it is not in January 1970, and the warning says so', async () => {
      const { results, entry } = await imported(ctrf([test({ start: START / 1_000 + 2 })]));
      expect(results[0]!.metadata!['startedAt']).to.equal('2026-02-01T10:00:02.000Z');
      expect(entry.warnings.join()).to.include('in seconds');
    });

    it('When it is in milliseconds, Then it is taken so, and the end is the start and the duration', async () => {
      const { results } = await imported(
        ctrf([test({ start: START + 500, duration: 1_500, stop: START + 3_000 })]),
      );
      expect(results[0]!.metadata).to.include({ startedAt: '2026-02-01T10:00:00.500Z', durationMs: 1_500 });
      expect(results[0]!.verificationTime.toISOString()).to.equal('2026-02-01T10:00:02.000Z');
    });

    it('When it lies outside the time of the summary, Then that is told', async () => {
      const { entry } = await imported(ctrf([test({ start: START - 3_600_000 })]));
      expect(entry.warnings.join()).to.include('outside the time that the summary gives');
    });
  });

  describe('Given attempts', () => {
    const failed = { attempt: 1, status: 'failed' };
    const cases = [
      ['two earlier attempts and retries 2', { retries: 2, retryAttempts: [failed, failed] }, 3, true],
      [
        'all three attempts and retries 2',
        { retries: 2, retryAttempts: [failed, failed, { status: 'passed' }] },
        3,
        true,
      ],
      ['retries alone', { retries: 1 }, 2, true],
      ['earlier attempts alone', { retryAttempts: [failed] }, 2, true],
      ['all attempts without retries', { retryAttempts: [failed, { status: 'passed' }] }, 2, true],
      ['no retries', { retries: 0 }, 1, false],
      ['the mark alone', { flaky: true }, 1, true],
    ] as const;
    for (const [what, parts, attempt, flaky] of cases) {
      it(`When a passed test tells ${what}, Then it is attempt ${attempt} and ${flaky ? '' : 'not '}flaky`, async () => {
        const { results } = await imported(ctrf([test(parts)]));
        expect(results[0]).to.include({ attempt, flaky });
      });
    }

    it('When a test failed in the end, Then it is not flaky, whatever the file says', async () => {
      const { results, entry } = await imported(
        ctrf([test({ status: 'failed', flaky: true, retries: 2, message: 'no' })]),
      );
      expect(results[0]).to.include({
        status: 'failed',
        flaky: false,
        attempt: 3,
        expectedValue: 'pass',
        actualValue: 'no',
      });
      expect(entry.warnings.join()).to.include('not taken for flaky');
    });
  });

  describe('Given the identity of tests and runs', () => {
    it('When a test repeats, Then its occurrence tells it apart; suite may be a text or a list', async () => {
      const { results } = await imported(
        ctrf([test({ suite: 'a' }), test({ suite: 'a' }), test({ suite: ['a', 'b'] })]),
      );
      expect(results.map(({ metadata }) => [metadata!['suite'], metadata!['occurrence']])).to.deep.equal([
        ['a', undefined],
        ['a', 1],
        ['a > b', undefined],
      ]);
    });

    it('When the report names its run, Then that is the external id; else the report; else the content', async () => {
      expect(
        (await imported(ctrf([test()], {}, { runId: 'r-1', reportId: 'd-1' }))).runs[0]!.externalId,
      ).to.equal('ctrf:r-1');
      expect((await imported(ctrf([test()], {}, { reportId: 'd-1' }))).runs[0]!.externalId).to.equal(
        'ctrf:d-1',
      );
      expect((await imported(ctrf([test()]))).runs[0]!.externalId).to.match(/^ctrf:[0-9a-f]{64}$/);
    });

    it('When another report of a recorded run comes, Then it is a run of its own that names the other, and nothing of the first changes', async () => {
      const world = await openWorld();
      const first = await world.importOne(ctrf([test()], {}, { runId: 'r-1' }));
      const shard = ctrf([test({ status: 'failed' })], {}, { runId: 'r-1' });
      const second = await world.importOne(shard);
      expect(second).to.deep.include({ outcome: 'recorded' });
      expect(second.run!.runId).not.to.equal(first.run!.runId);
      expect(second.warnings.join()).to.include(first.run!.runId);
      expect(second.results).to.include({ passed: 0, failed: 1 });
      const before = await world.stored();
      expect(await world.importOne(shard)).to.deep.include({ outcome: 'duplicate', run: second.run });
      expect(await world.importOne(ctrf([test()], {}, { runId: 'r-1' }))).to.deep.include({
        outcome: 'duplicate',
        run: first.run,
      });
      expect(await world.stored()).to.deep.equal(before);
    });
  });
});
