import { generateKeyPairSync } from 'node:crypto';

import {
  CheckpointSchedule,
  checkpointLine,
  isSignedBy,
  readCheckpoint,
  signCheckpoint,
  verifyAuditLog,
} from '@test-coordinator/auditing';
import { createStubAdapter } from '@test-coordinator/adapter-stub';
import { ManualClock } from '@test-coordinator/contract-tests';
import type { AuditCheckpoint, ChainReport } from '@test-coordinator/domain';
import { expect } from 'chai';

import { CHAIN, trailOf } from './audited-world.js';

const clock = new ManualClock();
const said = { action: 'scenarios.create', entity: 'scenario' };

describe('Checkpoints of an audit trail', () => {
  it('Given a signed one, When its line is read, Then the signature holds, and for no other content and no other key', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const checkpoint = { chain: CHAIN, sequence: 7, count: 7, hash: 'ab', at: clock.now() };
    const signed = signCheckpoint(checkpoint, privateKey);
    const read = readCheckpoint(checkpointLine(signed))!;
    expect(read).to.deep.equal(signed);
    expect(isSignedBy(read, publicKey)).to.equal(true);
    for (const forged of [
      { ...read, hash: 'ac' },
      { ...read, sequence: 6 },
      { ...read, chain: 'other' },
      { ...read, signature: '' },
    ])
      expect(isSignedBy(forged, publicKey)).to.equal(false);
    expect(isSignedBy(read, generateKeyPairSync('ed25519').publicKey)).to.equal(false);
    expect(['', '{}', 'null', '[]', '{"chain":1}'].map(readCheckpoint)).to.deep.equal(
      Array.from({ length: 5 }, () => undefined),
    );
  });

  it('Given a trail, When it goes on, Then a checkpoint comes after so many entries and at the end, and the log is as they say', async () => {
    const adapter = createStubAdapter();
    await adapter.start();
    const log = adapter.ports.auditLog;
    const kept: AuditCheckpoint[] = [];
    const schedule = new CheckpointSchedule({
      clock,
      everyEntries: 3,
      keep: (checkpoint) => Promise.resolve(void kept.push(checkpoint)),
    });
    const trail = trailOf({ log, onAppended: schedule.appended });
    for (let n = 1; n <= 7; n += 1) await trail.attempt(said);
    await trail.close();
    await schedule.close();
    await schedule.close();
    expect(kept.map(({ sequence }) => sequence)).to.deep.equal([3, 6, 7]);
    const links = await log.readChain(CHAIN);
    expect(kept.map(({ hash }) => hash)).to.deep.equal([3, 6, 7].map((place) => links[place - 1]!.hash));

    const reports: ChainReport[] = [];
    const gone = { chain: 'gone', sequence: 2, count: 2, hash: 'ab', at: clock.now() };
    for await (const report of verifyAuditLog(log, [...kept, gone])) reports.push(report);
    expect(reports).to.deep.equal([
      { chain: CHAIN, entries: 7, unfinished: [1, 2, 3, 4, 5, 6, 7], vouchedThrough: 7 },
      { chain: 'gone', entries: 0, unfinished: [], vouchedThrough: 0, fault: { sequence: 1, kind: 'cut' } },
    ]);
    await adapter.stop();
  });
});
