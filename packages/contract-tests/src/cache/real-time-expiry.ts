import { expect } from 'chai';

import { inWorld, type ContractGroup } from '../contract-group.js';
import { eventually } from '../trial.js';

/** Long enough to be seen live by the next call, short enough to wait for. */
const TTL_SECONDS = 0.25;

/** Expiry by the store's own clock: seen to have come, by asking until it has. */
export const realTimeExpiryGroup: ContractGroup = {
  subject: 'cache',
  concern: 'real-time expiry',
  title: "Given entries that expire by the store's clock",
  tests: [
    inWorld(
      'When a ttl runs out, Then the entry is gone for every way of looking',
      async ({ ports: { cache } }) => {
        await cache.set('key', 41, { ttlSeconds: TTL_SECONDS });
        expect(await cache.getTtl('key')).to.be.within(0.001, TTL_SECONDS);
        await eventually(() => cache.exists('key'), false, 'exists');
        expect(await cache.get('key')).to.equal(null);
        expect(await cache.getTtl('key')).to.equal(undefined);
        expect(await cache.keys()).to.deep.equal([]);
        expect((await cache.getMany(['key'])).size).to.equal(0);
        expect(await cache.delete('key')).to.equal(false);
      },
    ),
    inWorld('When an expired number is incremented, Then it starts at 0', async ({ ports: { cache } }) => {
      await cache.set('key', 41, { ttlSeconds: TTL_SECONDS });
      await eventually(() => cache.exists('key'), false, 'exists');
      expect(await cache.increment('key', 2)).to.equal(2);
    }),
    inWorld('When a number is incremented, Then its expiry stays', async ({ ports: { cache } }) => {
      await cache.set('key', 1, { ttlSeconds: TTL_SECONDS });
      await cache.increment('key', 1, { ttlSeconds: null });
      await eventually(() => cache.exists('key'), false, 'exists');
    }),
    inWorld('When a value is replaced, Then its expiry is replaced', async ({ ports: { cache } }) => {
      await cache.set('old', 1, { ttlSeconds: TTL_SECONDS });
      await cache.set('key', 1, { ttlSeconds: TTL_SECONDS });
      await cache.set('key', 2, { ttlSeconds: null });
      await eventually(() => cache.exists('old'), false, 'exists');
      expect(await cache.get('key')).to.equal(2);
      expect(await cache.getTtl('key')).to.equal(null);
    }),
    inWorld('When expire gives a shorter time, Then that one counts', async ({ ports: { cache } }) => {
      await cache.set('key', 1, { ttlSeconds: null });
      expect(await cache.expire('key', TTL_SECONDS)).to.equal(true);
      await eventually(() => cache.exists('key'), false, 'exists');
      expect(await cache.expire('key', 60)).to.equal(false);
    }),
    inWorld(
      'When a write names no ttl, Then the configured default counts',
      async ({ ports: { cache } }) => {
        await cache.set('key', 1);
        await eventually(() => cache.exists('key'), false, 'exists');
      },
      { defaultTtlSeconds: TTL_SECONDS },
    ),
  ],
};
