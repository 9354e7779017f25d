import { randomInt } from 'node:crypto';
import { setImmediate, setTimeout as delay } from 'node:timers/promises';

import { DataAdapterError } from '@test-coordinator/ports';
import { SeededRandom } from '@test-coordinator/services';
import { expect } from 'chai';

import {
  CachedWorld,
  PATIENCE_MS,
  SCENARIO_ID,
  TTL_SECONDS,
  type Instance,
  type Sabotage,
} from './cached-world.js';
import { until } from './until.js';

/** What a cache of scenarios promises, each with the test that shows it; `sabotage` breaks the instances of the test. */
export interface CachingRule {
  readonly title: string;
  run(sabotage?: Sabotage): Promise<void>;
}

const nameOf = async ({ scenarios }: Instance) => (await scenarios.getById(SCENARIO_ID))?.name;
const rename = async ({ scenarios }: Instance, name: string) => {
  const { version } = (await scenarios.getById(SCENARIO_ID))!;
  return scenarios.update(SCENARIO_ID, version, { name });
};

/** Somebody else was faster. */
function unlessConflict(error: unknown): undefined {
  if (!DataAdapterError.is(error) || error.code !== 'VERSION_CONFLICT') throw error;
}

/** A gate in the way of answers of the store. */
function hold(world: CachedWorld) {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  world.onTheWay = () => opened;
  return () => {
    world.onTheWay = () => Promise.resolve();
    open();
  };
}

function rule(title: string, test: (world: CachedWorld, sabotage: Sabotage) => Promise<void>): CachingRule {
  return {
    title,
    async run(sabotage = {}) {
      await using world = await CachedWorld.open(sabotage);
      await world.create();
      await test(world, sabotage);
    },
  };
}

export const cachingRules = {
  hit: rule('When it is read again on any instance, Then the store is not asked', async (world) => {
    const [one, other] = [world.instance(), world.instance()];
    const stored = await world.store.getById(SCENARIO_ID);
    for (const { scenarios } of [one, other, one, other])
      expect(await scenarios.getById(SCENARIO_ID)).to.deep.equal(stored);
    expect(world.reads).to.equal(1);
    expect(one.cache.counts).to.deep.equal({ hits: 1, misses: 1, bypasses: 0 });
    expect(other.cache.counts).to.deep.equal({ hits: 2, misses: 0, bypasses: 0 });
  }),

  invalidation: rule(
    'When an instance changes it, Then every instance answers with the change',
    async (world) => {
      const [one, other] = [world.instance(), world.instance()];
      for (const instance of [one, other]) expect(await nameOf(instance)).to.equal('old');
      await rename(one, 'new');
      for (const instance of [one, other]) expect(await nameOf(instance)).to.equal('new');
      await other.scenarios.updateStatus(SCENARIO_ID, 'active');
      for (const { scenarios } of [one, other])
        expect(await scenarios.getById(SCENARIO_ID)).to.include({ status: 'active', version: 3 });
      expect(await one.scenarios.delete(SCENARIO_ID)).to.equal(true);
      for (const { scenarios } of [one, other]) expect(await scenarios.getById(SCENARIO_ID)).to.equal(null);
      await world.create();
      for (const instance of [one, other]) expect(await nameOf(instance)).to.equal('old');
    },
  ),

  lateFill: rule(
    'When a read from before a change fills late, Then nobody is answered with it',
    async (world) => {
      const [one, other] = [world.instance(), world.instance()];
      await rename(one, 'first');
      world.clock.advance(TTL_SECONDS * 1_000);
      const release = hold(world);
      const late = nameOf(other);
      await until(() => world.reads === 2, 'the late read is on its way');
      world.onTheWay = () => Promise.resolve();

      await rename(one, 'second');
      release();

      expect(await late, 'the late read').to.equal('first');
      for (const instance of [one, other]) expect(await nameOf(instance)).to.equal('second');
    },
  ),

  lateJoin: rule(
    'When a read comes after a change, Then it does not wait for one from before it',
    async (world) => {
      const [one, other] = [world.instance(), world.instance()];
      await rename(one, 'first');
      world.clock.advance(TTL_SECONDS * 1_000);
      const release = hold(world);
      const early = nameOf(other);
      await until(() => world.reads === 2, 'the early read is on its way');
      world.onTheWay = () => Promise.resolve();

      await rename(one, 'second');
      const late = nameOf(other);
      await until(() => world.reads > 3, 'the late read asks by itself', 1_000).finally(release);

      expect([await early, await late]).to.deep.equal(['first', 'second']);
    },
  ),

  neverOlder: rule(
    'When many read and change it at once, Then no read is older than what was changed before it began',
    async (world) => {
      const seed = randomInt(2 ** 31);
      const random = new SeededRandom(seed);
      const below = (bound: number) => Math.floor(random.next() * bound);
      const dawdle = async () => {
        for (let turns = below(6); turns > 0; turns -= 1) await setImmediate();
      };
      world.onTheWay = dawdle;
      world.inTheLink = dawdle;
      const instances = [0, 1].map(() => world.instance(undefined, 60_000));
      let known = 1;
      const readOften = async ({ scenarios }: Instance) => {
        for (let turn = 0; turn < 60; turn += 1) {
          const atLeast = known;
          const { version } = (await scenarios.getById(SCENARIO_ID))!;
          expect(version, `version, seed ${seed}`).to.be.at.least(atLeast);
          // Now and then everything has expired.
          if (below(20) === 0) world.clock.advance(TTL_SECONDS * 1_000);
          await dawdle();
        }
      };
      const changeOften = async ({ scenarios }: Instance) => {
        for (let turn = 0; turn < 15; turn += 1) {
          const { version } = (await world.store.getById(SCENARIO_ID))!;
          const changed = await scenarios
            .update(SCENARIO_ID, version, { name: `${turn}` })
            .catch(unlessConflict);
          known = Math.max(known, changed?.version ?? 0);
          for (let pause = 0; pause < 5; pause += 1) await dawdle();
        }
      };
      const busy = instances.flatMap((instance) => [
        ...Array.from({ length: 4 }, () => readOften(instance)),
        ...Array.from({ length: 2 }, () => changeOften(instance)),
      ]);
      await Promise.all(busy);
      for (const { cache } of instances) expect(cache.counts.hits, 'hits').to.be.greaterThan(0);
    },
  ),

  ttl: rule('When it is changed past the cache, Then that is seen once the ttl is over', async (world) => {
    const one = world.instance();
    await nameOf(one);
    await world.store.update(SCENARIO_ID, 1, { name: 'past it' });
    world.clock.advance(TTL_SECONDS * 1_000 - 1_000);
    expect(await nameOf(one)).to.equal('old');
    world.clock.advance(1_000);
    expect(await nameOf(one)).to.equal('past it');
  }),

  age: rule('When the store answers slowly, Then the age counts from when it was asked', async (world) => {
    const one = world.instance();
    const release = hold(world);
    const begun = performance.now();
    const reading = nameOf(one);
    const slowMs = 100;
    await until(() => performance.now() - begun > 2 * slowMs, 'some time has passed');
    release();
    await reading;
    const [key] = await world.sharedCache.keys('scenario:*');
    expect(await world.sharedCache.getTtl(key!)).to.be.within(1, TTL_SECONDS - slowMs / 1_000);
  }),

  singleFlight: rule('When a hundred callers miss at once, Then the store is asked once', async (world) => {
    const one = world.instance();
    const release = hold(world);
    const reading = Promise.all(Array.from({ length: 100 }, () => nameOf(one)));
    await until(() => world.reads > 0, 'the store is asked');
    release();
    expect(new Set(await reading)).to.deep.equal(new Set(['old']));
    expect(world.reads).to.equal(1);
  }),

  sharedFailure: rule(
    'When the store fails, Then all who wait are told, and the next one asks again',
    async (world) => {
      const one = world.instance();
      const failure = new DataAdapterError('UNAVAILABLE', 'the store is away');
      world.onTheWay = () => Promise.reject(failure);
      const reading = await Promise.allSettled([nameOf(one), nameOf(one)]);
      expect(reading).to.deep.equal(Array(2).fill({ status: 'rejected', reason: failure }));
      world.onTheWay = () => Promise.resolve();
      expect(await nameOf(one)).to.equal('old');
    },
  ),

  deathInChange: rule(
    'When a process dies after a change and before it can tell of it, Then nobody is answered with what was before',
    async (world) => {
      const [dying, other] = [world.instance(), world.instance()];
      await nameOf(other);
      await dying.cache.announce(SCENARIO_ID);
      expect(await nameOf(other)).to.equal('old');
      await world.store.update(SCENARIO_ID, 1, { name: 'new' });
      expect(await nameOf(other)).to.equal('new');
      expect(other.cache.counts).to.deep.equal({ hits: 0, misses: 1, bypasses: 2 });
    },
  ),

  brokenCache: rule(
    'When the cache is away, Then reads and changes go to the store, and the log says so once',
    async (world) => {
      const one = world.instance();
      await nameOf(one);
      one.link = 'broken';
      expect(await nameOf(one)).to.equal('old');
      await rename(one, 'new');
      expect(await nameOf(one)).to.equal('new');
      expect((await one.cache.checkHealth()).status).to.equal('degraded');
      one.link = 'whole';
      await until(
        async () => (await nameOf(one)) === 'new' && one.cache.counts.hits > 0,
        'the cache is back',
      );
      expect((await one.cache.checkHealth()).status).to.equal('up');
      expect(one.log).to.deep.equal([
        'the cache of scenarios is away: they are read from the store',
        'the cache of scenarios is back',
      ]);
    },
  ),

  silentCache: rule(
    'When the cache does not answer, Then one reader waits no longer than it wants to, and the next ones not at all',
    async (world) => {
      const one = world.instance();
      one.link = 'silent';
      expect(await Promise.race([nameOf(one), delay(PATIENCE_MS + 500)])).to.equal('old');
      const next = async () => {
        for (let turn = 0; turn < 20; turn += 1) expect(await nameOf(one)).to.equal('old');
        return 'all of them';
      };
      expect(await Promise.race([next(), delay(10 * PATIENCE_MS)])).to.equal('all of them');
    },
  ),

  owed: rule(
    'When it is changed while the cache is away, Then this instance sees it at once, and the others when the cache is back',
    async (world) => {
      const [cutOff, other] = [world.instance(), world.instance()];
      for (const instance of [cutOff, other]) await nameOf(instance);
      cutOff.link = 'broken';
      await rename(cutOff, 'new');
      cutOff.link = 'whole';
      expect(await nameOf(cutOff)).to.equal('new');
      await until(async () => (await nameOf(other)) === 'new', 'the other one sees it');
      expect(await nameOf(cutOff)).to.equal('new');
    },
  ),

  scope: rule('When two stores share a cache, Then each answers with its own', async (world, sabotage) => {
    await using elsewhere = await CachedWorld.open(sabotage, world);
    const [here, there] = [world.instance(), elsewhere.instance(() => Promise.resolve('another'))];
    await elsewhere.create();
    await elsewhere.store.update(SCENARIO_ID, 1, { name: 'there' });
    for (let turn = 0; turn < 2; turn += 1)
      expect([await nameOf(here), await nameOf(there)]).to.deep.equal(['old', 'there']);
  }),

  unit: rule(
    'When a unit of work changes it, Then it is read from the store until that is committed or undone',
    async (world) => {
      const [one, other] = [world.instance(), world.instance()];
      await nameOf(other);
      await one.unitOfWork.run(async ({ scenarios }) => {
        await scenarios.update(SCENARIO_ID, 1, { name: 'new' });
        expect((await scenarios.getById(SCENARIO_ID))?.name).to.equal('new');
        expect(await nameOf(other)).to.equal('old');
      });
      for (const instance of [one, other]) expect(await nameOf(instance)).to.equal('new');

      const undone = new Error('undone');
      const [settled] = await Promise.allSettled([
        one.unitOfWork.run(async ({ scenarios }) => {
          await scenarios.delete(SCENARIO_ID);
          throw undone;
        }),
      ]);
      expect(settled).to.deep.equal({ status: 'rejected', reason: undone });
      for (const instance of [one, other]) expect(await nameOf(instance)).to.equal('new');
      const before = world.reads;
      for (const instance of [one, other]) await nameOf(instance);
      expect(world.reads, 'reads once it is over').to.equal(before);
    },
  ),
} satisfies Record<string, CachingRule>;

export type CachingRuleName = keyof typeof cachingRules;
