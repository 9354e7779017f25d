import { copyFile, mkdir, readFile, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Spool } from '@test-coordinator/adapter-spool';
import { expect } from 'chai';

import { SpoolFolders, appendTexts, waitingTexts } from './spool-folders.js';

const folders = new SpoolFolders();
afterEach(() => folders.removeAll());

const TEXTS = ['first', 'second, a little longer', 'third', 'the fourth of them', 'fifth'];
const RECORD_OVERHEAD = 15;
const SMALL = { segmentBytes: 1_024, maxBytes: 1_048_576, reserveBytes: 0 };

/** The segment that a process which was killed after these records leaves behind. */
async function segmentOf(texts: readonly string[]): Promise<string> {
  const folder = await folders.newFolder();
  const spool = await folders.open(folder, SMALL);
  await appendTexts(spool, ...texts);
  const copy = join(folder, '..', 'left-behind');
  await copyFile(join(folder, '0000000001.log'), copy);
  return copy;
}

async function folderWith(...segments: readonly Buffer[]): Promise<string> {
  const folder = await folders.newFolder();
  await mkdir(folder, { mode: 0o700 });
  for (const [index, bytes] of segments.entries())
    await writeFile(join(folder, `000000000${index + 1}.log`), bytes);
  return folder;
}

async function quarantineOf(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).includes('quarantine') ? readdir(join(folder, 'quarantine')) : [];
}

/** Lets the store have everything. */
async function drain(spool: Spool): Promise<readonly string[]> {
  const texts = await waitingTexts(spool);
  if (spool.last > spool.acknowledged) await spool.acknowledge(spool.last);
  return texts;
}

/** The definition, bit by bit: the published check value is e3069283 for 123456789. */
function bitwiseCrc32c(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f6_3b78 : 0);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}

describe('Given the bytes of a segment', () => {
  it('When checksums are worked out bit by bit, Then they are CRC-32C for records of every length', async () => {
    expect(bitwiseCrc32c(Buffer.from('123456789')).toString(16)).to.equal('e3069283');
    const whole = await readFile(
      await segmentOf(Array.from({ length: 20 }, (_, index) => 'x'.repeat(index))),
    );

    expect(whole.readUInt32LE(32)).to.equal(bitwiseCrc32c(whole.subarray(0, 32)));
    for (let index = 0, at = 36; index < 20; index += 1, at += RECORD_OVERHEAD + index - 1) {
      const end = at + RECORD_OVERHEAD + index;
      const covered = Buffer.concat([whole.subarray(at, at + 4), whole.subarray(at + 8, end)]);
      expect(whole.readUInt32LE(at + 4), `record ${index}`).to.equal(bitwiseCrc32c(covered));
    }
  });
});

describe('Given the segment of a killed process (B16)', () => {
  it('When its end is cut off at any byte of the last record, Then all earlier records come, the rest is kept aside, and new ones are taken', async () => {
    const whole = await readFile(await segmentOf(TEXTS));
    const lastBytes = RECORD_OVERHEAD + TEXTS.at(-1)!.length;
    for (let cut = 1; cut <= lastBytes; cut += 1) {
      const folder = await folderWith(whole.subarray(0, whole.length - cut));
      const spool = await folders.open(folder, SMALL);

      expect(await drain(spool), `${cut} bytes cut off`).to.deep.equal(TEXTS.slice(0, -1));
      expect(await quarantineOf(folder)).to.deep.equal(cut === lastBytes ? [] : ['0000000001.log']);
      await appendTexts(spool, 'next');
      expect(await waitingTexts(spool)).to.deep.equal(['next']);
      await spool.close();
    }
  });

  it('When it is cut off at any byte at all, Then every whole record comes and the start succeeds', async () => {
    const path = await segmentOf(TEXTS);
    const whole = await readFile(path);
    for (let length = 0; length < whole.length; length += 1) {
      const spool = await folders.open(await folderWith(whole.subarray(0, length)), SMALL);
      let left = length - 36;
      const expected = TEXTS.filter((text) => (left -= RECORD_OVERHEAD + text.length) >= 0);
      expect(await waitingTexts(spool), `${length} bytes`).to.deep.equal(expected);
      await spool.close();
    }
  });

  it('When any byte is flipped, Then at most the record that it belongs to is missing, and nothing altered is handed out', async () => {
    const whole = await readFile(await segmentOf(TEXTS));
    let ends = 36;
    const ranges = TEXTS.map((text) => ({ text, from: ends, to: (ends += RECORD_OVERHEAD + text.length) }));
    for (let at = 0; at < whole.length; at += 1) {
      const flipped = Buffer.from(whole);
      flipped[at]! ^= 0x41;
      const folder = await folderWith(flipped);
      const spool = await folders.open(folder, SMALL);

      const expected = ranges.filter(({ from, to }) => at < from || at >= to).map(({ text }) => text);
      expect(await drain(spool), `byte ${at}`).to.deep.equal(expected);
      expect(await quarantineOf(folder), `byte ${at}`).to.deep.equal(['0000000001.log']);
      await spool.close();
    }
  });

  it('When zeros or noise follow the last record, Then they are no records', async () => {
    const whole = await readFile(await segmentOf(TEXTS));
    for (const tail of [Buffer.alloc(700), Buffer.alloc(700, 0xff), Buffer.alloc(700, 'noise')]) {
      const spool = await folders.open(await folderWith(Buffer.concat([whole, tail])), SMALL);
      expect(await drain(spool)).to.deep.equal(TEXTS);
      await spool.close();
    }
  });

  it('When the records of an older segment follow, Then they are not taken for new ones', async () => {
    const whole = await readFile(await segmentOf(TEXTS));
    const spool = await folders.open(await folderWith(Buffer.concat([whole, whole.subarray(36)])), SMALL);

    expect(await drain(spool)).to.deep.equal(TEXTS);
  });
});

describe('Given sealed segments of which one is damaged', () => {
  it('When they are drained, Then all other records come in order, the loss is told, and only the damaged file is kept', async () => {
    const folder = await folders.newFolder();
    const before = await folders.open(folder, SMALL);
    const texts = Array.from({ length: 40 }, (_, index) => `${index} `.padEnd(100, '.'));
    for (const text of texts) await appendTexts(before, text);
    await before.close();
    const path = join(folder, '0000000002.log');
    const bytes = await readFile(path);
    bytes[300]! ^= 1;
    await writeFile(path, bytes);
    const told: string[] = [];
    const say = (fields: object, message: string): void => {
      told.push(`${JSON.stringify(fields)} ${message}`);
    };
    const logger = { debug: say, info: say, warn: say, error: say, isDebugEnabled: () => false };

    const after = await folders.open(folder, { ...SMALL, logger });

    const damaged = 8 + Math.floor((300 - 36) / 115);
    expect(await drain(after)).to.deep.equal(texts.filter((_, index) => index !== damaged));
    expect(after.status.waitingRecords).to.equal(0);
    expect(told.filter((line) => line.includes('lost'))).to.deep.equal([
      `{"records":1,"from":${damaged + 1}} the disk lost confirmed records of the spool`,
    ]);
    await after.close();
    expect(await quarantineOf(folder)).to.deep.equal(['0000000002.log']);
  });

  it('When the damage is at the very end, Then what is lost there does not wait for ever', async () => {
    const folder = await folders.newFolder();
    const before = await folders.open(folder, SMALL);
    await appendTexts(before, ...TEXTS);
    await before.close();
    const path = join(folder, '0000000001.log');
    const bytes = await readFile(path);
    bytes[bytes.length - 20]! ^= 1;
    await writeFile(path, bytes);

    const after = await folders.open(folder, SMALL);
    const { records, through } = await after.read(0, { records: 100, bytes: 10_000 });

    expect(records).to.have.length(4);
    expect((await after.read(through, { records: 100, bytes: 10_000 })).through).to.equal(5);
    await after.acknowledge(5);
    expect(after.status.waitingRecords).to.equal(0);
  });
});

describe('Given other files in the folder of a spool', () => {
  it('When what says how far the backlog is stored is damaged, Then records are handed out again and none is left out', async () => {
    const folder = await folders.newFolder();
    const before = await folders.open(folder, SMALL);
    await appendTexts(before, ...TEXTS);
    await before.acknowledge(2);
    await before.close();
    await truncate(join(folder, 'acknowledged'), 20);

    expect(await waitingTexts(await folders.open(folder, SMALL))).to.deep.equal(TEXTS);
  });

  it('When drafts and files of somebody else are there, Then drafts go and the others stay', async () => {
    const folder = await folderWith();
    for (const name of ['acknowledged.tmp', 'owner-12-x.tmp', 'notes.txt'])
      await writeFile(join(folder, name), 'x');

    await folders.open(folder, SMALL);

    expect((await readdir(folder)).sort()).to.deep.equal(['notes.txt', 'owner.1', 'reserve']);
  });

  it('When a file of a later version is there, Then it is put aside unread', async () => {
    const whole = await readFile(await segmentOf(TEXTS));
    whole.writeUInt32LE(2, 4);
    whole.writeUInt32LE(bitwiseCrc32c(whole.subarray(0, 32)), 32);
    const folder = await folderWith(whole);

    const spool = await folders.open(folder, SMALL);

    expect(spool.last).to.equal(0);
    expect(await quarantineOf(folder)).to.deep.equal(['0000000001.log']);
  });
});
