import { checkHistory, type Creation, type Move, type StoredRecord } from '@test-coordinator/torture';
import { expect } from 'chai';

const RUN_ID = '01a20000-0000-7000-8000-000000000001';
const EVENT_ID = '01a20000-0000-7000-8000-000000000002';

const idOf = (number: number): string =>
  `01a20000-0000-7000-8000-0000000001${String(number).padStart(2, '0')}`;

const run: Creation = {
  kind: 'run',
  mark: 'run',
  id: RUN_ID,
  isMinted: false,
  status: 'pending',
  step: 0,
  outcome: 'acknowledged',
};
const event: Creation = { ...run, kind: 'event', mark: 'event', id: EVENT_ID, runId: RUN_ID, step: 1 };
const result = (number: number, changes: Partial<Creation> = {}): Creation => ({
  ...event,
  kind: 'result',
  mark: `result-${number}`,
  id: idOf(number),
  status: 'passed',
  step: number,
  ...changes,
});
const moves: readonly Move[] = [
  { kind: 'run', id: RUN_ID, to: 'running', outcome: 'acknowledged' },
  { kind: 'run', id: RUN_ID, to: 'failed', outcome: 'acknowledged' },
];

const storedRun: StoredRecord = {
  kind: 'run',
  id: RUN_ID,
  mark: 'run',
  status: 'failed',
  version: 3,
  createdAt: 1_000,
};
const storedEvent: StoredRecord = {
  kind: 'event',
  id: EVENT_ID,
  runId: RUN_ID,
  mark: 'event',
  status: 'pending',
  version: 1,
  createdAt: 1_100,
};
const storedResult = (number: number, changes: Partial<StoredRecord> = {}): StoredRecord => ({
  ...storedEvent,
  kind: 'result',
  id: idOf(number),
  mark: `result-${number}`,
  status: 'passed',
  ...changes,
});

const creations = [run, event, result(1), result(2)];
const stored = [storedRun, storedEvent, storedResult(1), storedResult(2)];

/** How many complaints of each kind there are. */
function complaints(asked: readonly Creation[], found: readonly StoredRecord[], made = moves) {
  const { lost, doubled, wrong } = checkHistory({ creations: asked, moves: made }, found);
  return { lost: lost.length, doubled: doubled.length, wrong: wrong.length };
}

const NOTHING = { lost: 0, doubled: 0, wrong: 0 };

describe('Given a history and what is stored of it', () => {
  it('When all is as it was acknowledged, Then there is nothing to say', () => {
    expect(complaints(creations, stored)).to.deep.equal(NOTHING);
  });

  for (const { mark } of creations) {
    it(`When the acknowledged ${mark} is not stored, Then it is lost`, () => {
      const rest = stored.filter((record) => record.mark !== mark);

      const { lost, doubled, wrong } = checkHistory({ creations, moves }, rest);

      expect(lost).to.have.length(1);
      expect(lost[0]).to.include(mark).and.include('is not stored');
      expect([...doubled, ...wrong]).to.deep.equal([]);
    });
  }

  it('When a call has two records with ids of their own, Then it is doubled', () => {
    const again = storedResult(2, { id: idOf(3) });

    const { lost, doubled } = checkHistory({ creations, moves }, [...stored, again]);

    expect(doubled).to.have.length(1);
    expect(doubled[0]).to.include(idOf(2)).and.include(idOf(3));
    expect(lost).to.deep.equal([]);
  });

  it('When an id is there twice, Then it is doubled', () => {
    expect(complaints(creations, [...stored, storedResult(2)])).to.deep.equal({ ...NOTHING, doubled: 1 });
  });

  it('When a record is stored that nobody asked for, Then it is told as doubled', () => {
    expect(complaints(creations, [...stored, storedResult(9)])).to.deep.equal({ ...NOTHING, doubled: 1 });
  });

  it('When a record is stored under another id than was acknowledged, Then it is lost', () => {
    const renamed = [...stored.slice(0, 3), storedResult(2, { id: idOf(7) })];
    expect(complaints(creations, renamed)).to.deep.equal({ ...NOTHING, lost: 1 });
  });

  for (const [what, changes] of [
    ['in another run', { runId: idOf(50) }],
    ['with another status', { status: 'failed' }],
  ] as const) {
    it(`When a result is stored ${what}, Then it is lost as it was acknowledged`, () => {
      const changed = [...stored.slice(0, 3), storedResult(2, changes)];
      expect(complaints(creations, changed)).to.deep.equal({ ...NOTHING, lost: 1 });
    });
  }
});

describe('Given a record of which nobody knows whether it was stored', () => {
  const unknown = result(2, { outcome: 'unknown' });

  it('When it is stored once or not at all, Then there is nothing to say', () => {
    expect(complaints([run, unknown], [storedRun])).to.deep.equal(NOTHING);
    expect(complaints([run, unknown], [storedRun, storedResult(2)])).to.deep.equal(NOTHING);
  });

  it('When it had no id and is stored under any, Then there is nothing to say, and twice is doubled', () => {
    const minted = { ...unknown, id: undefined, isMinted: true };
    expect(complaints([run, minted], [storedRun, storedResult(2)])).to.deep.equal(NOTHING);
    const twice = [storedRun, storedResult(2), storedResult(2, { id: idOf(3) })];
    expect(complaints([run, minted], twice)).to.deep.equal({ ...NOTHING, doubled: 1 });
  });

  it('When it was refused for certain and is stored, Then that is wrong', () => {
    const refused = result(2, { outcome: 'refused' });
    expect(complaints([run, refused], [storedRun])).to.deep.equal(NOTHING);
    expect(complaints([run, refused], [storedRun, storedResult(2)])).to.deep.equal({ ...NOTHING, wrong: 1 });
  });
});

describe('Given moves of a run', () => {
  const withRun = (changes: Partial<StoredRecord>): StoredRecord[] => [{ ...storedRun, ...changes }];

  it('When an acknowledged one is not stored, Then it is lost', () => {
    expect(complaints([run], withRun({ status: 'running', version: 2 }))).to.deep.equal({
      ...NOTHING,
      lost: 1,
    });
  });

  it('When one was made twice, Then it is doubled', () => {
    expect(complaints([run], withRun({ version: 4 }))).to.deep.equal({ ...NOTHING, doubled: 1 });
  });

  it('When they were made in another order, Then the state is not the one that was acknowledged', () => {
    expect(complaints([run], withRun({ status: 'running' }))).to.deep.equal({ ...NOTHING, lost: 1 });
  });

  it('When the last is unknown, Then the states before and after it are right, and no other', () => {
    const unsure: readonly Move[] = [moves[0]!, { ...moves[1]!, outcome: 'unknown' }];
    expect(complaints([run], withRun({ status: 'running', version: 2 }), unsure)).to.deep.equal(NOTHING);
    expect(complaints([run], withRun({}), unsure)).to.deep.equal(NOTHING);
    expect(complaints([run], withRun({ status: 'passed' }), unsure)).to.deep.equal({ ...NOTHING, lost: 1 });
  });
});

describe('Given records of one run that were acknowledged one after the other', () => {
  it('When ids that the coordinator minted do not rise with them, Then the order is wrong', () => {
    const minted = (number: number, step: number): Creation => result(number, { isMinted: true, step });
    const both = [storedRun, storedResult(1), storedResult(2)];
    expect(complaints([run, minted(1, 1), minted(2, 2)], both)).to.deep.equal(NOTHING);
    expect(complaints([run, minted(2, 1), minted(1, 2)], both)).to.deep.equal({ ...NOTHING, wrong: 1 });
  });

  it('When those of one step are in any order, Then there is nothing to say', () => {
    const minted = (number: number): Creation => result(number, { isMinted: true, step: 1 });
    const both = [storedRun, storedResult(1), storedResult(2)];
    expect(complaints([run, minted(2), minted(1)], both)).to.deep.equal(NOTHING);
  });

  it('When an event has an earlier time than the one before it, Then the order is wrong', () => {
    const later = { ...event, mark: 'later', id: idOf(4), step: 2 };
    const at = (createdAt: number): StoredRecord => ({
      ...storedEvent,
      id: idOf(4),
      mark: 'later',
      createdAt,
    });
    expect(complaints([run, event, later], [storedRun, storedEvent, at(1_100)])).to.deep.equal(NOTHING);
    expect(complaints([run, event, later], [storedRun, storedEvent, at(1_099)])).to.deep.equal({
      ...NOTHING,
      wrong: 1,
    });
  });
});
