import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { Spool, nodeFileSystem } from '@test-coordinator/adapter-spool';
import { expect } from 'chai';

import { ALL, SpoolFolders, appendTexts, expectRefusal, textsOf, waitingTexts } from './spool-folders.js';
import { watchedFiles } from './watched-files.js';

const folders = new SpoolFolders();
afterEach(() => folders.removeAll());

describe('Given a spool', () => {
  it('When records are appended, Then they are handed out in their order, with type, bytes and a rising sequence', async () => {
    const spool = await folders.open(await folders.newFolder());

    await spool.append(7, Buffer.from('one'));
    await spool.append(255, Buffer.alloc(0));
    await spool.append(1, Buffer.from([0, 255, 0]));

    const { records, through } = await spool.read(0, ALL);
    expect(records.map(({ sequence, type, payload }) => [sequence, type, [...payload]])).to.deep.equal([
      [1, 7, [...Buffer.from('one')]],
      [2, 255, []],
      [3, 1, [0, 255, 0]],
    ]);
    expect(through).to.equal(3);
  });

  it('When it is opened again, Then what was not acknowledged is handed out again and numbers go on', async () => {
    const folder = await folders.newFolder();
    const before = await folders.open(folder);
    await appendTexts(before, 'one', 'two', 'three');
    await before.acknowledge(1);
    await before.close();

    const after = await folders.open(folder);

    expect(await waitingTexts(after)).to.deep.equal(['two', 'three']);
    expect(await appendTexts(after, 'four')).to.deep.equal([4]);
    expect(await waitingTexts(after)).to.deep.equal(['two', 'three', 'four']);
  });

  it('When all is acknowledged and it is closed, Then no segment is left, and numbers still go on', async () => {
    const folder = await folders.newFolder();
    const before = await folders.open(folder);
    await appendTexts(before, 'one', 'two');
    await before.acknowledge(2);
    await before.close();

    expect((await readdir(folder)).filter((name) => name.endsWith('.log'))).to.deep.equal([]);
    const after = await folders.open(folder);
    expect(after.acknowledged).to.equal(2);
    expect(await appendTexts(after, 'three')).to.deep.equal([3]);
  });

  it('When a record is answered, Then its bytes, and the name of its file before them, were synced (B15, B19)', async () => {
    const operations: string[] = [];
    const fileSystem = watchedFiles(nodeFileSystem, (operation) => operations.push(operation));
    const spool = await folders.open(await folders.newFolder(), { fileSystem });
    operations.length = 0;

    await appendTexts(spool, 'one');
    const first = operations.splice(0);
    await appendTexts(spool, 'two');

    expect(first).to.deep.equal([
      'create 0000000001.log',
      'write 0000000001.log',
      'sync 0000000001.log',
      'sync folder',
      'write 0000000001.log',
      'sync 0000000001.log',
    ]);
    expect(operations).to.deep.equal(['write 0000000001.log', 'sync 0000000001.log']);
  });

  it('When many append at once, Then few syncs serve all of them', async () => {
    let syncs = 0;
    const fileSystem = watchedFiles(nodeFileSystem, (operation) => {
      if (operation.startsWith('sync 0')) syncs += 1;
    });
    const spool = await folders.open(await folders.newFolder(), { fileSystem });

    await appendTexts(spool, ...Array.from({ length: 500 }, (_, index) => `record ${index}`));

    expect(spool.last).to.equal(500);
    expect(syncs).to.be.at.most(3);
  });

  it('When it reads with limits, Then each look brings at least one record and no more than asked for', async () => {
    const spool = await folders.open(await folders.newFolder());
    await appendTexts(spool, 'a', 'b', 'c'.repeat(500), 'd', 'e');

    const two = await spool.read(0, { records: 2, bytes: 1_000 });
    const large = await spool.read(two.through, { records: 10, bytes: 100 });
    const rest = await spool.read(large.through, { records: 10, bytes: 100 });
    const none = await spool.read(rest.through, ALL);

    expect(textsOf(two.records)).to.deep.equal(['a', 'b']);
    expect(large.records.map(({ payload }) => payload.length)).to.deep.equal([500]);
    expect(textsOf(rest.records)).to.deep.equal(['d', 'e']);
    expect(none).to.deep.equal({ records: [], through: 5 });
  });

  it('When the same place is read twice, Then the same records come, and later ones too', async () => {
    const spool = await folders.open(await folders.newFolder());
    await appendTexts(spool, 'one', 'two');

    expect(textsOf((await spool.read(0, { records: 1, bytes: 100 })).records)).to.deep.equal(['one']);
    await appendTexts(spool, 'three');
    expect(await waitingTexts(spool)).to.deep.equal(['one', 'two', 'three']);
    expect(await waitingTexts(spool)).to.deep.equal(['one', 'two', 'three']);
  });
});

describe('Given a spool with small segments', () => {
  const segmentBytes = 600;
  const texts = Array.from({ length: 40 }, (_, index) => `${index} `.padEnd(100, '.'));
  const segmentsIn = async (folder: string): Promise<readonly string[]> =>
    (await readdir(folder)).filter((name) => name.endsWith('.log')).sort();

  it('When records fill many segments, Then none is larger than asked for, and all are read in order', async () => {
    const folder = await folders.newFolder();
    const spool = await folders.open(folder, { segmentBytes });
    for (const text of texts) await appendTexts(spool, text);

    const names = await segmentsIn(folder);
    expect(names.length).to.be.greaterThan(8);
    for (const name of names) expect((await stat(join(folder, name))).size).to.be.at.most(segmentBytes);
    expect(await waitingTexts(spool)).to.deep.equal(texts);
  });

  it('When some are acknowledged, Then the segments that hold nothing else are removed, after it was written down', async () => {
    const operations: string[] = [];
    const fileSystem = watchedFiles(nodeFileSystem, (operation) => operations.push(operation));
    const folder = await folders.newFolder();
    const spool = await folders.open(folder, { segmentBytes, fileSystem });
    for (const text of texts) await appendTexts(spool, text);
    operations.length = 0;

    await spool.acknowledge(20);

    expect(operations).to.deep.equal([
      'remove acknowledged.tmp',
      'create acknowledged.tmp',
      'write acknowledged.tmp',
      'sync acknowledged.tmp',
      'rename acknowledged.tmp acknowledged',
      'sync folder',
      ...Array.from({ length: 5 }, (_, index) => `remove 000000000${index + 1}.log`),
    ]);
    expect(await waitingTexts(spool)).to.deep.equal(texts.slice(20));
  });

  it('When it was sealed and is opened again, Then no segment is read until its records are', async () => {
    const folder = await folders.newFolder();
    const before = await folders.open(folder, { segmentBytes });
    for (const text of texts) await appendTexts(before, text);
    await before.close();
    const opened = new Map<string, number>();
    const fileSystem = watchedFiles(nodeFileSystem, (operation) => {
      if (operation.endsWith('.log')) opened.set(operation, (opened.get(operation) ?? 0) + 1);
    });

    const after = await folders.open(folder, { segmentBytes, fileSystem });

    // Once, for header and seal; a look at the records would be another.
    expect(new Set(opened.values())).to.deep.equal(new Set([1]));
    expect(after.status.waitingRecords).to.equal(40);
    expect(await waitingTexts(after)).to.deep.equal(texts);
  });

  it('When a record is larger than a segment, Then it is refused, and the largest that fits is taken', async () => {
    const spool = await folders.open(await folders.newFolder(), { segmentBytes });

    await expectRefusal(spool.append(1, Buffer.alloc(segmentBytes - 69)), 'INVALID_ARGUMENT');
    await spool.append(1, Buffer.alloc(segmentBytes - 70));

    expect(spool.last).to.equal(1);
  });
});

describe('Given the limits of a spool', () => {
  it('When the size limit is reached, Then records are refused with CAPACITY, none is dropped, and room lets them in again', async () => {
    const spool = await folders.open(await folders.newFolder(), { segmentBytes: 1_000, maxBytes: 3_000 });
    let taken = 0;
    for (; spool.status.isAccepting && taken < 100; taken += 1) {
      const told = await spool.append(1, Buffer.alloc(200)).catch((error: unknown) => error);
      if (told instanceof Error) break;
    }

    await expectRefusal(spool.append(1, Buffer.alloc(200)), 'CAPACITY');
    expect(spool.status).to.include({ waitingRecords: taken, isAboveHighWater: true });
    expect((await spool.read(0, ALL)).records).to.have.length(taken);
    await spool.acknowledge(taken);
    await spool.append(1, Buffer.alloc(200));
    expect(spool.status).to.include({ waitingRecords: 1, isAccepting: true });
  });

  it('When the size limit is reached, Then an urgent record is taken within the reserve', async () => {
    const limits = { segmentBytes: 1_000, maxBytes: 2_000, reserveBytes: 500 };
    const spool = await folders.open(await folders.newFolder(), limits);
    while (spool.status.bytes < 1_700) await spool.append(1, Buffer.alloc(100));

    await expectRefusal(spool.append(1, Buffer.alloc(300)), 'CAPACITY');
    await spool.append(1, Buffer.alloc(300), { isUrgent: true });
    await spool.append(1, Buffer.alloc(300), { isUrgent: true });
    await expectRefusal(spool.append(1, Buffer.alloc(300), { isUrgent: true }), 'CAPACITY');
  });

  it('When it is below and above the high-water mark, Then its status tells', async () => {
    const limits = { segmentBytes: 1_000, maxBytes: 2_000, highWater: 0.5 };
    const spool = await folders.open(await folders.newFolder(), limits);

    await spool.append(1, Buffer.alloc(700));
    expect(spool.status.isAboveHighWater).to.equal(false);
    await spool.append(1, Buffer.alloc(700));
    expect(spool.status).to.include({ isAboveHighWater: true, isAccepting: true });
  });

  it('When settings are out of range, Then opening is refused before anything is touched', async () => {
    const folder = await folders.newFolder();
    for (const settings of [
      { segmentBytes: 100 },
      { segmentBytes: 1.5 },
      { maxBytes: 1_000 },
      { highWater: 0 },
      { highWater: 1.1 },
      { reserveBytes: -1 },
      { retryAfterMs: NaN },
    ]) {
      await expectRefusal(folders.open(folder, settings), 'INVALID_ARGUMENT');
    }
    expect(await readdir(join(folder, '..'))).to.deep.equal([]);
  });

  it('When a type or an acknowledgement is none, Then it is refused', async () => {
    const spool = await folders.open(await folders.newFolder());
    for (const type of [0, 256, 1.5, NaN]) {
      await expectRefusal(spool.append(type, Buffer.alloc(1)), 'INVALID_ARGUMENT');
    }
    await expectRefusal(spool.acknowledge(1), 'INVALID_ARGUMENT');
    await expectRefusal(spool.acknowledge(NaN), 'INVALID_ARGUMENT');
  });
});

describe('Given a spool that is closed', () => {
  it('When records are under way, Then they are answered first, and all calls after it are CLOSED', async () => {
    const folder = await folders.newFolder();
    const spool = await folders.open(folder);
    const underWay = appendTexts(spool, 'one', 'two', 'three');

    const closing = spool.close();
    await expectRefusal(spool.append(1, Buffer.alloc(1)), 'CLOSED');
    expect(await underWay).to.deep.equal([1, 2, 3]);
    await closing;

    await expectRefusal(spool.read(0, ALL), 'CLOSED');
    await expectRefusal(spool.acknowledge(1), 'CLOSED');
    expect(await waitingTexts(await folders.open(folder))).to.deep.equal(['one', 'two', 'three']);
  });

  it('When it is closed twice, Then the second waits for the first', async () => {
    const spool = await Spool.open({ folder: await folders.newFolder() });
    await Promise.all([spool.close(), spool.close()]);
    await spool[Symbol.asyncDispose]();
  });
});

describe('Given the files of a spool', () => {
  it('When others look, Then the folder is 0700 and every file 0600', async () => {
    const folder = await folders.newFolder();
    const spool = await folders.open(folder);
    await appendTexts(spool, 'one', 'two');
    await spool.acknowledge(1);

    expect((await stat(folder)).mode & 0o777).to.equal(0o700);
    const names = (await readdir(folder)).sort();
    expect(names).to.deep.equal(['0000000001.log', 'acknowledged', 'owner.1', 'reserve']);
    for (const name of names) expect((await stat(join(folder, name))).mode & 0o777, name).to.equal(0o600);
  });

  it('When there is no folder above, Then that is made as any other, and the spool in it is 0700', async () => {
    const parent = await folders.newFolder();
    const above = join(parent, 'data');
    await using _spool = await Spool.open({ folder: join(above, 'spool') });
    const usual = join(parent, 'usual');
    await mkdir(usual);
    expect((await stat(above)).mode & 0o777).to.equal((await stat(usual)).mode & 0o777);
    expect((await stat(join(above, 'spool'))).mode & 0o777).to.equal(0o700);
  });
});
