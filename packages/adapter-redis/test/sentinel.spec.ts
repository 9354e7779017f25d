import { expect } from 'chai';
import { RedisSentinel } from '@test-coordinator/services';

import { LateDoor } from './late-door.js';
import { directTo, openAdapter, outcomeOf, until } from './opened-adapter.js';

describe('Given a master that sentinels name', function () {
  this.timeout(60_000);

  it('When it dies under load, Then the adapter goes on with the new one, fences rise, and no counter is counted twice', async () => {
    await using sentinel = await RedisSentinel.start();
    await using adapter = await openAdapter({ url: sentinel.url, poolSize: 2, socketTimeoutMs: 1_000 });
    const { cache, executionLocks } = adapter.ports;
    const before = await executionLocks.acquire('engine', { owner: 'ada', ttlMs: 1_000 });
    await cache.set('before', 'kept', { ttlSeconds: null });
    await cache.increment('hits', 1, { ttlSeconds: null });
    const outcomes = new Map<string, number>();
    let isOn = true;
    const load = (async () => {
      while (isOn) {
        const outcome = await outcomeOf(cache.increment('hits', 1, { ttlSeconds: null }));
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();

    try {
      await sentinel.failOver();
      await until(
        async () => (await outcomeOf(cache.set('after', 1))) === 'answered',
        'the new master',
        40_000,
      );
    } finally {
      isOn = false;
      await load;
    }

    // A failover that was faster than the ttl has left the lease to its holder, who renews it.
    await outcomeOf(before.release());
    const after = await executionLocks.acquire('engine', { owner: 'bob', ttlMs: 60_000, waitMs: 5_000 });
    expect(after.fence).to.be.greaterThan(before.fence);
    const failed = [...outcomes].filter(([outcome]) => outcome !== 'answered');
    expect(failed, 'the fault').not.to.be.empty;
    const most = 1 + (outcomes.get('answered') ?? 0) + (outcomes.get('UNKNOWN_OUTCOME') ?? 0);
    expect(await cache.get('before')).to.equal('kept');
    expect(await cache.get('hits')).to.be.within(1, most);
  });

  it('When it hears of the failover while it asks for the master, Then it goes on with the new one all the same', async () => {
    await using sentinel = await RedisSentinel.start();
    await using door = await LateDoor.before(sentinel.port);
    await using adapter = await openAdapter({
      url: sentinel.url.replace(String(sentinel.port), String(door.port)),
      poolSize: 2,
      socketTimeoutMs: 10_000,
    });
    const { cache } = adapter.ports;
    await cache.set('before', 'kept', { ttlSeconds: null });
    // Who listens for a failover is inside.
    using asked = directTo(`redis://127.0.0.1:${sentinel.port}`);
    await until(async () => {
      const listeners = (await asked.call('CLIENT', 'LIST', 'TYPE', 'PUBSUB')) as string;
      return listeners.trimEnd().split('\n').length >= 2;
    }, 'both connections listen');
    door.shut();

    await sentinel.failOver();
    await until(() => door.waiting >= 2, 'both ask for the master');
    door.open();

    await until(
      async () => (await outcomeOf(cache.set('after', 1))) === 'answered',
      'the new master',
      40_000,
    );
    expect(await cache.get('before')).to.equal('kept');
  });
});
