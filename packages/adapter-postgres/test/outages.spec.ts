import { once } from 'node:events';
import { fork } from 'node:child_process';
import { setImmediate } from 'node:timers/promises';
import { migrate } from '@test-coordinator/adapter-postgres';
import { fixtures } from '@test-coordinator/contract-tests';
import { FaultProxy, PostgresServer } from '@test-coordinator/services';
import { expect } from 'chai';

import { connected, eventually, prepareRun, refusalOf, SHORT, startedAdapter } from './fault-worlds.js';
import { sharedServer } from './test-databases.js';

const { id } = fixtures;

describe('The adapter in an outage', () => {
  describe('Given a unit whose statement failed and was swallowed (B3)', () => {
    it('When the work resolves, Then the unit rejects with the first refusal and nothing is stored', async () => {
      const url = await sharedServer.migratedDatabase();
      const adapter = await startedAdapter(url);
      const runId = await prepareRun(adapter);
      let swallowed = '';
      const unit = adapter.ports.unitOfWork.run(async ({ testResults, testRuns }) => {
        await testResults.create(fixtures.testResult({ resultId: id(10), runId }));
        swallowed = await refusalOf(
          testRuns.create(fixtures.testRun({ runId: id(9), scenarioId: 'nobody' })),
        );
        return 'done';
      });
      expect(await refusalOf(unit)).to.equal('REFERENCE_VIOLATION');
      expect(swallowed, 'the fault').to.equal('REFERENCE_VIOLATION');
      expect(await adapter.ports.testResults.getById(id(10))).to.equal(null);
      await adapter.stop();
    });

    it('When the server rolled back by itself, Then COMMIT is not believed', async () => {
      const url = await sharedServer.migratedDatabase();
      const adapter = await startedAdapter(url, { ...SHORT, queryTimeoutMs: 1_400 });
      const runId = await prepareRun(adapter);
      const rival = await connected(url);
      await rival.query('BEGIN');
      await rival.query('LOCK TABLE test_coordination.scenarios IN ACCESS EXCLUSIVE MODE');
      let read = '';
      const unit = adapter.ports.unitOfWork.run(async ({ testResults, scenarios }) => {
        await testResults.create(fixtures.testResult({ resultId: id(11), runId }));
        // A read that fails aborts the transaction, and is no refused write.
        read = await refusalOf(scenarios.getById('any'));
      });
      expect(await refusalOf(unit)).to.equal('INTERNAL');
      expect(read, 'the fault').to.equal('TIMEOUT');
      await rival.query('ROLLBACK');
      expect(await adapter.ports.testResults.getById(id(11))).to.equal(null);
      await Promise.all([adapter.stop(), rival.end()]);
    });
  });

  describe('Given a server of its own', () => {
    let server: PostgresServer;
    before(async () => {
      server = await PostgresServer.start();
    });
    after(() => server.stop());

    it('When it is killed while connections are lent, Then the process lives and works again after the restart (B4)', async () => {
      const child = fork(new URL('./holding-process.js', import.meta.url), [server.url], { stdio: 'ignore' });
      const [said] = (await once(child, 'message')) as [string];
      expect(said).to.equal('holding');
      await server.kill();
      expect(server.isRunning, 'the fault').to.equal(false);
      await server.restart();
      const [after] = (await once(child, 'message')) as [string];
      expect(after).to.equal('UNAVAILABLE, then answered');
      child.send('end');
      const [code] = (await once(child, 'exit')) as [number];
      expect(code).to.equal(0);
    });

    for (const [fault, refuse] of [
      ['refuses connections', 'refuse'],
      ['is a black hole', 'black hole'],
    ] as const) {
      it(`When it ${fault} at a start that may go on without it, Then calls are UNAVAILABLE until it is there, and a stop meanwhile ends`, async () => {
        const proxy = await FaultProxy.start({ port: server.port });
        proxy.inject({ kind: refuse });
        const settings = { ...SHORT, startsDegraded: true };
        const [adapter, stopped] = await Promise.all([
          startedAdapter(proxy.url(server.url), settings),
          startedAdapter(proxy.url(server.url), settings),
        ]);
        expect(await refusalOf(adapter.ports.testRuns.getRecentRuns())).to.equal('UNAVAILABLE');
        expect(await adapter.checkHealth()).to.include({ status: 'down' });
        await stopped.stop();
        expect(proxy.counts[refuse === 'refuse' ? 'refused' : 'lostRequestBytes'], 'the fault').to.be.above(
          0,
        );

        proxy.heal();

        await eventually(() => adapter.ports.testRuns.getRecentRuns());
        expect(await refusalOf(stopped.ports.testRuns.getRecentRuns())).to.equal('CLOSED');
        await Promise.all([adapter.stop(), proxy.stop()]);
      });
    }

    it('When it stops answering, Then every call ends by the limits, and the next ones after it goes on are answered (B5)', async () => {
      const proxy = await FaultProxy.start({ port: server.port });
      const adapter = await startedAdapter(proxy.url(server.url), SHORT);
      const runId = await prepareRun(adapter);
      await Promise.all(Array.from({ length: 8 }, () => adapter.ports.testRuns.getRecentRuns()));
      proxy.inject({ kind: 'black hole' });
      const start = performance.now();
      const calls = Array.from({ length: 50 }, (_, n) => adapter.ports.testRuns.getByScenario(`s${n}`));
      const codes = new Set(await Promise.all(calls.map(refusalOf)));
      // The queue's limit, and after it the statement's: a call waits for both at most.
      expect(performance.now() - start).to.be.lessThan(500 + 700 + 2_000);
      expect(
        [...codes].filter((code) => !['TIMEOUT', 'CAPACITY', 'UNAVAILABLE'].includes(code)),
      ).to.deep.equal([]);
      expect(codes).to.include('TIMEOUT');
      expect(proxy.counts.lostRequestBytes, 'the fault').to.be.greaterThan(0);
      proxy.heal();
      const run = await eventually(() => adapter.ports.testRuns.getById(runId));
      expect(run?.runId).to.equal(runId);
      await adapter.stop();
      await proxy.stop();
    });

    it('When it is away for a while under load, Then it is asked at most twice a second and the process stays quick (B35)', async () => {
      const proxy = await FaultProxy.start({ port: server.port });
      const adapter = await startedAdapter(proxy.url(server.url), SHORT);
      proxy.inject({ kind: 'refuse' });
      proxy.cut();
      await refusalOf(adapter.ports.testRuns.getRecentRuns());
      const before = proxy.counts.refused;
      const seconds = 3;
      let calls = 0;
      let worstTurnMs = 0;
      const end = performance.now() + seconds * 1_000;
      while (performance.now() < end) {
        const turn = process.cpuUsage();
        expect(await refusalOf(adapter.ports.testRuns.getRecentRuns())).to.equal('UNAVAILABLE');
        calls += 1;
        await setImmediate();
        const { user, system } = process.cpuUsage(turn);
        worstTurnMs = Math.max(worstTurnMs, (user + system) / 1_000);
      }
      expect(calls).to.be.greaterThan(200 * seconds);
      expect(proxy.counts.refused - before, 'attempts').to.be.within(1, 2 * seconds + 1);
      expect(worstTurnMs, 'of processor time').to.be.lessThan(100);
      proxy.heal();
      await eventually(() => adapter.ports.testRuns.getRecentRuns(), 2_000);
      await adapter.stop();
      await proxy.stop();
    });
  });

  describe('Given connections that are cut in the middle of answers (B6)', () => {
    it('When every write is repeated until it is answered, Then each record is stored once', async function () {
      this.timeout(60_000);
      const seed = Number(process.env['CONTRACT_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
      const url = await sharedServer.migratedDatabase();
      const proxy = await FaultProxy.start({ port: Number(new URL(url).port) }, seed);
      const adapter = await startedAdapter(proxy.url(url), { poolTimeoutMs: 1_000 });
      const runId = await prepareRun(adapter);
      proxy.inject({ kind: 'cut after', bytes: 600, atMost: 1_500 });
      const codes = new Map<string, number>();
      const write = async (number: number): Promise<void> => {
        const result = fixtures.testResult({ resultId: id(10_000 + number), runId });
        for (;;) {
          const code = await refusalOf(adapter.ports.testResults.create(result));
          codes.set(code, (codes.get(code) ?? 0) + 1);
          if (code === 'answered') return;
          expect(code, `seed ${seed}`).to.be.oneOf(['UNAVAILABLE', 'UNKNOWN_OUTCOME']);
          await setImmediate();
        }
      };
      await Promise.all(
        Array.from({ length: 16 }, async (_, worker) => {
          for (let number = worker; number < 1_500; number += 16) await write(number);
        }),
      );
      expect(proxy.counts.cut, 'the fault').to.be.greaterThan(10);
      expect(codes.get('UNKNOWN_OUTCOME'), `the fault, seed ${seed}`).to.be.greaterThan(0);
      const admin = await connected(url);
      const { rows } = await admin.query('SELECT count(*)::integer AS n FROM test_coordination.test_results');
      expect(rows, `seed ${seed}`).to.deep.equal([{ n: 1_500 }]);
      await Promise.all([adapter.stop(), admin.end()]);
      await proxy.stop();
    });

    it('When the answer of COMMIT is lost, Then the outcome is unknown and doing it again is safe', async () => {
      const url = await sharedServer.migratedDatabase();
      const proxy = await FaultProxy.start({ port: Number(new URL(url).port) });
      const adapter = await startedAdapter(proxy.url(url), SHORT);
      const runId = await prepareRun(adapter);
      const result = fixtures.testResult({ resultId: id(12), runId });
      const unit = (lose: boolean): Promise<unknown> =>
        adapter.ports.unitOfWork.run(async ({ testResults }) => {
          await testResults.create(result);
          if (lose) proxy.inject({ kind: 'drop replies' });
        });
      expect(await refusalOf(unit(true))).to.equal('UNKNOWN_OUTCOME');
      expect(proxy.counts.lostReplyBytes, 'the fault').to.be.greaterThan(0);
      proxy.heal();
      await eventually(() => unit(false));
      expect((await adapter.ports.testResults.getByRun(runId)).items).to.have.length(1);
      await adapter.stop();
      await proxy.stop();
    });
  });

  describe('Given two hosts, of which the first is a standby (B34)', () => {
    it('When the other one is killed and the standby promoted, Then the adapter decided on the other one first and on the promoted one later', async function () {
      this.timeout(30_000);
      const standby = await PostgresServer.start({ files: { 'standby.signal': '' } });
      const primary = await PostgresServer.start();
      const url = `postgres://postgres@127.0.0.1:${standby.port},127.0.0.1:${primary.port}/postgres`;
      expect(await refusalOf(startedAdapter(standby.url)), 'the standby alone').to.equal('UNAVAILABLE');
      const adapter = await startedAdapter(url, { ...SHORT, queryTimeoutMs: 2_000 });
      const runId = await prepareRun(adapter);
      const onStandby = await connected(standby.url);
      const standbys = await onStandby.query('SELECT pg_is_in_recovery() AS standby');
      expect(standbys.rows, 'the fault').to.deep.equal([{ standby: true }]);
      const onPrimary = await connected(primary.url);
      expect((await onPrimary.query('SELECT run_id FROM test_coordination.test_runs')).rowCount).to.equal(1);
      await onPrimary.end();

      await primary.kill();
      expect(await refusalOf(adapter.ports.testRuns.startRun(runId))).to.be.oneOf([
        'UNAVAILABLE',
        'UNKNOWN_OUTCOME',
      ]);
      await onStandby.query('SELECT pg_promote()');
      await migrate({ url: standby.url });
      await eventually(() => adapter.ports.scenarios.create(fixtures.scenario()));
      expect((await onStandby.query('SELECT * FROM test_coordination.scenarios')).rowCount).to.equal(1);
      await Promise.all([adapter.stop(), onStandby.end()]);
      await Promise.all([standby.stop(), primary.stop()]);
    });
  });
});
