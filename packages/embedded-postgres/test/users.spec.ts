import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { expect } from 'chai';
import { startEmbeddedPostgres } from '@test-coordinator/embedded-postgres';
import { DataDir, query } from './data-dir.js';
import { isRoot, NOBODY, PackageCopy } from './package-copy.js';
import { UsingProcess } from './using-process.js';

/** The first user after root, whom every system has: daemon. */
const SOMEBODY = 1;
const NAMELESS = 64_001;

describe('Embedded PostgreSQL and the users of the system', function () {
  this.timeout(60_000);
  let folder: DataDir;

  beforeEach(() => {
    folder = new DataDir();
  });
  afterEach(async () => {
    await UsingProcess.killAll();
    await folder.remove();
  });
  after(() => PackageCopy.removeShared());

  const ownersOfProcesses = (): number[] =>
    folder.processes.map((pid) =>
      Number(execFileSync('ps', ['-o', 'uid=', '-p', `${pid}`], { encoding: 'utf8' })),
    );

  describe('Given any user', () => {
    it('When the server runs, Then it is not root, and root runs it as nobody', async () => {
      await using server = await startEmbeddedPostgres({ dataDir: folder.path, durable: false });
      expect(await query(server.url, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
      const owners = new Set(ownersOfProcesses());
      expect([...owners]).to.deep.equal([isRoot ? NOBODY : process.geteuid?.()]);
      expect(statSync(folder.path).uid).to.equal(isRoot ? NOBODY : process.geteuid?.());
    });

    it('When the binaries lack the links of their libraries, Then a complete copy is used', async () => {
      const binaries = { ...PackageCopy.shared().binaries, folder: folder.file('binaries') };
      cpSync(PackageCopy.shared().binaries.folder, binaries.folder, {
        recursive: true,
        filter: (path) => !/lib(icu\w+|pq)\.so(\.\d+)?$/.test(path),
      });
      expect(readdirSync(`${binaries.folder}/lib`)).to.not.include('libpq.so.5');
      const dataDir = folder.file('data');
      chmodSync(folder.path, 0o755);
      await using server = await startEmbeddedPostgres({ dataDir, durable: false, binaries });
      expect(await query(server.url, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
      expect(existsSync(`${dataDir}/postgresql-${binaries.version}/lib/libpq.so.5`)).to.equal(true);
    });
  });

  // Only root can become somebody else.
  if (isRoot) {
    const asUser = (uid: number): UsingProcess =>
      UsingProcess.spawn(
        { dataDir: folder.path, durable: false },
        { uid, script: PackageCopy.shared().script },
      );

    describe('Given a process of an ordinary user', () => {
      beforeEach(() => chownSync(folder.path, SOMEBODY, SOMEBODY));

      it('When it starts the server, Then root can join it, and start it later as that user', async () => {
        const user = asUser(SOMEBODY);
        const { url = '' } = await user.outcome();
        await query(url, 'CREATE TABLE kept AS SELECT 42 AS answer');
        expect(new Set(ownersOfProcesses())).to.deep.equal(new Set([SOMEBODY]));
        {
          await using joined = await startEmbeddedPostgres({ dataDir: folder.path, durable: false });
          expect(joined).to.include({ url, joined: true });
        }
        await user.stop();

        await using server = await startEmbeddedPostgres({ dataDir: folder.path, durable: false });
        expect(server.joined).to.equal(false);
        expect(await query(server.url, 'SELECT * FROM kept')).to.deep.equal([{ answer: 42 }]);
        expect(new Set(ownersOfProcesses())).to.deep.equal(new Set([SOMEBODY]));
      });

      it('When the data belongs to another user, Then the message says whose it is', async () => {
        const user = asUser(SOMEBODY);
        await user.outcome();
        await user.stop();
        chmodSync(folder.path, 0o777);
        const { code, message } = await asUser(NOBODY).outcome();
        expect(code, message).to.equal('FOLDER_UNUSABLE');
        expect(message).to.include(`id ${SOMEBODY}`).and.include('chown');
      });
    });

    describe('Given a process of a user without a name', () => {
      it('When it starts the server, Then the message holds what PostgreSQL says about that', async () => {
        chownSync(folder.path, NAMELESS, NAMELESS);
        const { code, message } = await asUser(NAMELESS).outcome();
        expect(code, message).to.equal('START_FAILED');
        expect(message).to.include(`user ID ${NAMELESS}`).and.include('does not exist');
      });
    });

    describe('Given root, whose files nobody can read', () => {
      it('When the binaries are below a private folder, Then a copy in the data folder is used', async () => {
        const { folder: copy, binaries } = PackageCopy.shared();
        chmodSync(copy, 0o700);
        try {
          await using server = await startEmbeddedPostgres({
            dataDir: folder.path,
            durable: false,
            binaries,
          });
          expect(await query(server.url, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
          expect(readdirSync(folder.path)).to.include(`postgresql-${binaries.version}`);
        } finally {
          chmodSync(copy, 0o755);
        }
      });

      it('When the data folder is below a private folder, Then the message says to name another', async () => {
        mkdirSync(folder.file('private'), { mode: 0o700 });
        const dataDir = folder.file('private/data');
        const error = await startEmbeddedPostgres({ dataDir }).catch((reason: unknown) => reason);
        expect(error).to.include({ code: 'FOLDER_UNUSABLE' });
        expect(error).to.have.property('message').that.includes(dataDir).and.includes('/root');
      });
    });
  }
});
