import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chooseAdapters, readSettings } from '@test-coordinator/coordinator';
import { TestPostgres } from '@test-coordinator/services';
import { expect } from 'chai';
import pg from 'pg';

import { CoordinatorHere } from './coordinator-here.js';
import { CoordinatorProcess, SERVING } from './coordinator-process.js';
import { eventually } from './eventually.js';
import { runInProcess } from './in-process.js';

async function query(url: string, sql: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

describe('Coordinator on a PostgreSQL server', function () {
  this.timeout(180_000);
  let server: TestPostgres;
  let settings: Record<string, string>;
  let url: string;
  // Where coordinators have their spools: not in that of who runs the tests.
  const folder = mkdtempSync(join(tmpdir(), 'server-store-'));
  before(async () => {
    // Its own: roles belong to a whole server.
    server = await TestPostgres.startOwn();
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    url = await server.createDatabase();
    settings = {
      TEST_COORDINATOR_STORE: '',
      TEST_COORDINATOR_ADAPTER_POSTGRES_URL: url,
      TEST_COORDINATOR_ADAPTER_DATA_DIR: folder,
      TEST_COORDINATOR_HTTP_PORT: '0',
    };
  });
  const run = (...args: string[]) => runInProcess(args, settings);

  // Ten at once, time after time, is a test of the adapter, whose processes start in a tenth of the time.
  it('Given an empty database, When three coordinators start at once, Then all serve, and the schema was made once', async () => {
    const all = Array.from({ length: 3 }, () => new CoordinatorProcess([], settings));
    const urls = await Promise.all(all.map((each) => each.saying(SERVING)));
    for (const [, each] of urls) expect((await fetch(`${each}/readyz`)).status).to.equal(200);
    for (const each of all) each.kill('SIGTERM');
    const ended = await Promise.all(all.map((each) => each.ended()));
    expect(ended.map(({ code }) => code)).to.deep.equal([0, 0, 0]);
    expect(ended.filter(({ stdout }) => stdout.includes('migrated the schema'))).to.have.length(1);
  });

  it('Given an empty database, When migrations are planned and run, Then the plan changes nothing and is what runs', async () => {
    const plan = await run('migrate', '--dry-run');
    expect(plan.code).to.equal(0);
    expect(plan.stdout).to.include('CREATE SCHEMA').and.include('-- 0001-records');
    const schemas = "SELECT FROM pg_namespace WHERE nspname = 'test_coordination'";
    expect((await query(url, schemas)).rowCount).to.equal(0);
    expect((await run('migrate')).stdout).to.match(/^Applied 0001-records/);
    const roles = "SELECT FROM pg_roles WHERE rolname IN ('tc_owner', 'tc_migrate', 'tc_app', 'tc_ro')";
    expect((await query(url, roles)).rowCount).to.equal(0);
    expect((await run('migrate', '--roles')).stdout).to.equal(
      'The schema is up to date.\n' +
        'The roles tc_owner, tc_migrate, tc_app and tc_ro are granted what they need and no more.\n',
    );
    expect((await query(url, roles)).rowCount).to.equal(4);
    expect((await run('migrate', '--dry-run')).stdout).to.equal('-- The schema is up to date.\n');
  });

  it('Given a schema that is newer than the code, When a command starts, Then a sentence says what to do', async () => {
    await run('migrate');
    await query(
      url,
      "INSERT INTO test_coordination.schema_migrations (number, name, checksum) VALUES (9999, 'later', 'x')",
    );
    for (const { code, stderr } of [await run('serve'), await run('migrate')]) {
      expect(code).to.equal(3);
      expect(stderr).to.include('schema is at version 9999').and.include('upgrade the test coordinator');
    }
  });

  it('Given a server, When health is asked for, Then names, roles and limits are told, and no secret', async () => {
    const withSecret = new URL(url);
    withSecret.password = 'hunter2';
    settings['TEST_COORDINATOR_ADAPTER_POSTGRES_URL'] = withSecret.href;
    settings['TEST_COORDINATOR_ADAPTER_POSTGRES_POOL_SIZE'] = '7';
    const { code, stdout, stderr } = await run('health');
    expect([code, stderr]).to.deep.equal([0, '']);
    expect(stdout)
      .to.match(/^postgres is up /)
      .and.match(/role +records, in the PostgreSQL server of the settings/)
      .and.match(/limits +7 connections/)
      .and.match(/memory is up .*\n +role +cache, service registry, locks and live state/)
      .and.not.include('hunter2');
  });

  describe('Given a run that is older than the settings keep it', () => {
    const OLD = { now: () => new Date('2020-01-01') };
    const runs = 'SELECT run_id FROM test_coordination.test_runs';
    beforeEach(async () => {
      await using factory = await chooseAdapters(readSettings(settings), { clock: OLD, environment: {} });
      await factory.start();
      const { scenarioId } = await factory
        .getScenariosRepository()
        .create({ scenarioId: 'old', name: 'old', scenarioType: 'combined' });
      for (const pinned of [false, true])
        await factory.getTestRunsRepository().create({ scenarioId, pinned });
    });

    it('When maintain runs, Then it tells what would go, deletes that, and leaves what is pinned', async () => {
      const expected = '1 runs with 0 events and results, 0 scenarios.\n';
      expect((await run('maintain', '--dry-run')).stdout).to.equal(`Would delete: ${expected}`);
      expect((await query(url, runs)).rowCount).to.equal(2);
      expect((await run('maintain')).stdout).to.equal(`Deleted: ${expected}`);
      expect((await query(url, runs)).rowCount).to.equal(1);
    });

    it('When a coordinator serves, Then it deletes that by itself and says so', async () => {
      const serving = new CoordinatorHere(settings);
      await serving.saying(/deleted what is older than the settings keep it/);
      await eventually('the run is gone', async () => (await query(url, runs)).rowCount === 1);
      serving.kill();
      expect((await serving.ended()).code).to.equal(0);
    });
  });
});
