import { CachedScenariosRepository, ScenarioCache } from '@test-coordinator/caching';
import type { CacheRepository } from '@test-coordinator/ports';

import { TTL_SECONDS, type Sabotage } from './cached-world.js';
import type { CachingRuleName } from './caching-rules.js';
import { instead } from './instead.js';

/** One mistake that a cache of scenarios may have, made on purpose. */
export interface CachingSaboteur {
  readonly mistake: string;
  /** The rules whose tests must each catch it. */
  readonly caughtBy: readonly CachingRuleName[];
  readonly sabotage: Sabotage;
}

const isStamp = (key: string) => key.startsWith('scenario-stamp:');

/** The cache with another `set`. */
const writing =
  (set: (cache: CacheRepository, ...given: Parameters<CacheRepository['set']>) => Promise<void>) =>
  (cache: CacheRepository): CacheRepository =>
    instead(cache, { set: (...given) => set(cache, ...given) });

/** The cache with other stamps, which are the only texts in it. */
const stamping = (restamp: (stamp: string) => string) =>
  writing((cache, key, value, options) =>
    cache.set(key, typeof value === 'string' ? restamp(value) : value, options),
  );

export const cachingSaboteurs: readonly CachingSaboteur[] = [
  {
    mistake: 'keeps what was changed',
    caughtBy: ['invalidation', 'lateFill', 'unit', 'neverOlder'],
    sabotage: {
      cache: writing((cache, key, ...given) => (isStamp(key) ? Promise.resolve() : cache.set(key, ...given))),
    },
  },
  {
    mistake: 'lets a late fill win',
    caughtBy: ['lateFill', 'lateJoin', 'neverOlder'],
    sabotage: { cache: stamping((stamp) => stamp.split(' ')[0]!) },
  },
  {
    mistake: 'keeps for ever',
    caughtBy: ['ttl'],
    sabotage: { cache: writing((cache, key, value) => cache.set(key, value, { ttlSeconds: null })) },
  },
  {
    mistake: 'counts the ttl from when the answer came',
    caughtBy: ['age'],
    sabotage: {
      cache: writing((cache, key, value, options) =>
        cache.set(key, value, isStamp(key) ? options : { ttlSeconds: TTL_SECONDS }),
      ),
    },
  },
  {
    mistake: 'asks the store for every caller',
    caughtBy: ['singleFlight'],
    sabotage: {
      scenarios: (good, { store, cache }) =>
        instead(good, {
          getById: (...given) => {
            const alone = new ScenarioCache({ cache, scope: () => Promise.resolve('store') });
            return new CachedScenariosRepository(store, alone).getById(...given);
          },
        }),
    },
  },
  {
    mistake: 'keeps what it reads while a change is under way',
    caughtBy: ['deathInChange'],
    sabotage: { cache: stamping((stamp) => stamp.replace('changing', 'changed')) },
  },
  {
    mistake: 'fails when the cache does',
    caughtBy: ['brokenCache', 'silentCache'],
    sabotage: {
      scenarios: (good, { cache }) =>
        instead(good, {
          getById: async (...given) => {
            await cache.exists('anything');
            return good.getById(...given);
          },
        }),
    },
  },
  {
    mistake: 'forgets a change that it could not tell of',
    caughtBy: ['owed'],
    sabotage: {
      cache: writing((cache, ...given) => cache.set(...given).catch(() => undefined)),
    },
  },
  {
    mistake: 'takes all stores for one',
    caughtBy: ['scope'],
    sabotage: {
      cache: (cache) => {
        const mixed = (key: string) => key.replace(':another:', ':store:');
        return instead(cache, {
          set: (key, value, options) => cache.set(mixed(key), value, options),
          get: (key, options) => cache.get(mixed(key), options),
        });
      },
    },
  },
  {
    mistake: 'does not tell of the changes of a unit of work',
    caughtBy: ['unit'],
    sabotage: { unitOfWork: (store) => store },
  },
];
