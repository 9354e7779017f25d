import { createRequire } from 'node:module';

import { Redis } from 'ioredis';

import { LOCK_TTL_MS, type RedisContender } from '../contender.js';

/** What the package's own types say; its list of exports hides them. */
type RedlockModule = {
  readonly default: new (clients: readonly Redis[]) => {
    acquire(resources: readonly string[], ttlMs: number): Promise<{ release(): Promise<unknown> }>;
  };
};

const require = createRequire(import.meta.url);

const GRANT = `
if redis.call('EXISTS', KEYS[1]) == 1 then return false end
local time = redis.call('TIME')
local fence = string.format('%.0f', math.max(tonumber(redis.call('GET', KEYS[2]) or '0') + 1, time[1] * 1000000 + time[2]))
redis.call('SET', KEYS[2], fence)
redis.call('SET', KEYS[1], fence, 'PX', ARGV[1])
return fence`;
const GIVE_BACK = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;

/** A lock by hand, with a fence that rises also when the data is lost. */
export async function fencedLock(url: string): Promise<RedisContender> {
  const redis = new Redis(url);
  const [grant, giveBack] = await Promise.all(
    [GRANT, GIVE_BACK].map(async (lua) => String(await redis.script('LOAD', lua))),
  );
  return {
    lock: async (resource) => {
      const key = `fenced:{${resource}}:lock`;
      const fence = await redis.evalsha(grant!, 2, key, `fenced:{${resource}}:fence`, LOCK_TTL_MS);
      return fence !== null && (await redis.evalsha(giveBack!, 1, key, fence as string)) === 1;
    },
  };
}

/** The lock of tutorials: SET NX PX, and a script that compares. */
export async function plainLock(url: string): Promise<RedisContender> {
  const redis = new Redis(url);
  const giveBack = String(await redis.script('LOAD', GIVE_BACK));
  let count = 0;
  return {
    lock: async (resource) => {
      count += 1;
      const token = `${process.pid}:${count}`;
      const key = `plain:${resource}`;
      const isGranted = (await redis.set(key, token, 'PX', LOCK_TTL_MS, 'NX')) === 'OK';
      return isGranted && (await redis.evalsha(giveBack, 1, key, token)) === 1;
    },
  };
}

/** redlock on one server. It has no fences. */
export async function redlock(url: string): Promise<RedisContender> {
  const redis = new Redis(url);
  await redis.ping();
  const { default: Redlock } = require('redlock') as RedlockModule;
  const locks = new Redlock([redis]);
  return {
    lock: async (resource) => {
      const lock = await locks.acquire([`redlock:${resource}`], LOCK_TTL_MS);
      await lock.release();
      return true;
    },
  };
}
