import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { nodeFileSystem, type FileSystem } from '@test-coordinator/adapter-spool';
import { expect } from 'chai';

import { SeededRandom } from './simulation/seeded-random.js';
import { SimulatedDisk } from './simulation/simulated-disk.js';
import { NO_FAULTS, SimulatedProcess } from './simulation/simulated-process.js';
import { ALL, SpoolFolders, appendTexts, expectRefusal, waitingTexts } from './spool-folders.js';
import { systemFailure, watchedFiles } from './watched-files.js';

const FILLER = fileURLToPath(new URL('fill-spool.js', import.meta.url));
const folders = new SpoolFolders();
afterEach(() => folders.removeAll());

/** Fails the operations that pass, as often as `times` says. */
function failing(isFailing: (operation: string) => boolean, code: string, times = 1): FileSystem {
  let left = times;
  return watchedFiles(nodeFileSystem, (operation) => {
    if (left === 0 || !isFailing(operation)) return;
    left -= 1;
    throw systemFailure(code);
  });
}

describe('Given a disk that fails (B18)', () => {
  const isRecordSync = (operation: string): boolean => operation.startsWith('sync 0');

  it('When the sync of a record fails once, Then that file is not synced or written again, and the record is answered from a new one', async () => {
    const operations: string[] = [];
    let syncs = 0;
    const fileSystem = watchedFiles(nodeFileSystem, (operation) => {
      operations.push(operation);
      // The first is of the header, the second of the first record.
      if (isRecordSync(operation) && (syncs += 1) === 3) throw systemFailure('EIO');
    });
    const folder = await folders.newFolder();
    const spool = await folders.open(folder, { fileSystem });
    await appendTexts(spool, 'one');

    expect(await appendTexts(spool, 'two', 'three')).to.deep.equal([2, 3]);

    const after = operations.slice(operations.lastIndexOf('sync 0000000001.log') + 1);
    expect(after.filter((operation) => operation.includes('0000000001'))).to.deep.equal([]);
    expect(await waitingTexts(spool)).to.deep.equal(['one', 'two', 'three']);
    await spool.close();
    expect(await waitingTexts(await folders.open(folder))).to.deep.equal(['one', 'two', 'three']);
  });

  it('When the new file fails too, Then the record may be stored, nothing is taken for a moment, and then again', async () => {
    let time = 0;
    let isBroken = false;
    const fileSystem = watchedFiles(nodeFileSystem, (operation) => {
      if (isBroken && isRecordSync(operation)) throw systemFailure('EIO');
    });
    const spool = await folders.open(await folders.newFolder(), {
      fileSystem,
      monotonicMs: () => time,
      retryAfterMs: 500,
    });
    await appendTexts(spool, 'one');
    isBroken = true;

    await expectRefusal(appendTexts(spool, 'two'), 'UNKNOWN_OUTCOME');
    isBroken = false;
    // The new file could not even be begun, which tells the disk's state at once.
    expect(spool.status.isAccepting).to.equal(false);
    await expectRefusal(appendTexts(spool, 'three'), 'UNAVAILABLE');
    time = 499;
    await expectRefusal(appendTexts(spool, 'four'), 'UNAVAILABLE');
    time = 500;
    expect(spool.status.isAccepting).to.equal(true);
    await appendTexts(spool, 'five');

    expect(await waitingTexts(spool)).to.deep.equal(['one', 'five']);
  });

  it('When the folder of a new segment cannot be synced, Then nothing is stored and nothing is left behind', async () => {
    const fileSystem = failing((operation) => operation === 'sync folder', 'EIO');
    const folder = await folders.newFolder();
    const spool = await folders.open(folder, { fileSystem, retryAfterMs: 0 });

    await expectRefusal(appendTexts(spool, 'one'), 'UNAVAILABLE');
    expect((await readdir(folder)).filter((name) => name.endsWith('.log'))).to.deep.equal([]);
    expect(await appendTexts(spool, 'two')).to.deep.equal([1]);
  });

  it('When how far the backlog is stored cannot be written, Then it is not acknowledged, no segment goes, and the next try may', async () => {
    const fileSystem = failing((operation) => operation === 'sync acknowledged.tmp', 'EIO');
    const spool = await folders.open(await folders.newFolder(), { fileSystem });
    await appendTexts(spool, 'one', 'two');

    await expectRefusal(spool.acknowledge(2), 'UNAVAILABLE');
    expect(spool.acknowledged).to.equal(0);
    expect(await waitingTexts(spool)).to.deep.equal(['one', 'two']);
    await spool.acknowledge(2);
    expect(spool.acknowledged).to.equal(2);
  });

  it('When a segment can no longer be read, Then what is behind it comes, and its file is kept', async () => {
    const folder = await folders.newFolder();
    const before = await folders.open(folder, { segmentBytes: 512 });
    for (const text of ['a', 'b', 'c']) await appendTexts(before, text.repeat(400));
    await before.close();
    let opens = 0;
    const fileSystem = watchedFiles(nodeFileSystem, (operation) => {
      if (operation === 'open 0000000002.log' && (opens += 1) > 1) throw systemFailure('EIO');
    });

    const after = await folders.open(folder, { segmentBytes: 512, fileSystem });

    expect(await waitingTexts(after)).to.deep.equal(['a'.repeat(400), 'c'.repeat(400)]);
    await after.acknowledge(3);
    expect(await readdir(join(folder, 'quarantine'))).to.deep.equal(['0000000002.log']);
  });
});

describe('Given a disk that is full (B17)', () => {
  /** A disk with room for so many bytes. */
  function fullAt(capacity: number): SimulatedProcess {
    return new SimulatedProcess({
      disk: new SimulatedDisk(),
      random: new SeededRandom(17),
      faults: { ...NO_FAULTS, capacity },
      operations: Infinity,
    });
  }
  const processes = {
    current: () => Promise.resolve({ pid: 1, started: '' }),
    isAlive: () => Promise.resolve(false),
  };
  const payload = Buffer.alloc(600, 'x');

  it('When a record does not fit, Then it is refused with CAPACITY, the file ends with the last good one, and one that fits is taken', async () => {
    const spool = await folders.open('/full', { fileSystem: fullAt(1_900), processes, reserveBytes: 0 });
    await spool.append(1, payload);
    await spool.append(1, payload);

    await expectRefusal(spool.append(1, payload), 'CAPACITY');
    expect((await spool.read(0, ALL)).records).to.have.length(2);
    await spool.append(1, Buffer.from('small'));
    expect((await spool.read(2, ALL)).records.map(({ payload: bytes }) => bytes.toString())).to.deep.equal([
      'small',
    ]);
  });

  it('When the disk is full, Then an urgent record takes the reserve, ordinary ones wait until it is back, and draining brings it back', async () => {
    const limits = { segmentBytes: 2_000, reserveBytes: 1_500 };
    const spool = await folders.open('/full', { fileSystem: fullAt(6_000), processes, ...limits });
    for (;;) {
      const told = await spool.append(1, payload).catch((error: unknown) => error);
      if (told instanceof Error) break;
    }
    const { last } = spool;

    expect(await spool.append(1, payload, { isUrgent: true })).to.equal(last + 1);
    expect(spool.status.isAccepting).to.equal(false);
    await expectRefusal(spool.append(1, Buffer.alloc(1)), 'CAPACITY');
    await spool.acknowledge(last);
    expect(spool.status.isAccepting).to.equal(true);
    await spool.append(1, payload);
  });

  it('When not even the note of what is stored fits, Then the reserve makes room for it', async () => {
    const spool = await folders.open('/full', { fileSystem: fullAt(4_000), processes, reserveBytes: 200 });
    for (let length = 700; length >= 1; length = length > 50 ? Math.floor(length / 2) : length - 1) {
      while ((await spool.append(1, Buffer.alloc(length)).catch(() => undefined)) !== undefined);
    }

    await spool.acknowledge(spool.last);

    expect(spool.acknowledged).to.equal(spool.last);
  });

  it('When it is opened on a full disk, Then the start succeeds and all is handed out', async () => {
    const disk = new SimulatedDisk();
    const random = new SeededRandom(18);
    const before = new SimulatedProcess({ disk, random, faults: NO_FAULTS, operations: Infinity });
    const limits = { processes, reserveBytes: 300 };
    await appendTexts(await folders.open('/full', { fileSystem: before, ...limits }), 'one', 'two');
    before.kill();

    const faults = { ...NO_FAULTS, capacity: disk.bytes };
    const fileSystem = new SimulatedProcess({ disk, random, faults, operations: Infinity });
    const after = await folders.open('/full', { fileSystem, ...limits });

    expect(await waitingTexts(after)).to.deep.equal(['one', 'two']);
    await after.acknowledge(2);
  });

  it('When the system limits the size of files, Then what was answered is read back and the rest was refused', async () => {
    const folder = await folders.newFolder();

    // 64 blocks of 512 bytes; the system then writes less than asked for, and EFBIG comes with the next write.
    const { stdout } = await promisify(execFile)('sh', [
      '-c',
      'ulimit -f 64; exec "$0" "$@"',
      process.execPath,
      FILLER,
      folder,
    ]);

    const { taken, code } = JSON.parse(stdout) as { readonly taken: number; readonly code: string };
    expect(code).to.equal('CAPACITY');
    expect(taken).to.be.greaterThan(20);
    const spool = await folders.open(folder);
    expect((await spool.read(0, ALL)).records).to.have.length(taken);
    expect((await readFile(join(folder, '0000000001.log'))).length).to.be.at.most(65_536);
  });
});
