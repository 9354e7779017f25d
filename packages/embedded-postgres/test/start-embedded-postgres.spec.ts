import { createServer } from 'node:net';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { expect } from 'chai';
import { startEmbeddedPostgres } from '@test-coordinator/embedded-postgres';
import { DataDir, query, setting } from './data-dir.js';
import { UsingProcess } from './using-process.js';

describe('Embedded PostgreSQL', function () {
  this.timeout(60_000);
  let folder: DataDir;

  beforeEach(() => {
    folder = new DataDir();
  });
  afterEach(async () => {
    await UsingProcess.killAll();
    await folder.remove();
  });
  after(() => DataDir.removeUsed());

  describe('Given an empty folder', () => {
    it('When the server starts, Then it is durable, checked and on the loopback alone', async () => {
      await using server = await startEmbeddedPostgres({ dataDir: folder.path });
      expect(server.joined).to.equal(false);
      const settings = ['fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums'];
      for (const name of settings) expect(await setting(server.url, name), name).to.equal('on');
      expect(await setting(server.url, 'listen_addresses')).to.equal('127.0.0.1');
      expect(await setting(server.url, 'unix_socket_directories')).to.equal('');
      expect(await setting(server.url, 'server_encoding')).to.equal('UTF8');
      expect(await query(server.url, "SELECT upper('é') AS upper")).to.deep.equal([{ upper: 'É' }]);
    });

    it('When the server starts, Then it asks for the password, which its owner alone can read', async () => {
      await using server = await startEmbeddedPostgres({ dataDir: folder.path });
      const wrong = new URL(server.url);
      wrong.password = 'guessed';
      const refusal = await query(wrong.href, 'SELECT 1').catch((error: unknown) => error);
      expect(refusal).to.have.property('code', '28P01');
      for (const name of ['password', 'lock', 'port', 'server.log'])
        expect(statSync(folder.file(name)).mode & 0o777, name).to.equal(0o600);
      expect(statSync(folder.path).mode & 0o777).to.equal(0o700);
    });
  });

  describe('Given a folder that was used before', () => {
    beforeEach(() => folder.fill());

    it('When the server is wanted without durability, Then it does not sync', async () => {
      await using server = await startEmbeddedPostgres({ dataDir: folder.path, durable: false });
      expect(await setting(server.url, 'fsync')).to.equal('off');
    });

    it('When settings are given, Then the server has them', async () => {
      const settings = { max_connections: '17', application_name: "it's a name" };
      await using server = await startEmbeddedPostgres({ dataDir: folder.path, durable: false, settings });
      expect(await setting(server.url, 'max_connections')).to.equal('17');
    });

    it('When a port is wanted, Then the server listens there', async () => {
      const port = await closedPort();
      await using server = await startEmbeddedPostgres({ dataDir: folder.path, durable: false, port });
      expect(new URL(server.url).port).to.equal(`${port}`);
    });

    it('When a statement fails, Then its values stay out of the log file', async () => {
      await using server = await startEmbeddedPostgres({ dataDir: folder.path, durable: false });
      const refusal = await query(server.url, "SELECT 'a secret'::int").catch((error: unknown) => error);
      expect(refusal).to.have.property('code', '22P02');
      const log = readFileSync(folder.file('server.log'), 'utf8');
      expect(log).to.include('ready to accept connections').and.not.include('a secret');
    });
  });

  describe('Given a server that was stopped', () => {
    beforeEach(() => folder.fill());

    it('When it starts again, Then the data is there, under the same URL', async () => {
      const first = await startEmbeddedPostgres({ dataDir: folder.path });
      await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
      await first.stop();
      // Its keeper is a moment behind the server.
      await folder.isQuiet();

      await using second = await startEmbeddedPostgres({ dataDir: folder.path });
      expect(second.joined).to.equal(false);
      expect(second.url).to.equal(first.url);
      expect(await query(second.url, 'SELECT * FROM kept')).to.deep.equal([{ answer: 42 }]);
    });

    it('When its port is taken meanwhile, Then it listens on another', async () => {
      const first = await startEmbeddedPostgres({ dataDir: folder.path, durable: false });
      await first.stop();
      const intruder = createServer().listen(Number(new URL(first.url).port), '127.0.0.1');
      await once(intruder, 'listening');
      try {
        await using second = await startEmbeddedPostgres({ dataDir: folder.path, durable: false });
        expect(new URL(second.url).port).to.not.equal(new URL(first.url).port);
        expect(await query(second.url, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
      } finally {
        intruder.close();
      }
    });

    it('When it is stopped once more, Then nothing happens', async () => {
      const server = await startEmbeddedPostgres({ dataDir: folder.path, durable: false });
      await Promise.all([server.stop(), server.stop()]);
      await server.stop();
    });
  });

  describe('Given a server that runs', () => {
    beforeEach(() => folder.fill());

    it('When another process starts it, Then that joins, and the server stays until both have left', async () => {
      await using server = await startEmbeddedPostgres({ dataDir: folder.path, durable: false });
      const other = await UsingProcess.start({ dataDir: folder.path });
      expect(await other.outcome()).to.deep.equal({ url: server.url, joined: true });
      const pid = folder.serverPid;
      expect(pid).to.be.a('number');

      await server.stop();
      expect(folder.serverPid).to.equal(pid);
      expect(await query(other.url, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);

      await other.stop();
      expect(folder.serverPid).to.equal(undefined);
    });

    it('When one of its users leaves, Then that takes no longer than an answer of the keeper', async () => {
      await using server = await startEmbeddedPostgres({ dataDir: folder.path, durable: false });
      const joined = await startEmbeddedPostgres({ dataDir: folder.path });
      const started = performance.now();
      await joined.stop();
      expect(performance.now() - started).to.be.below(5_000);
      expect(await query(server.url, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
    });
  });

  describe('Given ten processes', () => {
    it('When they start at once on an empty folder, Then all get one server, and it ends with the last', async () => {
      const users = Array.from({ length: 10 }, () =>
        UsingProcess.spawn({ dataDir: folder.path, durable: false }),
      );
      const outcomes = await Promise.all(users.map((user) => user.outcome()));
      expect(new Set(outcomes.map(({ url }) => url)).size).to.equal(1);
      expect(outcomes.filter(({ joined }) => joined === false)).to.have.length(1);
      const servers = await Promise.all(
        outcomes.map(({ url = '' }) =>
          query<{ started: string }>(url, 'SELECT pg_postmaster_start_time()::text AS started'),
        ),
      );
      expect(new Set(servers.map(([row]) => row?.started)).size).to.equal(1);

      await Promise.all(users.slice(1).map((user) => user.kill()));
      expect(folder.serverPid).to.be.a('number');
      await users[0]?.kill();
      await folder.isQuiet();
    });

    it('When they start and stop in turns, Then each start gets a server that answers', async () => {
      const turns = Array.from({ length: 10 }, async () => {
        for (let turn = 0; turn < 5; turn += 1) {
          await using server = await startEmbeddedPostgres({ dataDir: folder.path, durable: false });
          expect(await query(server.url, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
        }
      });
      await Promise.all(turns);
      await folder.isQuiet();
    });
  });
});

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
