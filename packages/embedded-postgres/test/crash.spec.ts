import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { startEmbeddedPostgres } from '@test-coordinator/embedded-postgres';
import { DataDir, isAlive, query } from './data-dir.js';
import { eventually } from './eventually.js';
import { UsingProcess } from './using-process.js';

const GONE_AND_BACK = [
  'The embedded PostgreSQL went away; it is being started again.',
  'The embedded PostgreSQL is back.',
];

describe('Embedded PostgreSQL and processes that are killed', function () {
  this.timeout(60_000);
  let folder: DataDir;

  beforeEach(async () => {
    folder = new DataDir();
    await folder.fill();
  });
  afterEach(async () => {
    await UsingProcess.killAll();
    await folder.remove();
  });
  after(() => DataDir.removeUsed());

  const answers = (url: string): Promise<boolean> =>
    query(url, 'SELECT 1').then(
      () => true,
      () => false,
    );

  describe('Given a process that started the server, and others that joined', () => {
    it('When the first is killed, Then the server goes on for the others', async () => {
      const first = await UsingProcess.start({ dataDir: folder.path, durable: false });
      const second = await UsingProcess.start({ dataDir: folder.path, durable: false });
      const pid = folder.serverPid;
      await first.kill();
      expect(isAlive(first.pid)).to.equal(false);

      // A server that is told to stop refuses new sessions within milliseconds: a late join sees that it was not.
      await using third = await startEmbeddedPostgres({ dataDir: folder.path, durable: false });
      expect(third).to.include({ url: second.url, joined: true });
      expect(await answers(second.url)).to.equal(true);
      expect(folder.serverPid).to.equal(pid);
    });

    it('When all are killed, Then the server stops and nothing is left behind', async () => {
      const users = [
        await UsingProcess.start({ dataDir: folder.path, durable: false }),
        await UsingProcess.start({ dataDir: folder.path, durable: false }),
      ];
      expect(folder.processes).to.not.deep.equal([]);
      await Promise.all(users.map((user) => user.kill()));
      await folder.isQuiet();
    });

    it('When one ends without stopping, Then the server stops all the same', async () => {
      const user = await UsingProcess.start({ dataDir: folder.path, durable: false });
      process.kill(user.pid, 'SIGTERM');
      await folder.isQuiet();
    });
  });

  describe('Given rows that were committed', () => {
    it('When the using process is killed while it writes, Then every acknowledged row is there', async () => {
      const user = await UsingProcess.start({ dataDir: folder.path });
      await query(user.url, 'CREATE TABLE kept (id int)');
      let acknowledged = 0;
      const writing = (async () => {
        for (;;) {
          await query(user.url, `INSERT INTO kept VALUES (${acknowledged})`);
          acknowledged += 1;
        }
      })().catch((error: unknown) => error);
      await eventually(() => acknowledged > 20);
      await user.kill();
      expect(await writing).to.be.an('error');

      await using server = await startEmbeddedPostgres({ dataDir: folder.path });
      const [row] = await query<{ count: number }>(server.url, 'SELECT count(*)::int AS count FROM kept');
      expect(row?.count).to.be.at.least(acknowledged);
    });

    it('When the server is killed, Then it comes back by itself where it was, with the rows', async () => {
      const user = await UsingProcess.start({ dataDir: folder.path });
      await query(user.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
      const pid = folder.serverPid ?? 0;
      process.kill(pid, 'SIGKILL');
      await eventually(() => !isAlive(pid));

      await eventually(() => answers(user.url));
      expect(folder.serverPid).to.not.equal(pid);
      expect(await query(user.url, 'SELECT * FROM kept')).to.deep.equal([{ answer: 42 }]);
      expect(user.log).to.deep.equal(GONE_AND_BACK);
    });

    it('When the server is killed under several users, Then they all get one server again', async () => {
      const users = [
        await UsingProcess.start({ dataDir: folder.path, durable: false }),
        await UsingProcess.start({ dataDir: folder.path, durable: false }),
        await UsingProcess.start({ dataDir: folder.path, durable: false }),
      ];
      const [first] = users;
      if (!first) throw new Error('no user');
      process.kill(folder.serverPid ?? 0, 'SIGKILL');
      await eventually(() => users.every(({ log }) => log.length === 2));
      expect(await answers(first.url)).to.equal(true);

      // Each counts as a user again: the server stays for the last one, and ends with it.
      await Promise.all(users.slice(1).map((user) => user.kill()));
      await using late = await startEmbeddedPostgres({ dataDir: folder.path, durable: false });
      expect(late).to.include({ url: first.url, joined: true });
      await late.stop();
      await first.kill();
      await folder.isQuiet();
    });
  });

  describe('Given a server whose keeper was killed', () => {
    it('When its users notice, Then they start it again under a new keeper', async () => {
      const user = await UsingProcess.start({ dataDir: folder.path, durable: false });
      const [pid, keepers] = [folder.serverPid ?? 0, folder.keepers];
      expect(keepers).to.have.length(2);
      for (const keeper of keepers) process.kill(keeper, 'SIGKILL');
      await eventually(() => !keepers.some(isAlive));

      await eventually(() => user.log.length === 2);
      expect(user.log).to.deep.equal(GONE_AND_BACK);
      expect(isAlive(pid)).to.equal(false);
      expect(folder.keepers).to.have.length(2);
      expect(await answers(user.url)).to.equal(true);
    });

    it('When its users were killed too, Then the next start replaces the server that is left over', async () => {
      const user = await UsingProcess.start({ dataDir: folder.path });
      await query(user.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
      const [pid, keepers] = [folder.serverPid ?? 0, folder.keepers];
      process.kill(user.pid, 'SIGSTOP');
      for (const keeper of keepers) process.kill(keeper, 'SIGKILL');
      await user.kill();
      await eventually(() => !keepers.some(isAlive));
      expect(isAlive(pid), 'the server is left over').to.equal(true);
      expect(await answers(user.url)).to.equal(true);

      await using server = await startEmbeddedPostgres({ dataDir: folder.path });
      expect(server.joined).to.equal(false);
      expect(isAlive(pid)).to.equal(false);
      expect(await query(server.url, 'SELECT * FROM kept')).to.deep.equal([{ answer: 42 }]);
    });

    it('When only its reader was killed, Then the server comes back and ends with its user', async () => {
      const user = await UsingProcess.start({ dataDir: folder.path, durable: false });
      const reader = Math.max(...folder.keepers);
      process.kill(reader, 'SIGKILL');
      await eventually(() => user.log.length === 2);
      expect(user.log).to.deep.equal(GONE_AND_BACK);
      expect(await answers(user.url)).to.equal(true);
      await user.kill();
      await folder.isQuiet();
    });
  });

  describe('Given a terminal', () => {
    it('When Ctrl-C signals the process group of the user, Then the server is not in it', async () => {
      await using server = await startEmbeddedPostgres({ dataDir: folder.path, durable: false });
      expect(server.joined).to.equal(false);
      // All at one look: a short one of them may end before it is asked for.
      const told = execFileSync('ps', ['-e', '-o', 'pid=,pgid='], { encoding: 'utf8' });
      const groups = new Map(
        told
          .trim()
          .split('\n')
          .map((line) => line.trim().split(/\s+/).map(Number) as [pid: number, group: number]),
      );
      expect(groups.get(folder.serverPid!), 'the group of the server').to.be.a('number');
      for (const pid of folder.processes) expect(groups.get(pid)).to.not.equal(groups.get(process.pid));
    });
  });
});
