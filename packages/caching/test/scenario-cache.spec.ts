import { ScenarioCache } from '@test-coordinator/caching';
import { fixtures } from '@test-coordinator/contract-tests';
import type { JsonObject, JsonValue } from '@test-coordinator/domain';
import { DataAdapterError } from '@test-coordinator/ports';
import { expect } from 'chai';

import { CachedWorld, SCENARIO_ID } from './cached-world.js';
import { until } from './until.js';

describe('Given a cache of scenarios', () => {
  let world: CachedWorld;
  beforeEach(async () => {
    world = await CachedWorld.open();
    await world.create();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  for (const [name, options] of [
    ['ttlSeconds', { ttlSeconds: 0 }],
    ['ttlSeconds', { ttlSeconds: Number.NaN }],
    ['patienceMs', { patienceMs: 0 }],
  ] as const) {
    it(`When its ${name} is ${Object.values(options)[0]}, Then it is refused by its name`, () => {
      const scope = () => Promise.resolve('store');
      expect(() => new ScenarioCache({ cache: world.sharedCache, scope, ...options })).to.throw(
        DataAdapterError,
        name,
      );
    });
  }

  it('When its health is asked for, Then it tells its counts', async () => {
    const { cache, scenarios } = world.instance();
    for (let turn = 0; turn < 3; turn += 1) await scenarios.getById(SCENARIO_ID);
    expect(await cache.checkHealth()).to.include({
      name: 'scenario-cache',
      status: 'up',
      detail: '2 hits, 1 misses, 0 reads past it',
    });
  });

  it('When it stops with a change untold, Then it tells of it', async () => {
    const [cutOff, other] = [world.instance(), world.instance()];
    await other.scenarios.getById(SCENARIO_ID);
    cutOff.link = 'broken';
    await cutOff.scenarios.updateStatus(SCENARIO_ID, 'active');
    cutOff.link = 'whole';
    await cutOff.cache.stop();
    expect((await other.scenarios.getById(SCENARIO_ID))?.status).to.equal('active');
  });

  it('When the name of the store is not known yet, Then it is read past the cache until it is', async () => {
    let asked = 0;
    const { cache, scenarios } = world.instance(() => {
      asked += 1;
      return asked < 2 ? Promise.reject(new Error('not yet')) : Promise.resolve('store');
    });
    await until(async () => {
      expect(await scenarios.getById(SCENARIO_ID)).to.include({ name: 'old' });
      return cache.counts.hits === 2;
    }, 'hits');
    expect(cache.counts.misses).to.equal(1);
    expect(cache.counts.bypasses).to.be.greaterThan(0);
    expect(asked).to.equal(2);
  });

  it('When a scenario is too large for the cache, Then it is read from the store, and that is no outage', async () => {
    const configuration = { blob: 'x'.repeat(1_048_576 - 20) };
    await world.store.create(fixtures.scenario({ scenarioId: 'large', configuration }));
    const { cache, scenarios, log } = world.instance();
    for (let turn = 0; turn < 2; turn += 1)
      expect((await scenarios.getById('large'))?.configuration).to.deep.equal(configuration);
    expect(cache.counts).to.deep.equal({ hits: 0, misses: 2, bypasses: 0 });
    expect(log).to.deep.equal([]);
  });

  describe('When somebody writes something else under its keys', () => {
    const spoil = async (change: (entry: JsonObject) => JsonValue) => {
      const { scenarios } = world.instance();
      await scenarios.getById(SCENARIO_ID);
      const [key] = await world.sharedCache.keys('scenario:*');
      await world.sharedCache.set(key!, change((await world.sharedCache.getJson(key!))!));
    };
    for (const [what, change] of [
      ['text', () => 'text'],
      ['another scenario', (entry: JsonObject) => ({ ...entry, scenarioId: 'another' })],
      ['no time', (entry: JsonObject) => ({ ...entry, createdAt: 'yesterday' })],
      ['a stamp that is none', (entry: JsonObject) => ({ ...entry, stamp: 7 })],
    ] as const) {
      it(`Then an entry that is ${what} counts for nothing`, async () => {
        await spoil(change);
        const { cache, scenarios } = world.instance();
        expect(await scenarios.getById(SCENARIO_ID)).to.deep.equal(await world.store.getById(SCENARIO_ID));
        expect(cache.counts).to.deep.equal({ hits: 0, misses: 1, bypasses: 0 });
      });
    }
  });
});
