import {
  DataAdapterError,
  checkWatchOptions,
  readRunProgress,
  type RunProgress,
  type WatchOptions,
} from '@test-coordinator/ports';
import { expect } from 'chai';

const named = (count: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`c${n}`, n]));

const REFUSED: readonly (readonly [path: string, fields: Readonly<Record<string, unknown>>])[] = [
  ['phase', { phase: undefined }],
  ['phase', { phase: '' }],
  ['phase', { phase: 'x'.repeat(201) }],
  ['phase', { phase: 'a\0' }],
  ['phase', { phase: 7 }],
  ['progress', { progress: -0.01 }],
  ['progress', { progress: 1.01 }],
  ['progress', { progress: Number.NaN }],
  ['progress', { progress: '0.5' }],
  ['message', { message: 'x'.repeat(2_001) }],
  ['message', { message: '\ud800' }],
  ['message', { message: 7 }],
  ['counters', { counters: null }],
  ['counters', { counters: [1] }],
  ['counters', { counters: new Map([['a', 1]]) }],
  ['counters', { counters: named(101) }],
  ['counters', { counters: { '': 1 } }],
  ['counters', { counters: { ['x'.repeat(101)]: 1 } }],
  ['counters.a', { counters: { a: '1' } }],
  ['counters.a', { counters: { a: null } }],
  ['counters.a', { counters: { a: Number.POSITIVE_INFINITY } }],
  ['counters.a', { counters: { a: 2 ** 53 } }],
  ['counters.constructor', { counters: { constructor: 1 } }],
  ['version', { version: 0 }],
  ['version', { version: 1.5 }],
  ['version', { version: null }],
  ['version', { version: 2 ** 52 + 1 }],
  ['percent', { percent: 50 }],
];

function expectRefusal(check: () => unknown, path: string): void {
  expect(check)
    .to.throw(DataAdapterError)
    .that.satisfies((error: DataAdapterError) => {
      expect(error.code).to.equal('INVALID_ARGUMENT');
      expect(error.details?.['problems']).to.have.nested.property('[0].path', path);
      return true;
    });
}

describe('Arguments of the live state of runs', () => {
  for (const [path, fields] of REFUSED) {
    it(`Given progress whose ${path} cannot be (${String(JSON.stringify(fields)).slice(0, 50)}), when it is read, then it is refused by name`, () => {
      expectRefusal(() => readRunProgress({ phase: 'injecting', ...fields }), path);
    });
  }

  it('Given what is no object, when it is read as progress, then it is refused', () => {
    for (const input of [undefined, null, 'injecting', 7])
      expectRefusal(() => readRunProgress(input), 'progress');
  });

  it('Given progress at its limits, when it is read, then it is taken as it is', () => {
    const full: RunProgress = {
      phase: 'x'.repeat(200),
      progress: 1,
      message: 'x'.repeat(2_000),
      counters: { ...named(99), ['x'.repeat(100)]: -1.5 },
      version: 2 ** 52,
    };
    expect(readRunProgress(full)).to.deep.equal(full);
  });

  it('Given a phase alone, when it is read, then the rest has its defaults', () => {
    const defaults = { phase: 'x', progress: null, message: null, counters: {}, version: undefined };
    expect(readRunProgress({ phase: 'x' })).to.deep.equal(defaults);
    expect(readRunProgress({ phase: 'x', progress: null, message: null })).to.deep.equal(defaults);
  });

  it('Given -0 and counters that are undefined, when they are read, then it is as JSON has them', () => {
    const { progress, counters } = readRunProgress({
      phase: 'x',
      progress: -0,
      counters: { a: -0, b: undefined },
    });
    expect(Object.is(progress, 0)).to.equal(true);
    expect(Object.is(counters['a'], 0)).to.equal(true);
    expect(Object.keys(counters)).to.deep.equal(['a']);
  });

  it('Given progress that was read, when the input changes, then the copy does not, and it is frozen', () => {
    const counters = { a: 1 };
    const read = readRunProgress({ phase: 'x', counters });
    counters.a = 2;
    expect(read.counters).to.deep.equal({ a: 1 });
    expect([read, read.counters].every(Object.isFrozen)).to.equal(true);
  });

  it('Given options of a watch, when they are checked, then what cannot be is refused by name', () => {
    const runId = '01890a5d-ac96-774b-bcce-b302099a8057';
    const bad: readonly (readonly [string, unknown])[] = [
      ['runId', { runId: 'x' }],
      ['runId', { runId: null }],
      ['after', { after: '' }],
      ['after', { after: 'x'.repeat(201) }],
      ['after', { after: 7 }],
      ['after', { after: 'a\0' }],
    ];
    for (const [path, options] of bad) expectRefusal(() => checkWatchOptions(options as WatchOptions), path);
    checkWatchOptions({});
    checkWatchOptions({ runId, after: 'anything at all' });
  });
});
