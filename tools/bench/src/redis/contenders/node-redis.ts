import { createClient } from 'redis';

import { TTL_MS, type RedisContender } from '../contender.js';

const PREFIX = 'node:';
const EXPIRY = { expiration: { type: 'PX', value: TTL_MS } } as const;

export async function nodeRedis(url: string): Promise<RedisContender> {
  const redis = createClient({ url });
  await redis.connect();
  const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text));
  return {
    get: async (key) => parsed(await redis.get(PREFIX + key)),
    set: (key, value) => redis.set(PREFIX + key, JSON.stringify(value), EXPIRY),
    getMany: async (keys) => (await redis.mGet(keys.map((key) => PREFIX + key))).map(parsed),
    // Commands of one turn of the event loop are written at once.
    setMany: (entries) =>
      Promise.all(entries.map(([key, value]) => redis.set(PREFIX + key, JSON.stringify(value), EXPIRY))),
    increment: (key) => redis.incrBy(PREFIX + key, 1),
  };
}
