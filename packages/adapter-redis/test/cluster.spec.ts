import { expect } from 'chai';
import { fixtures } from '@test-coordinator/contract-tests';
import { RedisCluster } from '@test-coordinator/services';

import { directTo, openAdapter, outcomeOf, until } from './opened-adapter.js';

const LIMITS = { socketTimeoutMs: 2_000, connectTimeoutMs: 2_000 };

describe('Given a cluster of three masters', function () {
  this.timeout(60_000);
  let cluster: RedisCluster;

  beforeEach(async () => {
    cluster = await RedisCluster.start();
  });
  afterEach(() => cluster.stop());

  it('When 300 entries are on all of them, Then keys, getMany and deletePattern see all 300', async () => {
    await using adapter = await openAdapter({ url: cluster.url, ...LIMITS });
    const { cache } = adapter.ports;
    const entries = new Map(Array.from({ length: 300 }, (_, n) => [`key ${n}`, n]));
    await cache.setMany(entries);
    for (const server of cluster.servers) {
      using direct = directTo(server.url);
      const onThisNode = await direct.keys('*:e:*');
      expect(onThisNode, 'what one node has').to.have.length.within(1, 299);
    }

    expect(await cache.keys('key *')).to.have.length(300);
    expect((await cache.getMany([...entries.keys()])).size).to.equal(300);
    expect(await cache.deletePattern('key *')).to.equal(300);
    expect(await cache.keys()).to.deep.equal([]);
  });

  it('When slots move under load, Then every call is answered, and nothing is lost or counted twice', async () => {
    await using adapter = await openAdapter({ url: cluster.url, keyPrefix: 'p:', poolSize: 2, ...LIMITS });
    const { cache, executionLocks, serviceDiscovery } = adapter.ports;
    for (const batch of ['key a', 'key b']) {
      const entries = Array.from({ length: 1_000 }, (_, n) => [`${batch}${n}`, n] as const);
      await cache.setMany(new Map(entries), { ttlSeconds: null });
    }
    await serviceDiscovery.register(fixtures.service({ serviceId: 'a' }));
    using direct = directTo(cluster.servers[0]!.url);
    const slots = await Promise.all(
      ['p:{p:c44}:i', 'p:{p:svc}:info', 'p:{p:l59}:engine'].map((key) => direct.cluster('KEYSLOT', key)),
    );
    const outcomes: string[] = [];
    let counted = 0;
    let isMoving = true;
    const fences: number[] = [];
    const locking = (async () => {
      while (isMoving) {
        const outcome = await outcomeOf(
          executionLocks.acquire('engine', { owner: 'ada', ttlMs: 5_000 }).then(async (lease) => {
            fences.push(lease.fence);
            await lease.renew();
            expect(await lease.release()).to.equal(true);
          }),
        );
        outcomes.push(outcome);
      }
    })();
    const load = Array.from({ length: 8 }, async (_, caller) => {
      for (let n = 0; isMoving; n += 1) {
        outcomes.push(
          await outcomeOf(cache.increment('key').then(() => (counted += 1))),
          await outcomeOf(cache.set(`new ${caller} ${n}`, n, { ttlSeconds: null })),
          await outcomeOf(serviceDiscovery.updateHeartbeat('a')),
          await outcomeOf(cache.get('key')),
        );
      }
    });

    let moved = 0;
    try {
      for (const slot of [...slots, ...slots, ...slots]) moved += await cluster.moveSlot(slot);
    } finally {
      isMoving = false;
      await Promise.all([locking, ...load]);
    }

    expect(moved, 'keys that moved').to.be.greaterThan(50);
    expect(new Set(outcomes)).to.deep.equal(new Set(['answered']));
    expect(await cache.get('key')).to.equal(counted);
    expect((await cache.keys('key ?*')).length).to.equal(2_000);
    expect(await serviceDiscovery.isServiceHealthy('a')).to.equal(true);
    expect(fences.length).to.be.greaterThan(1);
    expect(fences).to.deep.equal([...new Set(fences)].sort((a, b) => a - b));
  });

  it('When the slot of the live states moves, Then who watches learns of every change, once and in order', async () => {
    await using adapter = await openAdapter({ url: cluster.url, keyPrefix: 'p:', ...LIMITS });
    const { activeRuns } = adapter.ports;
    using direct = directTo(cluster.servers[0]!.url);
    const slot = await direct.cluster('KEYSLOT', 'p:{p:run}:events');
    const learned: string[] = [];
    const watching = (async () => {
      for await (const event of activeRuns.watch())
        learned.push(event.kind === 'published' ? event.run.phase : event.kind);
    })();
    const watched = outcomeOf(watching);
    const published: string[] = [];
    let isMoving = true;
    const load = (async () => {
      for (let n = 0; isMoving || n < 100; n += 1) {
        await activeRuns.publish(fixtures.id(n % 10), { phase: `phase ${n}` });
        published.push(`phase ${n}`);
      }
    })();

    let moved = 0;
    try {
      for (let time = 0; time < 3; time += 1) moved += await cluster.moveSlot(slot);
    } finally {
      isMoving = false;
      await load;
    }

    expect(moved, 'keys that moved').to.be.greaterThan(3);
    await until(() => learned.length >= published.length, 'all events');
    await adapter.stop();
    expect(await watched).to.equal('CLOSED');
    expect(learned).to.deep.equal(published);
  });

  it('When a master is killed under load, Then no counter is counted twice, and the other masters serve on', async () => {
    await using adapter = await openAdapter({ url: cluster.url, poolSize: 1, ...LIMITS });
    const { cache } = adapter.ports;
    const keys = Array.from({ length: 60 }, (_, n) => `n${n}`);
    let isOn = true;
    const tally = new Map(keys.map((key) => [key, { answered: 0, unknown: 0 }]));
    const load = keys.map(async (key) => {
      while (isOn) {
        const outcome = await outcomeOf(cache.increment(key, 1, { ttlSeconds: null }));
        if (outcome === 'answered') tally.get(key)!.answered += 1;
        if (outcome === 'UNKNOWN_OUTCOME') tally.get(key)!.unknown += 1;
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    try {
      await until(() => [...tally.values()].every(({ answered }) => answered > 2), 'the load');
      await cluster.servers[2]!.kill();
      const before = [...tally.values()].map(({ answered }) => answered);
      const serving = (): number =>
        [...tally.values()].filter(({ answered }, index) => answered > before[index]! + 5).length;
      await until(() => serving() >= 30, 'the others serve on', 10_000);
    } finally {
      isOn = false;
      await Promise.all(load);
    }

    let read = 0;
    for (const [key, { answered, unknown }] of tally) {
      const value = await cache.get(key).catch(() => undefined);
      if (typeof value !== 'number') continue;
      read += 1;
      expect(value, key).to.be.within(answered, answered + unknown);
    }
    expect(read, 'counters that can be read').to.be.within(1, 59);
  });
});
