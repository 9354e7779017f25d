import { Redis } from 'ioredis';

import { TTL_MS, type CachedValue, type RedisContender } from '../contender.js';

const SCANNED_AT_ONCE = 1_000;
const LISTED = 1_000;
const PREFIX = 'raw:';
const INSTANCES = `${PREFIX}instances`;
const SEEN = `${PREFIX}seen`;

/** What a program without a data layer does: one command, JSON by hand, nothing checked. */
export async function rawIoredis(url: string): Promise<RedisContender> {
  const redis = new Redis(url);
  await redis.ping();
  return {
    get: async (key) => parsed(await redis.get(PREFIX + key)),
    set: (key, value) => redis.set(PREFIX + key, JSON.stringify(value), 'PX', TTL_MS),
    getMany: async (keys) => (await redis.mget(keys.map((key) => PREFIX + key))).map(parsed),
    increment: (key) => redis.incrby(PREFIX + key, 1),
    register: async (id) => {
      await redis.hset(INSTANCES, id, JSON.stringify({ id, host: 'engine.internal', port: 8080 }));
      await redis.zadd(SEEN, Date.now(), id);
    },
    heartbeat: (id) => redis.zadd(SEEN, 'XX', 'CH', String(Date.now()), id),
    list: async () => {
      const ids = await redis.zrange(SEEN, '0', String(LISTED - 1));
      return (await redis.hmget(INSTANCES, ...ids)).map(parsed);
    },
  };
}

/** Many commands, written at once. */
export async function pipelined(url: string): Promise<RedisContender> {
  const redis = new Redis(url);
  await redis.ping();
  const prefix = 'pipe:';
  return {
    get: async (key) => parsed(await redis.get(prefix + key)),
    set: (key, value) => redis.set(prefix + key, JSON.stringify(value), 'PX', TTL_MS),
    getMany: async (keys) => {
      const pipeline = redis.pipeline();
      for (const key of keys) pipeline.get(prefix + key);
      return ((await pipeline.exec()) ?? []).map(([, text]) => parsed(text as string | null));
    },
    setMany: (entries) => {
      const pipeline = redis.pipeline();
      for (const [key, value] of entries) pipeline.set(prefix + key, JSON.stringify(value), 'PX', TTL_MS);
      return pipeline.exec();
    },
  };
}

/** The pattern delete that lets others in. */
export async function scanning(url: string): Promise<RedisContender> {
  const redis = new Redis(url);
  await redis.ping();
  return {
    setMany: (entries) => storeAll(redis, 'scan:', entries),
    removeAll: async (start) => {
      let removed = 0;
      let cursor = '0';
      do {
        const [next, keys] = await redis.scan(cursor, 'MATCH', `scan:${start}*`, 'COUNT', SCANNED_AT_ONCE);
        if (keys.length > 0) removed += await redis.unlink(...keys);
        cursor = next;
      } while (cursor !== '0');
      return removed;
    },
  };
}

/** The pattern delete of tutorials. */
export async function listing(url: string): Promise<RedisContender> {
  const redis = new Redis(url);
  await redis.ping();
  return {
    setMany: (entries) => storeAll(redis, 'keys:', entries),
    removeAll: async (start) => {
      const keys = await redis.keys(`keys:${start}*`);
      return redis.del(keys);
    },
  };
}

async function storeAll(
  redis: Redis,
  prefix: string,
  entries: readonly (readonly [key: string, value: CachedValue])[],
): Promise<void> {
  const pipeline = redis.pipeline();
  for (const [key, value] of entries) pipeline.set(prefix + key, JSON.stringify(value), 'PX', TTL_MS);
  await pipeline.exec();
}

function parsed(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}
