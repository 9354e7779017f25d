import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import pg from 'pg';
import { Pgbouncer, PostgresServer, TestPostgres } from '@test-coordinator/services';
import { eventually } from './eventually.js';
import { isAlive } from './is-alive.js';

async function query<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

const setting = async (url: string, name: string): Promise<unknown> =>
  (await query<{ value: string }>(url, `SELECT current_setting('${name}') AS value`))[0]?.value;

describe('PostgreSQL for tests', function () {
  this.timeout(120_000);

  for (const major of [15, 18] as const) {
    describe(`Given PostgreSQL ${major}`, () => {
      it('When it starts, Then it is of that version, and keeps nothing for a crash', async () => {
        await using server = await PostgresServer.start({ major, settings: { max_connections: '23' } });
        expect(await setting(server.url, 'server_version')).to.match(new RegExp(`^${major}\\.`));
        expect(await setting(server.url, 'fsync')).to.equal('off');
        expect(await setting(server.url, 'max_connections')).to.equal('23');
      });

      it('When it is killed and restarted, Then what was committed is there, on the same port', async () => {
        await using server = await PostgresServer.start({ major });
        await query(server.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
        const { pid, url } = server;
        await server.kill();
        expect(server.isRunning).to.equal(false);
        expect(isAlive(pid)).to.equal(false);
        await server.restart();
        expect(server.url).to.equal(url);
        expect(await query(url, 'SELECT * FROM kept')).to.deep.equal([{ answer: 42 }]);
      });
    });
  }

  describe('Given a file for the data folder', () => {
    it('When it is another pg_hba.conf, Then the server obeys it', async () => {
      await using server = await PostgresServer.start({
        files: { 'pg_hba.conf': 'host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 reject\n' },
      });
      await query(server.url, 'CREATE ROLE guest LOGIN');
      const guest = server.url.replace('postgres@', 'guest@');
      const refusal = await query(guest, 'SELECT 1').catch((error: unknown) => error);
      expect(refusal).to.have.property('code', '28000');
    });
  });

  describe('Given settings that the server refuses', () => {
    it('When it starts, Then the error holds what it says', async () => {
      const error = await PostgresServer.start({ settings: { max_connections: 'many' } }).catch(String);
      expect(error).to.include('invalid value for parameter "max_connections"');
    });
  });

  describe('Given a server that is stopped by a signal', () => {
    it('When it goes on, Then the query that waited is answered', async () => {
      await using server = await PostgresServer.start();
      server.signal('SIGSTOP');
      let isAnswered = false;
      const waiting = query(server.url, 'SELECT 1 AS one').then((rows) => {
        isAnswered = true;
        return rows;
      });
      await eventually(() => stateOf(server.pid).then((state) => state.startsWith('T')));
      expect(isAnswered).to.equal(false);
      server.signal('SIGCONT');
      expect(await waiting).to.deep.equal([{ one: 1 }]);
    });
  });

  describe('Given a template database', () => {
    it('When it is cloned twice, Then each clone has its rows, and they are apart', async () => {
      await using postgres = await TestPostgres.startOwn();
      const template = await postgres.templateDatabase(async (url) => {
        await query(url, 'CREATE TABLE kept AS SELECT 42 AS answer');
      });
      const [one, two] = [await postgres.cloneDatabase(template), await postgres.cloneDatabase(template)];
      await query(one, 'DELETE FROM kept');
      expect(await query(one, 'SELECT * FROM kept')).to.deep.equal([]);
      expect(await query(two, 'SELECT * FROM kept')).to.deep.equal([{ answer: 42 }]);
      expect(
        await query(await postgres.createDatabase(), "SELECT to_regclass('kept') AS kept"),
      ).to.deep.equal([{ kept: null }]);
    });
  });

  describe('Given TEST_PG_URL', () => {
    let given: PostgresServer;
    const outside = process.env['TEST_PG_URL'];

    before(async () => {
      given = await PostgresServer.start({ major: 15 });
    });
    afterEach(() => {
      if (outside === undefined) delete process.env['TEST_PG_URL'];
      else process.env['TEST_PG_URL'] = outside;
    });
    after(() => given.stop());

    const databases = (): Promise<unknown[]> =>
      query(given.url, "SELECT datname FROM pg_database WHERE datname ~ '^(test|template)_'");

    it('When databases are made, Then they are on that server, and gone at the end', async () => {
      process.env['TEST_PG_URL'] = given.url;
      const postgres = await TestPostgres.start();
      expect(postgres.server).to.equal(undefined);
      await postgres.cloneDatabase(await postgres.templateDatabase(() => Promise.resolve()));
      expect(await databases()).to.have.length(2);
      await postgres.stop();
      expect(await databases()).to.deep.equal([]);
      expect(given.isRunning).to.equal(true);
    });

    it('When another major version is asked for, Then a throw-away server of it is started', async () => {
      process.env['TEST_PG_URL'] = given.url;
      await using postgres = await TestPostgres.start({ major: 18 });
      expect(await setting(postgres.url, 'server_version')).to.match(/^18\./);
    });

    it('When nobody listens there, Then the message names the variable and what to do', async () => {
      process.env['TEST_PG_URL'] = 'postgresql://postgres@127.0.0.1:1/postgres';
      const error = await TestPostgres.start({ major: 15 }).catch(String);
      expect(error).to.match(/TEST_PG_URL can't be used .*unset TEST_PG_URL/);
    });
  });

  describe('Given pgbouncer in front of a server', () => {
    it('When clients share its connections, Then a transaction keeps one and the next may get it', async () => {
      await using server = await PostgresServer.start();
      await using pooler = await Pgbouncer.start({
        target: server.url,
        settings: { default_pool_size: '1' },
      });
      const backend = 'SELECT pg_backend_pid() AS pid, current_user AS name';
      const [one] = await query(pooler.url, backend);
      const [two] = await query(pooler.url, backend);
      expect(one).to.deep.equal(two).and.have.property('name', 'postgres');

      const client = new pg.Client({ connectionString: pooler.url });
      await client.connect();
      await client.query('BEGIN');
      let isServed = false;
      const other = query(pooler.url, backend).then(() => (isServed = true));
      await client.query('SELECT pg_sleep(0.2)');
      expect(isServed, 'the only connection is in a transaction').to.equal(false);
      await client.query('COMMIT');
      await other;
      await client.end();
    });
  });

  describe('Given a test process that is killed', () => {
    it('When it can clean nothing up, Then its server and the folder are gone all the same', async () => {
      const script = fileURLToPath(new URL('start-server.js', import.meta.url));
      const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
      const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
      const { pid, folder } = JSON.parse(line) as { pid: number; folder: string };
      expect(isAlive(pid)).to.equal(true);
      expect(existsSync(folder)).to.equal(true);
      child.kill('SIGKILL');
      await eventually(() => !isAlive(pid) && !existsSync(folder));
    });
  });
});

async function stateOf(pid: number): Promise<string> {
  const ps = spawn('ps', ['-o', 'stat=', '-p', `${pid}`]);
  const [state] = (await once(ps.stdout.setEncoding('utf8'), 'data')) as [string];
  return state.trim();
}
