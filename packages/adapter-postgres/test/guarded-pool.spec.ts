import { fixtures } from '@test-coordinator/contract-tests';
import { expect } from 'chai';
import pg from 'pg';

import { connected, prepareRun, refusalOf, SHORT, startedAdapter } from './fault-worlds.js';
import { guardedPool, names } from './pools.js';
import { sharedServer } from './test-databases.js';

describe('The pool of connections', () => {
  let url: string;
  beforeEach(async () => {
    url = await sharedServer.emptyDatabase();
    const admin = await connected(url);
    await admin.query('CREATE TABLE items (name text PRIMARY KEY)');
    await admin.end();
  });

  describe('Given a transaction that the client gave up while the server still worked on it (B1)', () => {
    for (const [title, poolOf, kept] of [
      ['the guarded pool', guardedPool, ['b']],
      // The control: with pg's own pool the rolled-back row is committed by the next borrower.
      ['the plain pool', (config: pg.PoolConfig) => new pg.Pool(config), ['a', 'b']],
    ] as const) {
      it(`When the next borrower of ${title} commits, Then the table holds ${kept.join(' and ')}`, async () => {
        const pool = poolOf({ connectionString: url, max: 1, query_timeout: 300 });
        const first = await pool.connect();
        await first.query('BEGIN');
        await first.query("INSERT INTO items VALUES ('a')");
        const slow = await first.query('SELECT pg_sleep(0.8)').catch((error: Error) => error.message);
        expect(slow, 'the fault').to.equal('Query read timeout');
        first.release();
        const watcher = await connected(url);
        // The next borrower comes when the connection has become free on the server.
        while (
          (
            await watcher.query(
              "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'",
            )
          ).rowCount !== 0
        );
        const second = await pool.connect();
        await second.query("INSERT INTO items VALUES ('b')");
        await second.query('COMMIT');
        second.release();
        expect(await names(watcher)).to.deep.equal(kept);
        await Promise.all([pool.end(), watcher.end()]);
      });
    }
  });

  it('Given a new connection that is given back at once, as TypeORM does, When the next one borrows, Then it is the same', async () => {
    const pool = guardedPool({ connectionString: url, max: 1 });
    const first = await new Promise<unknown>((resolve) => {
      pool.connect((_, client, release) => {
        release();
        resolve(client);
      });
    });
    const second = await pool.connect();
    expect(second).to.equal(first);
    second.release();
    await pool.end();
  });

  describe('Given a connection that is given back with an open transaction (B2)', () => {
    it('When the next borrower commits, Then the leaked row is absent and the connection was replaced', async () => {
      const pool = guardedPool({ connectionString: url, max: 1 });
      const first = await pool.connect();
      const firstPid = (await first.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!.pid;
      await first.query('BEGIN');
      await first.query("INSERT INTO items VALUES ('leaked')");
      expect(first.getTransactionStatus(), 'the fault').to.equal('T');
      first.release();
      const second = await pool.connect();
      const secondPid = (await second.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!.pid;
      await second.query("INSERT INTO items VALUES ('b')");
      await second.query('COMMIT').catch(() => undefined);
      second.release();
      expect(secondPid).not.to.equal(firstPid);
      const watcher = await connected(url);
      expect(await names(watcher)).to.deep.equal(['b']);
      await Promise.all([pool.end(), watcher.end()]);
    });
  });

  describe('Given a statement that the server refuses cleanly', () => {
    it('When it is sent many times, Then the connection is kept', async () => {
      const pool = guardedPool({ connectionString: url, max: 1 });
      const pids = new Set<number>();
      for (let time = 0; time < 20; time += 1) {
        const refused = await pool.query('SELECT 1/0').catch((error: { code?: string }) => error.code);
        expect(refused, 'the fault').to.equal('22012');
        pids.add((await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!.pid);
      }
      expect(pids.size).to.equal(1);
      await pool.end();
    });

    it('When a client is asked, Then it has the property that tells whether it waits for an answer', async () => {
      const pool = guardedPool({ connectionString: url, max: 1 });
      const client = await pool.connect();
      const ready = (): unknown => (client as unknown as { readyForQuery: unknown }).readyForQuery;
      expect(ready()).to.equal(true);
      const answer = client.query('SELECT 1');
      expect(ready()).to.equal(false);
      await answer;
      expect(ready()).to.equal(true);
      client.release();
      await pool.end();
    });
  });

  describe('Given units of work under faults, many at once (G7)', () => {
    it('When each is committed, refused, thrown out of or killed, Then exactly what was answered as stored is stored', async function () {
      this.timeout(60_000);
      const migrated = await sharedServer.migratedDatabase();
      const adapter = await startedAdapter(migrated, {
        ...SHORT,
        queryTimeoutMs: 2_000,
        poolTimeoutMs: 5_000,
      });
      const watcher = await connected(migrated);
      const runId = await prepareRun(adapter);
      const stored = new Set<string>();
      const unsure = new Set<string>();
      const happened = { committed: 0, thrown: 0, refused: 0, killed: 0 };
      const unit = async (number: number): Promise<void> => {
        const resultId = fixtures.id(1_000 + number);
        const fault = number % 10;
        const settled = await refusalOf(
          adapter.ports.unitOfWork.run(async ({ testResults, testRuns }) => {
            await testResults.create(fixtures.testResult({ resultId, runId }));
            if (fault === 1) throw new Error('thrown');
            if (fault === 2)
              await testRuns
                .create(fixtures.testRun({ scenarioId: 'nobody', runId: fixtures.id(5_000 + number) }))
                .catch(() => undefined);
            if (fault === 3 && number % 50 === 3) {
              await watcher.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()",
              );
            }
          }),
        );
        if (settled === 'answered') stored.add(resultId);
        else if (settled === 'UNKNOWN_OUTCOME') unsure.add(resultId);
        if (settled === 'answered') happened.committed += 1;
        else if (settled === 'REFERENCE_VIOLATION') happened.refused += 1;
        else if (settled === 'thrown') happened.thrown += 1;
        else happened.killed += 1;
      };
      const workers = Array.from({ length: 8 }, async (_, worker) => {
        for (let number = worker; number < 2_000; number += 8) await unit(number);
      });
      await Promise.all(workers);
      for (const [what, times] of Object.entries(happened)) expect(times, what).to.be.greaterThan(0);
      const { rows } = await watcher.query<{ result_id: string }>(
        'SELECT result_id FROM test_coordination.test_results',
      );
      const found = new Set(rows.map((row) => row.result_id));
      expect(
        [...stored].filter((id) => !found.has(id)),
        'lost',
      ).to.deep.equal([]);
      expect(
        [...found].filter((id) => !stored.has(id) && !unsure.has(id)),
        'leaked',
      ).to.deep.equal([]);
      await Promise.all([adapter.stop(), watcher.end()]);
    });
  });
});
