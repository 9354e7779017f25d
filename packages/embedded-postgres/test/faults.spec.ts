import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  EmbeddedPostgresError,
  findPostgresBinaries,
  startEmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from '@test-coordinator/embedded-postgres';
import { DataDir, isAlive, query } from './data-dir.js';
import { eventually } from './eventually.js';
import { isRoot, NOBODY, PackageCopy } from './package-copy.js';
import { UsingProcess } from './using-process.js';

describe('Embedded PostgreSQL and what keeps it from starting', function () {
  this.timeout(60_000);
  let folder: DataDir;

  beforeEach(() => {
    folder = new DataDir();
  });
  afterEach(async () => {
    await UsingProcess.killAll();
    await folder.remove();
  });
  after(async () => {
    PackageCopy.removeShared();
    await DataDir.removeUsed();
  });

  const start = (options: Partial<EmbeddedPostgresOptions> = {}) =>
    startEmbeddedPostgres({ dataDir: folder.path, durable: false, ...options });

  async function refusal(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgresError> {
    const error = await start(options).then(
      (server) => server.stop(),
      (reason: unknown) => reason,
    );
    if (!(error instanceof EmbeddedPostgresError)) throw new Error(`no refusal: ${String(error)}`);
    expect(error.message).to.not.include('\n');
    return error;
  }

  /** A folder with one row in it. */
  async function filled(): Promise<void> {
    await folder.fill();
    await using server = await start();
    await query(server.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  }

  async function expectRow(): Promise<void> {
    await using server = await start();
    expect(await query(server.url, 'SELECT * FROM kept')).to.deep.equal([{ answer: 42 }]);
  }

  describe('Given a pid file that a dead server left behind', () => {
    const pidFile = (pid: number): string =>
      `${pid}\n${folder.file('cluster')}\n1700000000\n1\n\n127.0.0.1\n0 0\nready\n`;

    it('When the server starts, Then it does, with the data', async () => {
      await filled();
      const dead = spawnSync('true').pid;
      expect(isAlive(dead)).to.equal(false);
      writeFileSync(folder.file('cluster/postmaster.pid'), pidFile(dead));
      await expectRow();
    });

    it('When another process has got its pid, Then that is left alone, and the server starts', async () => {
      await filled();
      const { uid, gid } = statSync(folder.file('cluster'));
      const other = spawn('sleep', ['60'], isRoot ? { uid, gid } : {});
      try {
        await once(other, 'spawn');
        writeFileSync(folder.file('cluster/postmaster.pid'), pidFile(other.pid ?? 0));
        // PostgreSQL by itself takes it for a server.
        const alone = spawnSync(
          join(PackageCopy.shared().binaries.folder, 'bin', 'postgres'),
          ['-D', folder.file('cluster')],
          { encoding: 'utf8', ...(isRoot ? { uid, gid } : {}) },
        );
        expect(alone.stderr).to.include('lock file "postmaster.pid" already exists');
        await expectRow();
        expect(isAlive(other.pid ?? 0)).to.equal(true);
      } finally {
        other.kill('SIGKILL');
      }
    });
  });

  describe('Given a server that was started by other means', () => {
    it('When a process wants to use the folder, Then it is told to stop that server, which goes on', async () => {
      await filled();
      const { uid, gid } = statSync(folder.file('cluster'));
      const foreign = spawn(
        join(PackageCopy.shared().binaries.folder, 'bin', 'postgres'),
        ['-D', folder.file('cluster'), '-c', 'listen_addresses=', '-k', folder.file('cluster')],
        { stdio: 'ignore', ...(isRoot ? { uid, gid } : {}) },
      );
      try {
        await eventually(() => readFileSyncOrEmpty(folder.file('cluster/postmaster.pid')).includes('ready'));
        const error = await refusal();
        expect(error.code).to.equal('FOREIGN_SERVER');
        expect(error.message).to.include(`process ${foreign.pid}`);
        expect(foreign.exitCode).to.equal(null);
      } finally {
        foreign.kill('SIGINT');
        await once(foreign, 'exit');
      }
      await expectRow();
    });
  });

  describe('Given data of another major version', () => {
    it('When the server starts, Then both versions are named, and the data is as it was', async () => {
      await filled();
      const version = folder.file('cluster/PG_VERSION');
      const original = readFileSync(version, 'utf8');
      writeFileSync(version, '17\n');
      const error = await refusal();
      expect(error.code).to.equal('OTHER_MAJOR_VERSION');
      expect(error.message).to.include('PostgreSQL 17').and.include('PostgreSQL 18').and.include(folder.path);
      expect(readFileSync(version, 'utf8')).to.equal('17\n');
      writeFileSync(version, original);
      await expectRow();
    });
  });

  describe('Given a file of the folder that is gone', () => {
    it('When it is the password, Then the message names the file, and the data is not made anew', async () => {
      await filled();
      const password = readFileSync(folder.file('password'), 'utf8');
      const { uid, gid } = statSync(folder.file('password'));
      rmSync(folder.file('password'));
      const error = await refusal();
      expect(error.code).to.equal('PASSWORD_MISSING');
      expect(error.message).to.include(folder.file('password'));
      writeFileSync(folder.file('password'), password, { mode: 0o600 });
      chownSync(folder.file('password'), uid, gid);
      await expectRow();
    });

    it('When it is a first start that broke off, Then the next start makes the cluster', async () => {
      const { uid, gid } = isRoot ? { uid: NOBODY, gid: NOBODY } : userInfo();
      for (const name of ['lock', 'cluster.new', 'cluster.new/PG_VERSION']) {
        if (name === 'cluster.new') mkdirSync(folder.file(name));
        else writeFileSync(folder.file(name), '');
        chownSync(folder.file(name), uid, gid);
      }
      await using server = await start();
      expect(await query(server.url, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
      expect(readdirSync(folder.path)).to.not.include('cluster.new');
    });
  });

  describe('Given a port that another program has', () => {
    it('When the server is to listen there, Then the port is named', async () => {
      await folder.fill();
      const taken = createServer().listen(0, '127.0.0.1');
      await once(taken, 'listening');
      const address = taken.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      try {
        const error = await refusal({ port });
        expect(error.code).to.equal('PORT_TAKEN');
        expect(error.message).to.include(`${port}`);
      } finally {
        taken.close();
      }
    });
  });

  describe('Given a folder that is not fit for data', () => {
    it('When it holds other files, Then it is refused and left as it is', async () => {
      writeFileSync(folder.file('letter.txt'), 'dear');
      const { uid, mode } = statSync(folder.path);
      const error = await refusal();
      expect(error.code).to.equal('FOLDER_UNUSABLE');
      expect(error.message).to.include('other files');
      expect(readdirSync(folder.path)).to.deep.equal(['letter.txt']);
      expect(statSync(folder.path)).to.include({ uid, mode });
    });

    it('When it is a file, Then it is refused', async () => {
      writeFileSync(folder.file('file'), '');
      expect(await refusal({ dataDir: folder.file('file') })).to.include({ code: 'FOLDER_UNUSABLE' });
      expect(await refusal({ dataDir: folder.file('file/below') })).to.include({ code: 'FOLDER_UNUSABLE' });
    });

    it('When this user may not write to it, Then it is refused', async () => {
      chmodSync(folder.path, 0o555);
      const { code, message } = await outcomeAsOrdinaryUser(folder.path);
      chmodSync(folder.path, 0o755);
      expect(code, message).to.equal('FOLDER_UNUSABLE');
      expect(message).to.include(folder.path).and.include('another folder');
      expect(readdirSync(folder.path)).to.deep.equal([]);
    });
  });

  describe('Given a disk without room', () => {
    it('When a first start fills it, Then the message says so, and with room again it starts', async () => {
      const disk = new SmallDisk(folder.path);
      try {
        const error = await refusal({ dataDir: disk.path, ...disk.options });
        expect(error.code).to.equal('DISK_FULL');
        expect(error.message).to.include(disk.path);
        disk.expectWasFull();
        disk.grow();
        await using server = await start({ dataDir: disk.path });
        expect(await query(server.url, 'SELECT 1 AS one')).to.deep.equal([{ one: 1 }]);
      } finally {
        disk.remove();
      }
    });
  });

  describe('Given binaries that are not there', () => {
    it('When the package is not installed, Then the message says what to install', () => {
      expect(() => findPostgresBinaries('embedded-postgres-0'))
        .to.throw(EmbeddedPostgresError, 'install again')
        .with.property('code', 'BINARIES_MISSING');
    });

    for (const platform of ['win32', 'sunos']) {
      it(`When the system is ${platform}, Then the message names it and the way out`, () => {
        const original = Object.getOwnPropertyDescriptor(process, 'platform') ?? {};
        Object.defineProperty(process, 'platform', { ...original, value: platform });
        try {
          expect(() => findPostgresBinaries())
            .to.throw(EmbeddedPostgresError, new RegExp(`for ${platform} .*: use a PostgreSQL server`))
            .with.property('code', 'PLATFORM_UNSUPPORTED');
        } finally {
          Object.defineProperty(process, 'platform', original);
        }
      });
    }

    it('When the server cannot run at all, Then the exit code and the reason are told', async () => {
      chmodSync(folder.path, 0o755);
      const binaries = fakeBinaries(folder.file('fake'), 'echo "FATAL: no such thing" >&2; exit 3');
      const error = await refusal({ dataDir: folder.file('data'), binaries });
      expect(error.code).to.equal('START_FAILED');
      expect(error.message).to.include('exit code 3').and.include('no such thing');
    });
  });
});

function readFileSyncOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function outcomeAsOrdinaryUser(dataDir: string): Promise<{ code?: string; message?: string; url?: string }> {
  if (!isRoot) return UsingProcess.spawn({ dataDir }).outcome();
  return UsingProcess.spawn({ dataDir }, { uid: NOBODY, script: PackageCopy.shared().script }).outcome();
}

function fakeBinaries(folder: string, script: string): ReturnType<typeof findPostgresBinaries> {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  for (const name of ['initdb', 'postgres'])
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  writeFileSync(join(folder, 'pg-symlinks.json'), '[]');
  return { folder, version: '18.0.0-fake', major: 18 };
}

/** A disk that the first start fills: a small tmpfs for who may mount one, and else a first start that says so. */
class SmallDisk {
  readonly path: string;
  readonly options: Partial<EmbeddedPostgresOptions>;
  private readonly isMounted: boolean;

  constructor(folder: string) {
    this.path = join(folder, 'disk');
    chmodSync(folder, 0o755);
    mkdirSync(this.path);
    const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'tmpfs', this.path]);
    this.isMounted = mount.status === 0;
    this.options = this.isMounted
      ? {}
      : {
          binaries: fakeBinaries(
            join(folder, 'fake'),
            'echo "initdb: error: could not write: No space left on device" >&2; exit 1',
          ),
        };
  }

  expectWasFull(): void {
    if (this.isMounted) expect(statfsSync(this.path).blocks * 4096).to.be.below(40e6);
    else expect(readFileSync(join(this.path, 'server.log'), 'utf8')).to.include('No space left');
  }

  grow(): void {
    if (this.isMounted) execFileSync('mount', ['-o', 'remount,size=200m', this.path]);
  }

  remove(): void {
    if (this.isMounted) execFileSync('umount', ['--lazy', this.path]);
  }
}
