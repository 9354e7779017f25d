import { expect } from 'chai';
import { RedisAdapter, redisModule } from '@test-coordinator/adapter-redis';
import {
  ActiveRuns,
  CacheRepository,
  DataAdapterError,
  ExecutionLocks,
  ServiceDiscoveryRepository,
} from '@test-coordinator/ports';
import { startTestRedis } from '@test-coordinator/services';
import { Container } from 'inversify';

import { freshPrefix } from './redis-harness.js';

describe('Given a container with the module of the Redis adapter', function () {
  this.timeout(60_000);

  for (const [name, token] of Object.entries({
    ActiveRuns,
    CacheRepository,
    ExecutionLocks,
    ServiceDiscoveryRepository,
  })) {
    it(`When ${name} is asked for twice, Then both are the port of the one adapter`, () => {
      const container = new Container();
      container.load(redisModule({ url: 'redis://localhost' }));
      const ports = Object.values(container.get(RedisAdapter).ports) as unknown[];

      const port = container.get<unknown>(token);

      expect(ports).to.include(port);
      expect(container.get<unknown>(token)).to.equal(port);
    });
  }

  it('When its settings are bad, Then it is refused when it is made', () => {
    expect(() => redisModule({ url: 'http://localhost' })).to.throw(DataAdapterError, 'url must look like');
  });

  it('When two containers load it with one prefix, Then they share what is stored', async () => {
    await using redis = await startTestRedis();
    const settings = { url: redis.url, keyPrefix: freshPrefix(), poolSize: 1 };
    const [first, second] = [new Container(), new Container()];
    for (const container of [first, second]) {
      container.load(redisModule(settings));
      await container.get(RedisAdapter).start();
    }

    await first.get<CacheRepository>(CacheRepository).set('key', 1);

    expect(await second.get<CacheRepository>(CacheRepository).get('key')).to.equal(1);
    for (const container of [first, second]) await container.get(RedisAdapter).stop();
  });
});
