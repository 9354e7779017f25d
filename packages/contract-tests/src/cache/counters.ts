import { expect } from 'chai';
import type { JsonValue } from '@test-coordinator/domain';

import { inWorld, type ContractGroup } from '../contract-group.js';
import { expectRefusal } from '../outcome.js';

const MOST = Number.MAX_SAFE_INTEGER;

export const counterGroup: ContractGroup = {
  subject: 'cache',
  concern: 'counters',
  title: 'Given whole numbers that count',
  tests: [
    inWorld('When a key is absent, Then it starts at 0 and goes by 1', async ({ ports: { cache } }) => {
      expect(await cache.increment('up')).to.equal(1);
      expect(await cache.increment('up')).to.equal(2);
      expect(await cache.decrement('down')).to.equal(-1);
      expect(await cache.get('up')).to.equal(2);
      expect(await cache.get('down')).to.equal(-1);
    }),
    inWorld(
      'When a step is named, Then it is added or taken away, also a negative one and 0',
      async ({ ports }) => {
        const { cache } = ports;
        await cache.set('key', 10);
        expect(await cache.increment('key', 5)).to.equal(15);
        expect(await cache.decrement('key', 20)).to.equal(-5);
        expect(await cache.increment('key', -5)).to.equal(-10);
        expect(await cache.decrement('key', -10)).to.equal(0);
        expect(await cache.increment('key', 0)).to.equal(0);
        expect(await cache.decrement('key', 0)).to.equal(0);
        expect(await cache.increment('absent', 0)).to.equal(0);
        expect(await cache.get('absent')).to.equal(0);
      },
    ),
    inWorld('When a sum is at the edge of safe integers, Then it is exact', async ({ ports: { cache } }) => {
      await cache.set('key', MOST - 1);
      expect(await cache.increment('key')).to.equal(MOST);
      expect(await cache.get('key')).to.equal(MOST);
      await cache.set('key', 1 - MOST);
      expect(await cache.decrement('key')).to.equal(-MOST);
      expect(await cache.increment('key', MOST)).to.equal(0);
    }),
    inWorld(
      'When a sum would leave the safe integers, Then it is INVALID_ARGUMENT and nothing changes',
      async ({ ports }) => {
        const { cache } = ports;
        await cache.set('most', MOST);
        await cache.set('least', -MOST);
        await expectRefusal(cache.increment('most'), 'INVALID_ARGUMENT');
        await expectRefusal(cache.increment('most', MOST), 'INVALID_ARGUMENT');
        await expectRefusal(cache.decrement('least'), 'INVALID_ARGUMENT');
        await expectRefusal(cache.increment('least', -MOST), 'INVALID_ARGUMENT');
        expect(await cache.get('most')).to.equal(MOST);
        expect(await cache.get('least')).to.equal(-MOST);
      },
    ),
    inWorld(
      'When the stored value is no whole number, Then it is INVALID_ARGUMENT and it stays',
      async ({ ports }) => {
        const { cache } = ports;
        const values: readonly JsonValue[] = ['1', 1.5, null, true, [1], {}, ''];
        for (const value of values) {
          await cache.set('key', value);
          await expectRefusal(cache.increment('key'), 'INVALID_ARGUMENT');
          await expectRefusal(cache.decrement('key', 0), 'INVALID_ARGUMENT');
          expect(await cache.get('key')).to.deep.equal(value);
        }
      },
    ),
    inWorld(
      'When the step is no whole number, Then it is INVALID_ARGUMENT and nothing changes',
      async ({ ports }) => {
        const { cache } = ports;
        for (const by of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, '1', null]) {
          await expectRefusal(cache.increment('key', by as number), 'INVALID_ARGUMENT', { path: 'by' });
          await expectRefusal(cache.decrement('key', by as number), 'INVALID_ARGUMENT', { path: 'by' });
        }
        expect(await cache.exists('key')).to.equal(false);
      },
    ),
  ],
};
