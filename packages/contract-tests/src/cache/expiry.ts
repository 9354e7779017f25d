import { expect } from 'chai';
import type { CacheRepository, CacheWriteOptions } from '@test-coordinator/ports';

import { inWorld, type ContractGroup } from '../contract-group.js';
import { expectRefusal } from '../outcome.js';
import type { Trial } from '../trial.js';

const BAD_TTLS: readonly unknown[] = [0, -1, -0.001, 0.000_9, Number.NaN, Number.POSITIVE_INFINITY, '60', {}];

/** Holds the entry to be live one millisecond before `ttlMs` and to be gone, for every way of looking, at `ttlMs`. */
async function expectGoneAfter(
  { ports: { cache }, clock }: Trial,
  key: string,
  ttlMs: number,
): Promise<void> {
  clock.advance(ttlMs - 1);
  expect(await cache.exists(key), 'live a millisecond before its expiry').to.equal(true);
  expect(await cache.getTtl(key)).to.equal(0.001);
  clock.advance(1);
  expect(await cache.exists(key), 'exists at its expiry').to.equal(false);
  expect(await cache.get(key)).to.equal(null);
  expect(await cache.getTtl(key)).to.equal(undefined);
  expect((await cache.getMany([key])).size).to.equal(0);
  expect(await cache.keys()).not.to.include(key);
  expect(await cache.getJson(key)).to.equal(null);
  expect(await cache.expire(key, 60), 'expire of an expired entry').to.equal(false);
  expect(await cache.deleteMany([key])).to.equal(0);
  expect(await cache.deletePattern('*')).to.equal(0);
  expect(await cache.delete(key), 'delete of an expired entry').to.equal(false);
}

type Write = (cache: CacheRepository, options?: CacheWriteOptions) => Promise<unknown>;

/** Every method that writes an entry with a ttl. */
const WRITES: readonly (readonly [method: string, write: Write])[] = [
  ['set', (cache, options) => cache.set('key', 1, options)],
  [
    'setMany',
    (cache, options) =>
      cache.setMany(
        new Map([
          ['key', 1],
          ['key 2', 1],
        ]),
        options,
      ),
  ],
  ['setJson', (cache, options) => cache.setJson('key', {}, options)],
  ['increment', (cache, options) => cache.increment('key', 1, options)],
  ['decrement', (cache, options) => cache.decrement('key', 1, options)],
];
const REPLACING = WRITES.slice(0, 3);

/** Expiry to the millisecond, for adapters whose clock is moved by hand. */
export const expiryGroup: ContractGroup = {
  subject: 'cache',
  concern: 'expiry',
  title: 'Given entries that expire',
  tests: [
    ...WRITES.map(([method, write]) =>
      inWorld(
        `When ${method} names a ttl of 1.5 s, Then the entry lives until then and not longer`,
        async (trial) => {
          await write(trial.ports.cache, { ttlSeconds: 1.5 });
          await expectGoneAfter(trial, 'key', 1_500);
        },
      ),
    ),
    ...WRITES.map(([method, write]) =>
      inWorld(
        `When ${method} names no ttl, Then the configured default counts`,
        async (trial) => {
          await write(trial.ports.cache);
          await expectGoneAfter(trial, 'key', 7_000);
        },
        { defaultTtlSeconds: 7 },
      ),
    ),
    inWorld('When nothing is configured, Then an entry lives for 300 s', async (trial) => {
      await trial.ports.cache.set('key', 1, { ttlSeconds: undefined });
      await expectGoneAfter(trial, 'key', 300_000);
    }),
    ...WRITES.map(([method, write]) =>
      inWorld(
        `When ${method} says null, Then the entry never expires`,
        async ({ ports: { cache }, clock }) => {
          await write(cache, { ttlSeconds: null });
          expect(await cache.getTtl('key')).to.equal(null);
          clock.advance(100 * 365 * 86_400_000);
          expect(await cache.exists('key')).to.equal(true);
        },
      ),
    ),
    ...REPLACING.map(([method, write]) =>
      inWorld(`When ${method} replaces an entry, Then its expiry is replaced too`, async (trial) => {
        const { cache } = trial.ports;
        await cache.set('key', 'old', { ttlSeconds: 1 });
        await write(cache, { ttlSeconds: 60 });
        trial.clock.advance(1_000);
        expect(await cache.exists('key')).to.equal(true);
        await write(cache, { ttlSeconds: null });
        expect(await cache.getTtl('key')).to.equal(null);
        await write(cache, { ttlSeconds: 2 });
        await expectGoneAfter(trial, 'key', 2_000);
      }),
    ),
    ...(['increment', 'decrement'] as const).map((method) =>
      inWorld(
        `When ${method} changes an entry, Then its expiry stays, whatever ttl is named`,
        async (trial) => {
          const { cache } = trial.ports;
          await cache.set('key', 5, { ttlSeconds: 2 });
          trial.clock.advance(500);
          await cache[method]('key', 1, { ttlSeconds: 60 });
          await cache[method]('key', 1, { ttlSeconds: null });
          await cache[method]('key');
          await expectGoneAfter(trial, 'key', 1_500);
        },
      ),
    ),
    inWorld(
      'When an entry that never expires is incremented, Then it still never does',
      async ({ ports: { cache } }) => {
        await cache.set('key', 5, { ttlSeconds: null });
        await cache.increment('key', 1, { ttlSeconds: 1 });
        expect(await cache.getTtl('key')).to.equal(null);
      },
    ),
    inWorld(
      'When an expired number is incremented, Then it starts at 0 with the ttl that is named',
      async (trial) => {
        const { cache } = trial.ports;
        await cache.set('key', 41, { ttlSeconds: 1 });
        trial.clock.advance(1_000);
        expect(await cache.increment('key', 2, { ttlSeconds: 3 })).to.equal(2);
        await expectGoneAfter(trial, 'key', 3_000);
      },
    ),
    inWorld(
      'When an expired text is incremented, Then it starts at 0',
      async ({ ports: { cache }, clock }) => {
        await cache.set('key', 'text', { ttlSeconds: 1 });
        clock.advance(1_000);
        expect(await cache.decrement('key', 2)).to.equal(-2);
      },
    ),
    inWorld('When expire gives another time, Then that one counts from now', async (trial) => {
      const { cache } = trial.ports;
      await cache.set('key', 1, { ttlSeconds: null });
      expect(await cache.expire('key', 10)).to.equal(true);
      trial.clock.advance(9_000);
      expect(await cache.getTtl('key')).to.equal(1);
      expect(await cache.expire('key', 0.25)).to.equal(true);
      await expectGoneAfter(trial, 'key', 250);
    }),
    inWorld('When expire says null, Then the entry never expires', async ({ ports: { cache }, clock }) => {
      await cache.set('key', 1, { ttlSeconds: 1 });
      expect(await cache.expire('key', null)).to.equal(true);
      clock.advance(10_000);
      expect(await cache.getTtl('key')).to.equal(null);
      expect(await cache.get('key')).to.equal(1);
    }),
    inWorld(
      'When expire meets no entry, Then it answers false and none appears',
      async ({ ports: { cache } }) => {
        expect(await cache.expire('key', 10)).to.equal(false);
        expect(await cache.exists('key')).to.equal(false);
      },
    ),
    inWorld(
      'When time passes, Then getTtl tells what is left to the millisecond',
      async ({ ports: { cache }, clock }) => {
        await cache.set('key', 1, { ttlSeconds: 3_600 });
        expect(await cache.getTtl('key')).to.equal(3_600);
        clock.advance(1_234);
        expect(await cache.getTtl('key')).to.equal(3_598.766);
        expect(await cache.getTtl('absent')).to.equal(undefined);
      },
    ),
    inWorld(
      'When a ttl is longer than 32 bits of milliseconds, Then it is not cut',
      async ({ ports: { cache }, clock }) => {
        await cache.set('key', 1, { ttlSeconds: 5_000_000 });
        clock.advance(4_999_999_999);
        expect(await cache.exists('key')).to.equal(true);
        clock.advance(1);
        expect(await cache.exists('key')).to.equal(false);
      },
    ),
    inWorld(
      'When some entries expired, Then the many-methods see the others alone',
      async ({ ports: { cache }, clock }) => {
        for (const [key, ttlSeconds] of [
          ['a', 1],
          ['b', 2],
          ['c', null],
        ] as const)
          await cache.set(key, key, { ttlSeconds });
        clock.advance(1_000);
        expect(await cache.keys()).to.deep.equal(['b', 'c']);
        expect([...(await cache.getMany(['a', 'b', 'c'])).keys()]).to.deep.equal(['b', 'c']);
        expect(await cache.deleteMany(['a', 'b'])).to.equal(1);
        expect(await cache.deletePattern('?')).to.equal(1);
      },
    ),
    ...WRITES.map(([method, write]) =>
      inWorld(
        `When ${method} names a ttl that cannot be, Then it is INVALID_ARGUMENT and nothing changes`,
        async (trial) => {
          const { cache } = trial.ports;
          for (const ttlSeconds of BAD_TTLS) {
            const call = write(cache, { ttlSeconds: ttlSeconds as number });
            await expectRefusal(call, 'INVALID_ARGUMENT', { path: 'ttlSeconds' });
          }
          expect(await cache.keys()).to.deep.equal([]);
        },
      ),
    ),
    inWorld(
      'When expire names a ttl that cannot be, Then it is INVALID_ARGUMENT and nothing changes',
      async ({ ports: { cache } }) => {
        await cache.set('key', 1, { ttlSeconds: 9 });
        for (const ttlSeconds of [...BAD_TTLS, undefined]) {
          await expectRefusal(cache.expire('key', ttlSeconds as number), 'INVALID_ARGUMENT', {
            path: 'ttlSeconds',
          });
        }
        expect(await cache.getTtl('key')).to.equal(9);
      },
    ),
  ],
};
