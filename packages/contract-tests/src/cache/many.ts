import { expect } from 'chai';
import type { JsonValue } from '@test-coordinator/domain';
import { MAX_BULK } from '@test-coordinator/ports';
import fc from 'fast-check';

import { inWorld, type ContractGroup } from '../contract-group.js';
import { matchesGlob } from '../model/glob.js';
import { expectRefusal } from '../outcome.js';
import { withProperty } from '../property.js';

const many: ContractGroup = {
  subject: 'cache',
  concern: 'many',
  title: 'Given many keys in one call',
  tests: [
    inWorld(
      'When many are read, Then those that exist come in the order of the keys',
      async ({ ports: { cache } }) => {
        await cache.setMany(
          new Map([
            ['a', 1],
            ['b', 2],
            ['c', 3],
          ]),
        );
        const read = await cache.getMany(['c', 'absent', 'a', 'c']);
        expect([...read]).to.deep.equal([
          ['c', 3],
          ['a', 1],
        ]);
      },
    ),
    inWorld('When there are no keys or entries, Then nothing happens', async ({ ports: { cache } }) => {
      await cache.set('kept', 1);
      expect((await cache.getMany([])).size).to.equal(0);
      expect(await cache.deleteMany([])).to.equal(0);
      await cache.setMany(new Map());
      expect(await cache.keys()).to.deep.equal(['kept']);
    }),
    inWorld(
      'When many are removed, Then the answer is how many there were, each counted once',
      async ({ ports: { cache } }) => {
        await cache.setMany(
          new Map([
            ['a', 1],
            ['b', 2],
            ['c', 3],
          ]),
        );
        expect(await cache.deleteMany(['a', 'absent', 'b', 'a'])).to.equal(2);
        expect(await cache.keys()).to.deep.equal(['c']);
      },
    ),
    inWorld('When there are 1000, Then all are stored, read and removed', async ({ ports: { cache } }) => {
      const entries = new Map<string, JsonValue>(Array.from({ length: MAX_BULK }, (_, n) => [`key ${n}`, n]));
      await cache.setMany(entries);
      expect([...(await cache.getMany([...entries.keys()]))]).to.deep.equal([...entries]);
      expect(await cache.keys()).to.deep.equal([...entries.keys()].sort());
      expect(await cache.deleteMany([...entries.keys()])).to.equal(MAX_BULK);
      expect(await cache.keys()).to.deep.equal([]);
    }),
    inWorld(
      'When there are 1001, or no list, Then it is INVALID_ARGUMENT and nothing changes',
      async ({ ports: { cache } }) => {
        await cache.set('key 1', 'kept');
        const keys = Array.from({ length: MAX_BULK + 1 }, (_, n) => `key ${n}`);
        for (const bad of [keys, 'key 1', undefined, null]) {
          await expectRefusal(cache.getMany(bad as readonly string[]), 'INVALID_ARGUMENT', { path: 'keys' });
          await expectRefusal(cache.deleteMany(bad as readonly string[]), 'INVALID_ARGUMENT', {
            path: 'keys',
          });
        }
        const entries = new Map(keys.map((key) => [key, 1]));
        for (const bad of [entries, { 'key 1': 1 }, null]) {
          await expectRefusal(cache.setMany(bad as typeof entries), 'INVALID_ARGUMENT', { path: 'entries' });
        }
        expect(await cache.get('key 1')).to.equal('kept');
        expect(await cache.keys()).to.deep.equal(['key 1']);
      },
    ),
    inWorld(
      'When everything is flushed, Then nothing is left, and the cache works on',
      async ({ ports: { cache } }) => {
        await cache.setMany(
          new Map([
            ['a', 1],
            ['b', null],
          ]),
          { ttlSeconds: null },
        );
        await cache.flushAll();
        expect(await cache.keys()).to.deep.equal([]);
        expect(await cache.exists('a')).to.equal(false);
        expect(await cache.increment('a')).to.equal(1);
      },
    ),
  ],
};

/** Patterns by hand, one for each sentence of the port, with the keys of `KEYS` that they match. */
const KEYS = [
  'a',
  'A',
  'b',
  'ab',
  'a*',
  'a?',
  'a[b]',
  'a\\',
  'a-',
  'user:1',
  'user:12',
  'user:x',
  '^',
  ']',
  '👩',
];
const PATTERNS: readonly (readonly [pattern: string, keys: readonly string[]])[] = [
  ['a', ['a']],
  ['?', ['a', 'A', 'b', '^', ']', '👩']],
  ['a*', ['a', 'ab', 'a*', 'a?', 'a[b]', 'a\\', 'a-']],
  ['*', KEYS],
  ['*b*', ['b', 'ab', 'a[b]']],
  ['a\\*', ['a*']],
  ['a\\?', ['a?']],
  ['a\\[b\\]', ['a[b]']],
  ['a[b]', ['ab']],
  ['a\\', ['a\\']],
  ['a[*?]', ['a*', 'a?']],
  ['[a-b]', ['a', 'b']],
  ['[b-a]', ['a', 'b']],
  ['[^a]', ['A', 'b', '^', ']', '👩']],
  ['[a^]', ['a', '^']],
  ['[^]', ['a', 'A', 'b', '^', ']', '👩']],
  ['[]', []],
  ['[ab', ['a', 'b']],
  ['[\\]]', [']']],
  ['user:[0-9]', ['user:1']],
  ['user:[^0-9]', ['user:x']],
  ['user:**2', ['user:12']],
  ['user', []],
];

/** Few characters, and all that mean something, so that patterns and keys meet. */
const text = fc.string({
  unit: fc.constantFrom('a', 'a', 'b', '*', '?', '[', ']', '^', '-', '\\', 'é', '👩'),
  minLength: 1,
  maxLength: 6,
});

const patterns = (keyLength: number): ContractGroup => ({
  subject: 'cache',
  concern: 'patterns',
  title: 'Given Redis globs over the keys',
  tests: [
    ...PATTERNS.map(([pattern, expected]) =>
      inWorld(
        `When the pattern is ${pattern}, Then it means ${JSON.stringify(expected)}`,
        async ({ ports: { cache } }) => {
          for (const key of KEYS) await cache.set(key, 1);
          expect(await cache.keys(pattern)).to.deep.equal([...expected].sort());
          expect(await cache.deletePattern(pattern)).to.equal(expected.length);
          expect(await cache.keys()).to.deep.equal(KEYS.filter((key) => !expected.includes(key)).sort());
        },
      ),
    ),
    withProperty(
      'When pattern and keys are any text, Then keys and deletePattern agree with the definition',
      fc.tuple(
        fc.uniqueArray(text, { minLength: 1, maxLength: 12 }),
        fc.array(text, { minLength: 1, maxLength: 12 }),
      ),
      async ({ ports: { cache } }, [keys, tried]) => {
        await cache.setMany(new Map(keys.map((key) => [key, 1])));
        for (const pattern of tried) {
          const expected = keys.filter((key) => matchesGlob(pattern, key)).sort();
          expect(await cache.keys(pattern), pattern).to.deep.equal(expected);
        }
        const [first] = tried;
        const matching = keys.filter((key) => matchesGlob(first!, key));
        expect(await cache.deletePattern(first!), first).to.equal(matching.length);
        expect(await cache.keys()).to.deep.equal(keys.filter((key) => !matching.includes(key)).sort());
      },
    ),
    inWorld(
      'When keys have surrogates and capitals, Then they come in the order of their UTF-16 codes',
      async ({ ports }) => {
        const keys = ['b', 'B', 'a', '_', '10', '9', 'é', '\ufffd', '👩', 'aa'];
        await ports.cache.setMany(new Map(keys.map((key) => [key, 1])));
        expect(await ports.cache.keys()).to.deep.equal([
          '10',
          '9',
          'B',
          '_',
          'a',
          'aa',
          'b',
          'é',
          '👩',
          '\ufffd',
        ]);
      },
    ),
    inWorld(
      'When a pattern is empty, too long or no text, Then it is INVALID_ARGUMENT',
      async ({ ports: { cache } }) => {
        await cache.set('kept', 1);
        for (const pattern of ['', '*'.repeat(513), 'nul\0', '\ud800', 7, null]) {
          await expectRefusal(cache.keys(pattern as string), 'INVALID_ARGUMENT', { path: 'pattern' });
          await expectRefusal(cache.deletePattern(pattern as string), 'INVALID_ARGUMENT', {
            path: 'pattern',
          });
        }
        await expectRefusal(cache.deletePattern(undefined as unknown as string), 'INVALID_ARGUMENT', {
          path: 'pattern',
        });
        expect(await cache.keys()).to.deep.equal(['kept']);
      },
    ),
    inWorld(
      'When a pattern is all stars, Then the answer does not take for ever',
      async ({ ports: { cache } }) => {
        await cache.set('a'.repeat(keyLength), 1);
        expect(await cache.keys(`${'*a'.repeat(keyLength / 2 - 1)}b`)).to.deep.equal([]);
      },
    ),
  ],
});

/** @param keyLength Of the longest key, which is also that of the longest pattern. */
export function cacheManyGroups(keyLength: number): readonly ContractGroup[] {
  return [many, patterns(keyLength)];
}
