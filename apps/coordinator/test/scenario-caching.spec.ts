import { chooseAdapters, readSettings, type AdapterFactory } from '@test-coordinator/coordinator';
import { RedisServer, TestPostgres } from '@test-coordinator/services';
import { expect } from 'chai';

import { eventually } from './eventually.js';
import { scenario } from './records.js';

const ADAPTER = 'TEST_COORDINATOR_ADAPTER_';
const ID = 'matching-engine-restart';

describe('Scenarios of PostgreSQL behind Redis', function () {
  this.timeout(60_000);
  let postgres: TestPostgres;
  let redis: RedisServer;
  let databaseUrl: string;
  const factories: AdapterFactory[] = [];
  before(async () => {
    postgres = await TestPostgres.start();
  });
  after(() => postgres.stop());
  beforeEach(async () => {
    redis = await RedisServer.start();
    databaseUrl = await postgres.createDatabase();
  });
  afterEach(async () => {
    for (const factory of factories.splice(0)) await factory.stop();
    await redis.stop();
  });

  /** One coordinator's data layer. */
  async function dataLayer(changes: Readonly<Record<string, string>> = {}): Promise<AdapterFactory> {
    const settings = readSettings({
      [`${ADAPTER}POSTGRES_URL`]: databaseUrl,
      [`${ADAPTER}REDIS_URL`]: redis.url,
      [`${ADAPTER}REDIS_POOL_SIZE`]: '1',
      // The image before a change is a read as well, which would be counted.
      [`${ADAPTER}AUDIT`]: 'false',
      ...changes,
    });
    const factory = await chooseAdapters(settings, { environment: {} });
    factories.push(factory);
    await factory.start();
    return factory;
  }
  const cacheHealth = async (factory: AdapterFactory) =>
    (await factory.checkHealth()).adapters.find(({ name }) => name === 'scenario-cache');
  const nameOf = async (factory: AdapterFactory) =>
    (await factory.getScenariosRepository().getById(ID))?.name;

  it('Given two coordinators, When one changes a scenario that both have read, Then both answer with the change', async () => {
    const [one, other] = [await dataLayer(), await dataLayer()];
    await one.getScenariosRepository().create(scenario({ name: 'first' }) as never);
    for (const factory of [one, other]) expect(await nameOf(factory)).to.equal('first');
    await one.getScenariosRepository().update(ID, 1, { name: 'second' });
    for (const factory of [other, one]) expect(await nameOf(factory)).to.equal('second');
    await other.getUnitOfWork().run(({ scenarios }) => scenarios.update(ID, 2, { name: 'third' }));
    for (const factory of [one, other]) expect(await nameOf(factory)).to.equal('third');
    expect((await cacheHealth(one))?.detail).to.equal('1 hits, 2 misses, 0 reads past it');
    expect((await cacheHealth(other))?.detail).to.equal('2 hits, 1 misses, 0 reads past it');
  });

  it('Given coordinators on two databases and one Redis, When both have a scenario of one name, Then each answers with its own', async () => {
    const one = await dataLayer();
    databaseUrl = await postgres.createDatabase();
    const other = await dataLayer();
    await one.getScenariosRepository().create(scenario({ name: 'here' }) as never);
    await other.getScenariosRepository().create(scenario({ name: 'there' }) as never);
    for (let turn = 0; turn < 2; turn += 1)
      expect([await nameOf(one), await nameOf(other)]).to.deep.equal(['here', 'there']);
    expect((await cacheHealth(other))?.detail).to.include('1 hits');
  });

  it('Given a coordinator, When Redis goes and comes back, Then scenarios are read and changed all the while', async () => {
    const one = await dataLayer();
    const scenarios = one.getScenariosRepository();
    await scenarios.create(scenario({ name: 'first' }) as never);
    expect(await nameOf(one)).to.equal('first');
    await redis.kill();
    expect(await nameOf(one)).to.equal('first');
    await scenarios.update(ID, 1, { name: 'second' });
    expect(await nameOf(one)).to.equal('second');
    expect(await cacheHealth(one)).to.include({ status: 'degraded' });
    await redis.restart();
    await eventually('it is cached again', async () => {
      expect(await nameOf(one)).to.equal('second');
      return (await one.checkHealth()).status === 'up';
    });
  });

  for (const [what, changes, seen] of [
    ['nothing else is set', {}, 'first'],
    ['the ttl is 0', { [`${ADAPTER}CACHE_TTL_SCENARIOS`]: '0' }, 'second'],
    ['no Redis is named', { [`${ADAPTER}REDIS_URL`]: '' }, 'second'],
  ] as const) {
    it(`Given that ${what}, When a scenario is changed past the cache, Then the next read is the ${seen} one`, async () => {
      const [one, past] = [await dataLayer(changes), await dataLayer({ [`${ADAPTER}REDIS_URL`]: '' })];
      await past.getScenariosRepository().create(scenario({ name: 'first' }) as never);
      expect(await nameOf(one)).to.equal('first');
      await past.getScenariosRepository().update(ID, 1, { name: 'second' });
      expect(await nameOf(one)).to.equal(seen);
      const names = one.adapters.map(({ name }) => name);
      expect(names.includes('scenario-cache')).to.equal(seen === 'first');
    });
  }
});
