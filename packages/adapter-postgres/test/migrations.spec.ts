import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createPostgresAdapter, migrate, planMigrations } from '@test-coordinator/adapter-postgres';
import { DataAdapterError } from '@test-coordinator/ports';
import { expect } from 'chai';

import { entityDifferences } from './entity-differences.js';
import { connected } from './fault-worlds.js';
import { schemaDump } from './schema-dump.js';
import { oldestServer, sharedServer } from './test-databases.js';

const SCHEMA_FILE = new URL('../schema.sql', import.meta.url);

async function refusal(call: Promise<unknown>): Promise<DataAdapterError> {
  const [settled] = await Promise.allSettled([call]);
  if (settled.status === 'rejected' && DataAdapterError.is(settled.reason)) return settled.reason;
  throw new Error('the call was not refused');
}

const ROUNDS = Number(process.env['TEST_COORDINATOR_MIGRATION_ROUNDS'] ?? 3);

describe('The migrations', () => {
  describe('Given an empty database and ten processes that start at once (B11, G8)', () => {
    let children: readonly ChildProcess[] = [];
    beforeEach(() => {
      const file = new URL('./starting-process.js', import.meta.url);
      children = Array.from({ length: 10 }, () => fork(file, { stdio: 'ignore' }));
    });
    afterEach(() => {
      for (const child of children) child.disconnect();
    });

    it('When they do so time after time, Then all come up each time and each migration is there once', async function () {
      this.timeout(120_000);
      await Promise.all(children.map((child) => once(child, 'message')));
      for (let round = 1; round <= ROUNDS; round += 1) {
        const url = await sharedServer.emptyDatabase();
        const answers = Promise.all(children.map((child) => once(child, 'message')));
        for (const child of children) child.send(url);
        const said = (await answers).map(([answer]) => answer as string);
        expect(said, `round ${round}`).to.deep.equal(children.map(() => 'started'));
        const admin = await connected(url);
        const { rows } = await admin.query(
          'SELECT number FROM test_coordination.schema_migrations ORDER BY number',
        );
        expect(rows, `round ${round}`).to.deep.equal([{ number: 1 }, { number: 2 }]);
        await admin.end();
      }
    });
  });

  describe('Given a database without the schema', () => {
    it('When the plan is asked for, Then it is the script, and nothing was done', async () => {
      const url = await sharedServer.emptyDatabase();
      const plan = await planMigrations({ url });
      expect(plan.pending).to.deep.equal(['0001-records', '0002-audit-log']);
      expect(plan.sql)
        .to.include('CREATE SCHEMA IF NOT EXISTS "test_coordination"')
        .and.to.include('CREATE TABLE test_runs');
      expect((await planMigrations({ url })).pending).to.have.length(2);
      const admin = await connected(url);
      await admin.query(`BEGIN; ${plan.sql}; COMMIT`);
      expect(
        (await admin.query("SELECT to_regclass('test_coordination.test_runs') IS NOT NULL AS there")).rows,
      ).to.deep.equal([{ there: true }]);
      await admin.end();
    });

    it('When an adapter that must not migrate starts on it, Then it is refused and made nothing', async () => {
      const url = await sharedServer.emptyDatabase();
      const reader = createPostgresAdapter({ settings: { url, migrates: false } });
      const { code, message } = await refusal(reader.start());
      await reader.stop();
      expect([code, message]).to.deep.equal([
        'UNSUPPORTED',
        'the schema test_coordination is missing or behind this version of the code; start a coordinator of this version on the database, or run migrate',
      ]);
      expect((await planMigrations({ url })).pending).to.deep.equal(['0001-records', '0002-audit-log']);
    });

    it('When it is migrated twice, Then the first call says what it did and the second did nothing', async () => {
      const url = await sharedServer.emptyDatabase();
      expect(await migrate({ url })).to.deep.equal({ applied: ['0001-records', '0002-audit-log'] });
      expect(await migrate({ url })).to.deep.equal({ applied: [] });
      expect(await planMigrations({ url })).to.deep.equal({ pending: [], sql: '' });
    });

    it('When it is migrated by a role that may not, Then the error says who may', async () => {
      const url = await sharedServer.emptyDatabase();
      const admin = await connected(url);
      await admin.query(
        'DO $$ BEGIN CREATE ROLE tc_nobody LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$',
      );
      await admin.end();
      const error = await refusal(migrate({ url: url.replace(/\/\/[^@]*@/, '//tc_nobody@') }));
      expect(error.code).to.equal('UNSUPPORTED');
      expect(error.message).to.include('tc_migrate');
    });
  });

  describe('Given a schema that does not fit the code', () => {
    it('When it is newer, Then a start stops with a sentence that says what to do', async () => {
      const url = await sharedServer.migratedDatabase();
      const admin = await connected(url);
      await admin.query(
        "INSERT INTO test_coordination.schema_migrations (number, name, checksum) VALUES (3, 'later', 'x')",
      );
      await admin.end();
      const error = await refusal(createPostgresAdapter({ settings: { url } }).start());
      expect(error.code).to.equal('UNSUPPORTED');
      expect(error.message).to.equal(
        'the database schema is at version 3, and this version of the code knows 2; upgrade the test coordinator',
      );
    });

    it('When it was made from another text, Then a start stops and names the migration', async () => {
      const url = await sharedServer.migratedDatabase();
      const admin = await connected(url);
      await admin.query("UPDATE test_coordination.schema_migrations SET checksum = 'other'");
      await admin.end();
      const error = await refusal(createPostgresAdapter({ settings: { url } }).start());
      expect(error.code).to.equal('UNSUPPORTED');
      expect(error.message).to.include('0001-records');
    });
  });

  describe('Given the dump of the schema in schema.sql', () => {
    for (const [title, server] of [
      ['newest', sharedServer],
      ['oldest', oldestServer],
    ] as const) {
      it(`When a database of the ${title} PostgreSQL is migrated, Then it is what the dump says`, async function () {
        this.timeout(60_000);
        const dump = await schemaDump(await server.migratedDatabase());
        expect(dump).to.equal(await readFile(SCHEMA_FILE, 'utf8'));
      });
    }

    it('When TypeORM compares the entities with the database, Then there is nothing to change', async () => {
      expect(await entityDifferences(await sharedServer.migratedDatabase())).to.deep.equal([]);
    });

    it('When the database has lost a column of an entity, Then TypeORM sees it', async () => {
      const url = await sharedServer.migratedDatabase();
      const admin = await connected(url);
      await admin.query('ALTER TABLE test_coordination.test_runs DROP COLUMN exit_code');
      await admin.end();
      expect((await entityDifferences(url)).join()).to.include('exit_code');
    });
  });
});
