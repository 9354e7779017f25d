import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { claimSpool, viewDeadLetter, viewSpools, type Processes } from '@test-coordinator/adapter-spool';
import { expect } from 'chai';

import { SpoolFolders, expectRefusal } from './spool-folders.js';

const folders = new SpoolFolders();
afterEach(() => folders.removeAll());

/** Processes that live and die when the test says so. */
class StagedProcesses {
  readonly living = new Set<number>();

  as(pid: number): Processes {
    this.living.add(pid);
    return {
      current: () => Promise.resolve({ pid, started: 'staged' }),
      isAlive: (process) => Promise.resolve(this.living.has(process.pid)),
    };
  }
}

describe('Given processes that share a folder for their spools', () => {
  it('When they start, Then each has the lowest free slot, and the next one gets what dead ones left, but not what living ones have', async () => {
    const folder = await folders.newFolder();
    const staged = new StagedProcesses();
    const claim = (pid: number) => claimSpool({ folder, processes: staged.as(pid) });
    const [first, second, third] = [await claim(1), await claim(2), await claim(3)];
    for (const { spool } of [first, second, third]) await spool.append(1, Buffer.from('a'));
    expect([first.left, second.left, third.left]).to.deep.equal([[], [], []]);
    staged.living.delete(1);
    staged.living.delete(2);

    const next = await claim(4);

    expect(next.spool.status.waitingRecords).to.equal(1);
    expect(next.left.map(({ status }) => status.waitingRecords)).to.deep.equal([1]);
    expect(await readdir(folder)).to.have.members(['0', '1', '2']);
    const views = await viewSpools(folder, { processes: staged.as(5) });
    expect(views.map(({ slot, owner, waitingRecords }) => [slot, owner, waitingRecords])).to.deep.equal([
      [0, 4, 1],
      [1, 4, 1],
      [2, 3, 1],
    ]);
    for (const spool of [next.spool, ...next.left, third.spool]) await spool.close();
  });

  it('When a slot is looked at while its process writes, Then nothing in it is changed', async () => {
    const folder = await folders.newFolder();
    await using spool = (await claimSpool({ folder })).spool;
    await spool.append(1, Buffer.from('not a command'));
    const reason = { code: 'REFERENCE_VIOLATION', message: 'no such run' } as const;
    await spool.deadLetters.put(
      { sequence: 7, index: 1 },
      { type: 9, payload: Buffer.from('other'), reason },
    );
    const before = await readdir(join(folder, '0'));

    const [view, ...others] = await viewSpools(folder);

    expect(others).to.deep.equal([]);
    expect(view).to.include({ slot: 0, owner: process.pid, waitingRecords: 1, oldestAcceptedAt: null });
    const [name] = await view!.deadLetters.list();
    expect(await viewDeadLetter(view!.deadLetters, name!)).to.deep.equal({
      name,
      reason,
      content: Buffer.from('other').toString('base64'),
    });
    expect(await readdir(join(folder, '0'))).to.deep.equal(before);
    expect(await spool.append(1, Buffer.from('more'))).to.equal(2);
    expect(await viewSpools(join(folder, 'nowhere'))).to.deep.equal([]);
  });

  it('When a dead letter is put among the retries twice, Then the second one stays where it is', async () => {
    const folder = await folders.newFolder();
    await using spool = (await claimSpool({ folder })).spool;
    const place = { sequence: 1, index: 0 };
    const letter = { type: 1, payload: Buffer.from('a'), reason: { code: 'IN_USE', message: '' } } as const;
    const { deadLetters, retries } = spool;
    await deadLetters.put(place, letter);
    const [name] = await deadLetters.list();
    await deadLetters.moveTo(name!, retries);
    expect([await deadLetters.list(), await retries.list()]).to.deep.equal([[], [name]]);
    await deadLetters.put(place, letter);

    await expectRefusal(deadLetters.moveTo(name!, retries), 'ALREADY_EXISTS');

    expect(await deadLetters.list()).to.deep.equal([name]);
    await expectRefusal(deadLetters.moveTo('0000000000000009-0000.json', retries), 'NOT_FOUND');
  });
});
