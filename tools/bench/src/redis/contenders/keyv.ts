import KeyvRedis from '@keyv/redis';
import { createCache } from 'cache-manager';
import { Cacheable } from 'cacheable';
import { Keyv } from 'keyv';

import { TTL_MS, type RedisContender } from '../contender.js';

/** keyv on its Redis store. */
export async function keyv(url: string): Promise<RedisContender> {
  const store = new Keyv({ store: new KeyvRedis(url), namespace: 'keyv' });
  return {
    get: (key) => store.get<unknown>(key),
    set: (key, value) => store.set(key, value, TTL_MS),
    getMany: (keys) => store.getMany<unknown>([...keys]),
    setMany: (entries) => store.setMany(entries.map(([key, value]) => ({ key, value, ttl: TTL_MS }))),
  };
}

/** cacheable without its first layer in memory: all others ask Redis, too. */
export async function cacheable(url: string): Promise<RedisContender> {
  const cache = new Cacheable({
    primary: new Keyv({ store: new KeyvRedis(url), namespace: 'cacheable' }),
    stats: false,
  });
  return {
    get: (key) => cache.get<unknown>(key),
    set: (key, value) => cache.set(key, value, TTL_MS),
    getMany: (keys) => cache.getMany<unknown>([...keys]),
    setMany: (entries) => cache.setMany(entries.map(([key, value]) => ({ key, value, ttl: TTL_MS }))),
  };
}

export async function cacheManager(url: string): Promise<RedisContender> {
  const cache = createCache({
    stores: [new Keyv({ store: new KeyvRedis(url), namespace: 'manager' })],
    ttl: TTL_MS,
  });
  return {
    get: (key) => cache.get<unknown>(key),
    set: (key, value) => cache.set(key, value, TTL_MS),
    getMany: (keys) => cache.mget<unknown>([...keys]),
    setMany: (entries) => cache.mset(entries.map(([key, value]) => ({ key, value, ttl: TTL_MS }))),
  };
}
