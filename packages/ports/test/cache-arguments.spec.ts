import {
  checkCacheKey,
  checkCacheKeys,
  checkJsonValue,
  checkPattern,
  checkWholeNumber,
  isJsonObject,
  readCacheEntries,
  readTtlMs,
} from '@test-coordinator/ports';
import { expect } from 'chai';

import { refusedPath } from './refused-path.js';

describe('Arguments of a cache', () => {
  for (const [what, text, isGood] of [
    ['one character', 'a', true],
    ['512 characters', 'a'.repeat(512), true],
    ['nothing', '', false],
    ['513 characters', 'a'.repeat(513), false],
    ['a NUL', 'a\0', false],
    ['a lone surrogate', '\ud800', false],
    ['a number', 7, false],
  ] as const) {
    it(`Given a key or a pattern of ${what}, When it is checked, Then it is ${isGood ? 'taken' : 'refused by its path'}`, () => {
      expect(refusedPath(() => checkCacheKey(text))).to.equal(isGood ? undefined : 'key');
      expect(refusedPath(() => checkPattern(text))).to.equal(isGood ? undefined : 'pattern');
      expect(refusedPath(() => checkCacheKeys(['a', text]))).to.equal(isGood ? undefined : 'keys[1]');
    });
  }

  it('Given more keys than a call takes, When they are checked, Then the list is refused', () => {
    const keys = Array.from({ length: 1_001 }, (_, index) => String(index));
    expect(refusedPath(() => checkCacheKeys(keys))).to.equal('keys');
    expect(refusedPath(() => checkCacheKeys(keys.slice(1)))).to.equal(undefined);
    expect(refusedPath(() => checkCacheKeys([]))).to.equal(undefined);
  });

  it('Given a value that is no JSON, When it is checked, Then the path of what is wrong is named', () => {
    expect(refusedPath(() => checkJsonValue({ a: [1, Number.NaN] }))).to.equal('value.a[1]');
    expect(refusedPath(() => checkJsonValue({ a: [1, null] }))).to.equal(undefined);
  });

  it('Given values, When it is asked which is a JSON object, Then lists and null are not', () => {
    expect([{}, [], null, 1].map(isJsonObject)).to.deep.equal([true, false, false, false]);
  });

  it('Given a number that is not whole, When it is checked, Then it is refused by its path', () => {
    for (const wrong of [1.5, Number.NaN, 2 ** 53, '1'])
      expect(refusedPath(() => checkWholeNumber(wrong, 'by'))).to.equal('by');
    expect(refusedPath(() => checkWholeNumber(-(2 ** 53 - 1), 'by'))).to.equal(undefined);
  });

  it('Given a ttl, When it is read, Then it is whole milliseconds, and null is for ever', () => {
    expect([0.001, 1.001, 60, null].map(readTtlMs)).to.deep.equal([1, 1_001, 60_000, Infinity]);
    for (const wrong of [0, -1, 0.0009, Number.NaN, Infinity, '60', undefined])
      expect(refusedPath(() => readTtlMs(wrong))).to.equal('ttlSeconds');
  });

  it('Given entries, When they are read, Then a bad key or value is named with its place', () => {
    const good = new Map([['a', 1]]);
    expect(readCacheEntries(good)).to.deep.equal([['a', 1]]);
    expect(refusedPath(() => readCacheEntries([['a', 1]]))).to.equal('entries');
    expect(refusedPath(() => readCacheEntries(new Map([...good, ['', 1]])))).to.equal('entries[1] key');
    expect(refusedPath(() => readCacheEntries(new Map([...good, ['b', Number.NaN]])))).to.equal('entries[1]');
  });
});
