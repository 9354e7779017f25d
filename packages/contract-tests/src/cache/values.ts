import { expect } from 'chai';
import type { JsonObject, JsonValue } from '@test-coordinator/domain';
import { MAX_CACHE_KEY_LENGTH, type CacheRepository } from '@test-coordinator/ports';
import fc from 'fast-check';

import { arbitraries } from '../arbitraries.js';
import { inWorld, type ContractGroup } from '../contract-group.js';
import { SECRET, expectRefusal } from '../outcome.js';
import { withProperty } from '../property.js';
import { scribble, snapshot } from '../snapshot.js';

/** Values that are easily taken for an absent one. */
const FALSY: readonly JsonValue[] = [null, false, 0, '', [], {}];
/** Keys that a pattern, a namespace or a driver could read something into. */
const AWKWARD_KEYS = [
  '*',
  '?',
  '[a]',
  'a*',
  '\\',
  '{slot}',
  'a:b',
  'key',
  'Key',
  ' ',
  '\n',
  'é',
  '👩‍🚀',
  'toString',
  '__proto__',
];
const BAD_KEYS: readonly unknown[] = [
  '',
  'x'.repeat(MAX_CACHE_KEY_LENGTH + 1),
  `${SECRET}\0`,
  '\ud800',
  1,
  null,
  undefined,
];

const values = (keyLength: number): ContractGroup => ({
  subject: 'cache',
  concern: 'values',
  title: 'Given JSON values under keys',
  tests: [
    withProperty(
      'When any JSON values are stored, Then they are read as JSON reads them, one by one and together',
      fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), arbitraries.jsonValue, {
        minKeys: 1,
        maxKeys: 10,
      }),
      async ({ ports: { cache } }, entries) => {
        const expected = new Map(
          Object.entries(entries).map(([key, value]) => [key, arbitraries.asRead(value)]),
        );
        for (const [key, value] of Object.entries(entries)) await cache.set(key, value);
        for (const [key, value] of expected)
          expect(snapshot(await cache.get(key))).to.deep.equal(snapshot(value));
        expect(snapshot(await cache.getMany([...expected.keys()]))).to.deep.equal(snapshot(expected));
      },
    ),
    inWorld(
      'When a value is falsy or empty, Then it is there, unlike an absent one',
      async ({ ports: { cache } }) => {
        for (const [index, value] of FALSY.entries()) {
          await cache.set(`key ${index}`, value);
          expect(await cache.get(`key ${index}`)).to.deep.equal(value);
          expect(await cache.exists(`key ${index}`)).to.equal(true);
        }
        const keys = FALSY.map((_, index) => `key ${index}`);
        expect([...(await cache.getMany([...keys, 'absent'])).keys()]).to.deep.equal(keys);
        expect(await cache.get('absent')).to.equal(null);
        expect(await cache.exists('absent')).to.equal(false);
        expect(await cache.delete('key 0')).to.equal(true);
        expect(await cache.delete('key 0')).to.equal(false);
      },
    ),
    inWorld(
      'When a value is undefined inside, or -0, Then it is what JSON makes of it',
      async ({ ports: { cache } }) => {
        await cache.set('key', { gone: undefined, zero: -0, list: [-0] } as unknown as JsonValue);
        expect(await cache.get('key')).to.deep.equal({ zero: 0, list: [0] });
        await cache.set('key', -0);
        expect(await cache.get('key')).to.equal(0);
      },
    ),
    inWorld('When a value replaces another, Then the new one is read', async ({ ports: { cache } }) => {
      await cache.set('key', { old: true });
      await cache.set('key', 'new');
      expect(await cache.get('key')).to.equal('new');
    }),
    inWorld(
      'When keys are awkward or differ by case, Then each has its own value',
      async ({ ports: { cache } }) => {
        for (const key of AWKWARD_KEYS) await cache.set(key, `of ${key}`);
        for (const key of AWKWARD_KEYS) expect(await cache.get(key), key).to.equal(`of ${key}`);
        expect(await cache.keys()).to.deep.equal([...AWKWARD_KEYS].sort());
        expect(await cache.delete('*')).to.equal(true);
        expect(await cache.keys()).to.have.length(AWKWARD_KEYS.length - 1);
      },
    ),
    inWorld(
      `When a key has ${keyLength} characters, Then it is a key, and one with another is none`,
      async ({ ports: { cache } }) => {
        const key = 'k'.repeat(keyLength);
        await cache.set(key, 1);
        await expectRefusal(cache.set(`${key}k`, 1), 'INVALID_ARGUMENT');
        expect(await cache.keys()).to.deep.equal([key]);
      },
    ),
    inWorld(
      'When values are scribbled over, given or read, Then nothing stored changes',
      async ({ ports: { cache } }) => {
        const given = { list: [1, { deep: [2] }] };
        const expected = snapshot(given);
        await cache.set('a', given);
        await cache.setMany(new Map([['b', given]]));
        await cache.setJson('c', given);
        scribble(given);
        for (const key of ['a', 'b', 'c']) {
          scribble(await cache.get(key));
          scribble(await cache.getJson(key));
          scribble(await cache.getMany([key]));
          expect(snapshot(await cache.get(key)), key).to.deep.equal(expected);
          expect(snapshot([...(await cache.getMany([key])).values()])).to.deep.equal([expected]);
        }
      },
    ),
  ],
});

const JSON_OBJECT: JsonObject = { retries: 3, list: [1] };

const objects: ContractGroup = {
  subject: 'cache',
  concern: 'objects',
  title: 'Given the methods for JSON objects',
  tests: [
    inWorld(
      'When an object is stored, Then it is read by both ways of reading',
      async ({ ports: { cache } }) => {
        await cache.setJson('key', JSON_OBJECT);
        expect(snapshot(await cache.getJson('key'))).to.deep.equal(JSON_OBJECT);
        expect(snapshot(await cache.get('key'))).to.deep.equal(JSON_OBJECT);
        await cache.set('key', {});
        expect(snapshot(await cache.getJson('key'))).to.deep.equal({});
      },
    ),
    inWorld('When there is none, Then the answer is null', async ({ ports: { cache } }) => {
      expect(await cache.getJson('absent')).to.equal(null);
    }),
    inWorld(
      'When another kind of value is there, Then it is INVALID_ARGUMENT and it stays',
      async ({ ports }) => {
        for (const value of [null, 1, 'text', true, [JSON_OBJECT]]) {
          await ports.cache.set('key', value);
          await expectRefusal(ports.cache.getJson('key'), 'INVALID_ARGUMENT');
          expect(snapshot(await ports.cache.get('key'))).to.deep.equal(value);
        }
      },
    ),
    inWorld(
      'When no object is given, Then it is INVALID_ARGUMENT and nothing is stored',
      async ({ ports }) => {
        for (const value of [null, undefined, 1, 'text', [JSON_OBJECT], new Date(0)] as unknown[]) {
          await expectRefusal(ports.cache.setJson('key', value as JsonObject), 'INVALID_ARGUMENT');
        }
        expect(await ports.cache.exists('key')).to.equal(false);
      },
    ),
  ],
};

/** Every method that takes a key. */
const KEYED: readonly (readonly [
  method: string,
  call: (cache: CacheRepository, key: string) => Promise<unknown>,
])[] = [
  ['get', (cache, key) => cache.get(key)],
  ['set', (cache, key) => cache.set(key, 1)],
  ['delete', (cache, key) => cache.delete(key)],
  ['exists', (cache, key) => cache.exists(key)],
  ['expire', (cache, key) => cache.expire(key, 1)],
  ['getTtl', (cache, key) => cache.getTtl(key)],
  ['increment', (cache, key) => cache.increment(key)],
  ['decrement', (cache, key) => cache.decrement(key)],
  ['getMany', (cache, key) => cache.getMany(['kept', key])],
  [
    'setMany',
    (cache, key) =>
      cache.setMany(
        new Map([
          ['kept', 2],
          ['other', 1],
          [key, 1],
        ]),
      ),
  ],
  ['deleteMany', (cache, key) => cache.deleteMany(['kept', key])],
  ['getJson', (cache, key) => cache.getJson(key)],
  ['setJson', (cache, key) => cache.setJson(key, {})],
];

const validation: ContractGroup = {
  subject: 'cache',
  concern: 'validation',
  title: 'Given bad keys and values',
  tests: [
    ...KEYED.map(([method, call]) =>
      inWorld(
        `When ${method} gets a bad key, Then it is INVALID_ARGUMENT and nothing changes`,
        async ({ ports: { cache } }) => {
          await cache.set('kept', 1, { ttlSeconds: null });
          for (const key of BAD_KEYS) await expectRefusal(call(cache, key as string), 'INVALID_ARGUMENT');
          expect(await cache.keys()).to.deep.equal(['kept']);
          expect(await cache.get('kept')).to.equal(1);
        },
      ),
    ),
    inWorld(
      'When a value is no JSON, Then it is INVALID_ARGUMENT with the path and nothing changes',
      async ({ ports }) => {
        const { cache } = ports;
        await cache.set('key', 'kept');
        for (const { member, path } of arbitraries.hostileJson) {
          const value = { fine: SECRET, a: member } as JsonValue;
          const at = path === null ? 'value' : `value.a${path}`;
          await expectRefusal(cache.set('key', value), 'INVALID_ARGUMENT', { path: at });
          await expectRefusal(cache.setJson('key', value as JsonObject), 'INVALID_ARGUMENT', { path: at });
          await expectRefusal(
            cache.setMany(
              new Map([
                ['other', 1 as JsonValue],
                ['key', value],
              ]),
            ),
            'INVALID_ARGUMENT',
          );
        }
        await expectRefusal(cache.set('key', undefined as unknown as JsonValue), 'INVALID_ARGUMENT', {
          path: 'value',
        });
        expect(await cache.get('key')).to.equal('kept');
        expect(await cache.keys()).to.deep.equal(['key']);
      },
    ),
  ],
};

/** @param keyLength Of the longest key. */
export function cacheValueGroups(keyLength: number): readonly ContractGroup[] {
  return [values(keyLength), objects, validation];
}
