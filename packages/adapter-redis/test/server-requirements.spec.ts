import { expect } from 'chai';
import { createRedisAdapter } from '@test-coordinator/adapter-redis';
import { RedisServer } from '@test-coordinator/services';

import { directTo, openAdapter, outcomeOf } from './opened-adapter.js';

describe('Given a Redis whose eviction policy could drop locks', function () {
  this.timeout(60_000);

  it('When the adapter starts, Then it refuses with the line that fixes it, and starts after that line was run', async () => {
    await using server = await RedisServer.start({ settings: { 'maxmemory-policy': 'allkeys-lru' } });
    using direct = directTo(server.url);
    const adapter = createRedisAdapter({ settings: { url: server.url, poolSize: 1 } });

    const [refused] = await Promise.allSettled([adapter.start()]);
    expect(refused).to.have.nested.property('reason.code', 'UNSUPPORTED');
    const { message } = (refused as PromiseRejectedResult).reason as Error;
    const [, name, value] = /redis-cli config set (\S+) (\w+)/.exec(message) ?? [];
    await direct.config('SET', name!, value!);

    await adapter.start();
    expect(await outcomeOf(adapter.ports.cache.set('key', 1))).to.equal('answered');
    await adapter.stop();
  });

  it('When the policy changes under load, Then locks do go, which is why it is refused', async () => {
    await using server = await RedisServer.start();
    using direct = directTo(server.url);
    await using adapter = await openAdapter({ url: server.url });
    await direct.set('lock', 'held', 'PX', 600_000);
    await direct.config('SET', 'maxmemory', '2mb');
    await direct.config('SET', 'maxmemory-policy', 'allkeys-lru');

    for (let batch = 0; batch < 20; batch += 1) {
      const entries = Array.from({ length: 1_000 }, (_, n) => [`${batch} ${n}`, 'x'.repeat(100)] as const);
      await adapter.ports.cache.setMany(new Map(entries));
    }

    const evicted = Number(/evicted_keys:(\d+)/.exec(await direct.info('stats'))?.[1]);
    expect(evicted, 'the fault').to.be.greaterThan(0);
    expect(await direct.exists('lock')).to.equal(0);
  });
});

describe('Given a Redis that is full', function () {
  this.timeout(60_000);

  it('When an entry is stored, Then it is CAPACITY, and reads still work', async () => {
    await using server = await RedisServer.start();
    using direct = directTo(server.url);
    await using adapter = await openAdapter({ url: server.url });
    const { cache } = adapter.ports;
    await cache.set('key', 'kept');
    await direct.config('SET', 'maxmemory', '1');

    expect(await outcomeOf(cache.set('key', 'new'))).to.equal('CAPACITY');
    expect(await cache.get('key')).to.equal('kept');
  });
});
