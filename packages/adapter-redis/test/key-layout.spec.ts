import { expect } from 'chai';
import { fixtures } from '@test-coordinator/contract-tests';
import { RedisServer } from '@test-coordinator/services';
import type { Redis } from 'ioredis';

import { directTo, openAdapter, until } from './opened-adapter.js';

describe('Given the keys that the adapter writes', function () {
  this.timeout(60_000);
  let server: RedisServer;
  let direct: Redis;

  beforeEach(async () => {
    server = await RedisServer.start();
    direct = directTo(server.url);
  });
  afterEach(async () => {
    direct.disconnect();
    await server.stop();
  });

  it('When every port is used, Then every key has the prefix, the type and the ttl of the table', async () => {
    await using adapter = await openAdapter({ url: server.url, keyPrefix: 'p:' });
    await adapter.ports.cache.set('key', 1, { ttlSeconds: 60 });
    await adapter.ports.serviceDiscovery.register(fixtures.service());
    await adapter.ports.executionLocks.acquire('engine', { owner: 'ada', ttlMs: 60_000 });
    await adapter.ports.activeRuns.publish(fixtures.id(1), { phase: 'injecting' });

    const keys = (await direct.keys('*')).sort();
    const table = await Promise.all(
      keys.map(async (key) => [key, await direct.type(key), await direct.ttl(key)]),
    );

    expect(table).to.deep.equal([
      ['p:{p:c44}:e:key', 'string', 60],
      ['p:{p:c44}:i', 'set', -1],
      ['p:{p:l59}:engine', 'string', -1],
      ['p:{p:run}:events', 'stream', -1],
      ['p:{p:run}:expiring', 'zset', -1],
      ['p:{p:run}:listed', 'zset', -1],
      ['p:{p:run}:states', 'hash', -1],
      ['p:{p:svc}:info', 'hash', -1],
      ['p:{p:svc}:listed', 'zset', -1],
      ['p:{p:svc}:named', 'zset', -1],
      ['p:{p:svc}:seen', 'zset', -1],
    ]);
  });

  it('When everything is removed, Then no key is left', async () => {
    await using adapter = await openAdapter({ url: server.url });
    const { cache, serviceDiscovery } = adapter.ports;
    await cache.setMany(new Map(Array.from({ length: 300 }, (_, n) => [`key ${n}`, n])));
    await serviceDiscovery.register(fixtures.service());
    await serviceDiscovery.register(fixtures.service({ serviceName: 'renamed' }));

    await cache.flushAll();
    await serviceDiscovery.deregister(fixtures.service().serviceId);

    expect(await direct.dbsize()).to.equal(0);
  });

  it('When another product shares the server, Then its keys are neither seen nor flushed', async () => {
    await using adapter = await openAdapter({ url: server.url, keyPrefix: 'p:' });
    await direct.set('p:of somebody else', 'kept');
    await adapter.ports.cache.set('ours', 1);

    expect(await adapter.ports.cache.keys()).to.deep.equal(['ours']);
    await adapter.ports.cache.flushAll();

    expect(await direct.keys('*')).to.deep.equal(['p:of somebody else']);
  });

  it('When entries expire, Then the members of the indexes that outlive them go with the next writes', async () => {
    await using adapter = await openAdapter({ url: server.url, keyPrefix: 'p:' });
    const { cache } = adapter.ports;
    await cache.setMany(new Map(Array.from({ length: 1_000 }, (_, n) => [`old ${n}`, n])), {
      ttlSeconds: 0.02,
    });
    await until(async () => (await cache.keys()).length === 0, 'they expire');
    const members = async (): Promise<number> => {
      const indexes = await direct.keys('p:*:i');
      return (await Promise.all(indexes.map((index) => direct.scard(index)))).reduce((sum, n) => sum + n, 0);
    };
    const expired = await members();

    expect(expired, 'members of expired entries').to.be.greaterThan(500);
    const fresh = new Map(Array.from({ length: 500 }, (_, n) => [`new ${n}`, n]));
    await until(async () => {
      await cache.setMany(fresh);
      return (await members()) === fresh.size;
    }, 'only members of live entries are left');
  });

  it('When entries are overwritten again and again, Then plain commands do, and one that was removed meanwhile is found by patterns', async () => {
    await using adapter = await openAdapter({ url: server.url, keyPrefix: 'p:' });
    await using other = await openAdapter({ url: server.url, keyPrefix: 'p:' });
    const { cache } = adapter.ports;
    await cache.set('old', 0);
    const scripts = async (): Promise<number> =>
      Number(/cmdstat_evalsha:calls=(\d+)/.exec(await direct.info('commandstats'))?.[1]);
    for (let n = 0; n < 20; n += 1) await cache.set('old', n);
    const before = await scripts();
    for (let n = 0; n < 20; n += 1) await cache.set('old', n);
    expect(await scripts(), 'scripts for 20 overwrites').to.equal(before);
    await other.ports.cache.flushAll();

    await cache.set('old', 1);
    await cache.set('new', 2);

    expect(await cache.keys()).to.deep.equal(['new', 'old']);
    expect(await cache.getTtl('old')).to.be.within(1, 300);
    expect(await cache.deletePattern('*')).to.equal(2);
  });

  it('When a call over many overwrites what is there and stores what is not, Then the indexes are written only where one was not there, and patterns find all', async () => {
    await using adapter = await openAdapter({ url: server.url });
    const { cache } = adapter.ports;
    const entries = (count: number) => new Map(Array.from({ length: count }, (_, n) => [`key ${n}`, n]));
    const additions = async (): Promise<number> =>
      Number(/cmdstat_sadd:calls=(\d+)/.exec(await direct.info('commandstats'))?.[1]);
    await cache.setMany(entries(20));
    const before = await additions();

    await cache.setMany(entries(20));
    expect((await additions()) - before, 'additions for overwrites').to.equal(0);
    await cache.delete('key 7');
    await cache.setMany(entries(25));

    expect(await additions()).to.be.greaterThan(before);
    expect(await cache.keys()).to.deep.equal([...entries(25).keys()].sort());
    expect(await cache.deletePattern('key*')).to.equal(25);
  });

  it('When an adapter works, Then it never looks at, or flushes, the whole server', async () => {
    await using adapter = await openAdapter({ url: server.url });
    const { cache, serviceDiscovery } = adapter.ports;
    await cache.setMany(new Map(Array.from({ length: 300 }, (_, n) => [`key ${n}`, n])));
    await cache.keys('key*');
    await cache.deletePattern('key 1*');
    await cache.flushAll();
    await serviceDiscovery.removeStaleServices();

    const stats = await direct.info('commandstats');
    for (const command of ['keys', 'scan', 'flushdb', 'flushall']) {
      expect(stats).not.to.match(new RegExp(`cmdstat_${command}:`));
    }
  });
});
