import {
  checkChain,
  checkRunComparisonRequest,
  readAssertionHistoriesRequest,
  readAuditEntries,
  readChainRange,
} from '@test-coordinator/ports';
import { expect } from 'chai';

import { refusedPath } from './refused-path.js';

const BASELINE = '019bc12b-c62b-7000-8000-000000000001';
const RUN = '019bc12b-c62b-7000-8000-000000000002';

/** Given as a caller without types may: each field as it is, and what comes besides. */
const comparison = (changes: object): unknown =>
  refusedPath(() => checkRunComparisonRequest({ baselineRunId: BASELINE, runId: RUN, ...changes }));
const histories = (changes: object): unknown =>
  refusedPath(() => readAssertionHistoriesRequest({ scenarioId: 'restart', ...changes }));
const range = (changes: object): unknown => refusedPath(() => readChainRange(changes));

const entry = (sequence: number, changes: object = {}): object => ({
  entryId: `019bc12b-c62b-7000-8000-00000000010${sequence}`,
  chain: 'coordinator-1',
  sequence,
  at: new Date('2026-01-16T09:00:00.000Z'),
  phase: 'attempted',
  action: 'testRuns.create',
  entity: 'run',
  ...changes,
});

describe('Arguments of a comparison of runs', () => {
  for (const [what, changes, path] of [
    ['two runs', {}, undefined],
    ['findings', { findings: ['newly_failed', 'slower'] }, undefined],
    ['a threshold', { slowerBy: { ratio: 1.5, ms: 100 } }, undefined],
    ['a baseline that is no run id', { baselineRunId: 'last' }, 'baselineRunId'],
    ['a run that is no run id', { runId: 7 }, 'runId'],
    ['a finding that is none', { findings: ['fixed', 'worse'] }, 'findings[1]'],
    ['findings that are no list', { findings: 'fixed' }, 'findings'],
    ['a ratio below 1', { slowerBy: { ratio: 0.5, ms: 0 } }, 'slowerBy.ratio'],
    ['a ratio that is no number', { slowerBy: { ratio: Number.NaN, ms: 0 } }, 'slowerBy.ratio'],
    ['negative milliseconds', { slowerBy: { ratio: 2, ms: -1 } }, 'slowerBy.ms'],
    ['a threshold that is no object', { slowerBy: 2 }, 'slowerBy'],
    ['a threshold with another field', { slowerBy: { ratio: 2, ms: 0, s: 1 } }, 'slowerBy.s'],
    ['another field', { baseline: RUN }, 'request.baseline'],
  ] as const) {
    it(`Given ${what}, When it is checked, Then it is ${path === undefined ? 'taken' : `refused at ${path}`}`, () => {
      expect(comparison(changes)).to.equal(path);
    });
  }
});

describe('Arguments of the histories of assertions', () => {
  for (const [what, changes, path] of [
    ['a scenario', {}, undefined],
    ['the most that may be asked', { runs: 1_000, minFlips: 1_000, streak: 'failed' }, undefined],
    ['a scenario that is no id', { scenarioId: '-' }, 'scenarioId'],
    ['no run', { runs: 0 }, 'runs'],
    ['too many runs', { runs: 1_001 }, 'runs'],
    ['half a flip', { minFlips: 0.5 }, 'minFlips'],
    ['a streak of skipped ones', { streak: 'skipped' }, 'streak'],
    ['another field', { limit: 1 }, 'request.limit'],
  ] as const) {
    it(`Given ${what}, When it is checked, Then it is ${path === undefined ? 'taken' : `refused at ${path}`}`, () => {
      expect(histories(changes)).to.equal(path);
    });
  }

  it('Given no more than a scenario, When it is read, Then 100 runs are looked at', () => {
    expect(readAssertionHistoriesRequest({ scenarioId: 'restart' })).to.deep.equal({
      scenarioId: 'restart',
      runs: 100,
      streak: undefined,
      minFlips: 0,
    });
  });
});

describe('Arguments of an audit log', () => {
  it('Given entries of one chain that follow one another, When they are read, Then they are there, frozen', () => {
    const read = readAuditEntries([entry(1), entry(2)]);
    expect(read.map(({ sequence }) => sequence)).to.deep.equal([1, 2]);
    expect(read.every((one) => Object.isFrozen(one))).to.equal(true);
  });

  for (const [what, entries, path] of [
    ['no entries', [], 'entries'],
    ['an entry of another chain', [entry(1), entry(2, { chain: 'coordinator-2' })], 'entries[1].chain'],
    ['an entry that leaves one out', [entry(1), entry(3)], 'entries[1].sequence'],
    ['an entry of a phase that is none', [entry(1), entry(2, { phase: 'tried' })], 'entries[1].phase'],
  ] as const) {
    it(`Given ${what}, When they are read, Then they are refused at ${path}`, () => {
      expect(refusedPath(() => readAuditEntries(entries))).to.equal(path);
    });
  }

  it('Given a chain, When its name is checked, Then only a readable id is one', () => {
    expect(refusedPath(() => checkChain('coordinator-1'))).to.equal(undefined);
    expect(refusedPath(() => checkChain('a b'))).to.equal('chain');
  });

  it('Given a range, When it is read, Then it has its defaults, and each field its bounds', () => {
    expect(readChainRange()).to.deep.equal({ after: 0, limit: 1_000 });
    expect(readChainRange({ after: 7, limit: 1 })).to.deep.equal({ after: 7, limit: 1 });
    expect(range({ after: -1 })).to.equal('after');
    expect(range({ limit: 1_001 })).to.equal('limit');
    expect(range({ before: 1 })).to.equal('before');
  });
});
