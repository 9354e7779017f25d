import { setImmediate as tick } from 'node:timers/promises';

import type { JsonObject, JsonValue } from '@test-coordinator/domain';

import { instead, onRefusal, type Saboteur } from './saboteur.js';

const expiry: readonly Saboteur[] = [
  {
    mistake: 'keeps an entry for one millisecond more',
    caughtBy: ['cache/expiry', 'cache/model'],
    sabotage({ ports: { cache } }) {
      const set: typeof cache.set = (key, value, options) =>
        cache.set(
          key,
          value,
          typeof options?.ttlSeconds === 'number' && options.ttlSeconds > 0
            ? { ttlSeconds: options.ttlSeconds + 0.001 }
            : options,
        );
      return { ports: { cache: instead(cache, { set }) } };
    },
  },
  {
    mistake: 'keeps the old expiry on set',
    caughtBy: ['cache/expiry', 'cache/model'],
    sabotage({ ports: { cache } }) {
      const set: typeof cache.set = async (key, value, options) => {
        const left = await cache.getTtl(key);
        await cache.set(key, value, left === undefined ? options : { ...options, ttlSeconds: left });
      };
      return { ports: { cache: instead(cache, { set }) } };
    },
  },
  {
    mistake: 'starts the ttl anew with each increment',
    caughtBy: ['cache/expiry', 'cache/model'],
    sabotage({ ports: { cache } }) {
      const increment: typeof cache.increment = async (key, by, options) => {
        const sum = await cache.increment(key, by, options);
        if (options?.ttlSeconds !== undefined) await cache.expire(key, options.ttlSeconds);
        return sum;
      };
      return { ports: { cache: instead(cache, { increment }) } };
    },
  },
  {
    mistake: 'goes on from the old sum when an expired number is incremented',
    caughtBy: ['cache/expiry', 'cache/model'],
    sabotage({ ports: { cache } }) {
      const old = new Map<string, JsonValue>();
      return {
        ports: {
          cache: instead(cache, {
            set: async (key, value, options) => {
              await cache.set(key, value, options);
              old.set(key, value);
            },
            increment: async (key, by = 1, options) => {
              const before = old.get(key);
              const expired = !(await cache.exists(key)) && Number.isInteger(before);
              return cache.increment(key, expired ? by + (before as number) : by, options);
            },
          }),
        },
      };
    },
  },
  {
    mistake: 'says a ttl of 0 for absent keys',
    caughtBy: ['cache/expiry', 'cache/model'],
    sabotage({ ports: { cache } }) {
      const getTtl: typeof cache.getTtl = async (key) => {
        const left = await cache.getTtl(key);
        return left === undefined ? 0 : left;
      };
      return { ports: { cache: instead(cache, { getTtl }) } };
    },
  },
  {
    mistake: 'takes a ttl of 0 for ever',
    caughtBy: ['cache/expiry'],
    sabotage({ ports: { cache } }) {
      const set: typeof cache.set = (key, value, options) =>
        cache.set(key, value, options?.ttlSeconds === 0 ? { ...options, ttlSeconds: null } : options);
      return { ports: { cache: instead(cache, { set }) } };
    },
  },
  {
    mistake: 'cuts ttls to whole seconds',
    caughtBy: ['cache/expiry'],
    sabotage({ ports: { cache } }) {
      const expire: typeof cache.expire = (key, ttlSeconds) =>
        cache.expire(key, ttlSeconds !== null && ttlSeconds > 0 ? Math.ceil(ttlSeconds) : ttlSeconds);
      return { ports: { cache: instead(cache, { expire }) } };
    },
  },
];

const entries: readonly Saboteur[] = [
  {
    mistake: 'takes a stored null for an absent key',
    caughtBy: ['cache/values', 'cache/model'],
    sabotage({ ports: { cache } }) {
      const exists: typeof cache.exists = async (key) => (await cache.get(key)) !== null;
      return { ports: { cache: instead(cache, { exists }) } };
    },
  },
  {
    mistake: 'hands out the very value that it stores',
    caughtBy: ['cache/values', 'cache/model'],
    sabotage({ ports: { cache } }) {
      const kept = new Map<string, JsonValue>();
      return {
        ports: {
          cache: instead(cache, {
            set: async (key, value, options) => {
              await cache.set(key, value, options);
              kept.set(key, value);
            },
            get: async (key) => {
              const value = await cache.get(key);
              return value !== null && typeof value === 'object' ? (kept.get(key) ?? value) : value;
            },
          }),
        },
      };
    },
  },
  {
    mistake: 'counts text that looks like a number',
    caughtBy: ['cache/counters'],
    sabotage({ ports: { cache } }) {
      const increment: typeof cache.increment = async (key, by, options) => {
        const value = await cache.get(key);
        if (value === '1') await cache.set(key, 1);
        return cache.increment(key, by, options);
      };
      return { ports: { cache: instead(cache, { increment }) } };
    },
  },
  {
    mistake: 'counts beyond what a number can hold',
    caughtBy: ['cache/counters', 'cache/model'],
    sabotage({ ports: { cache } }) {
      const increment: typeof cache.increment = (key, by = 1, options) =>
        onRefusal(cache.increment(key, by, options), 'INVALID_ARGUMENT', async (error) => {
          const value = await cache.get(key);
          if (!Number.isSafeInteger(value) || !Number.isSafeInteger(by)) throw error;
          return (value as number) + by;
        });
      return { ports: { cache: instead(cache, { increment }) } };
    },
  },
  {
    mistake: 'adds by reading and writing a tick later',
    caughtBy: ['cache/races'],
    sabotage({ ports: { cache } }) {
      const increment: typeof cache.increment = async (key, by = 1, options) => {
        const value = await cache.get(key);
        await tick();
        await cache.set(key, Number(value) + by, options);
        return Number(value) + by;
      };
      return { ports: { cache: instead(cache, { increment }) } };
    },
  },
  {
    mistake: 'says that it removed what was there a tick before',
    caughtBy: ['cache/races'],
    sabotage({ ports: { cache } }) {
      const remove: typeof cache.delete = async (key) => {
        const known = await cache.exists(key);
        await tick();
        await cache.delete(key);
        return known;
      };
      return { ports: { cache: instead(cache, { delete: remove }) } };
    },
  },
  {
    mistake: 'answers null for absent keys among many',
    caughtBy: ['cache/many', 'cache/values', 'cache/model'],
    sabotage({ ports: { cache } }) {
      const getMany: typeof cache.getMany = async (keys) => {
        const found = await cache.getMany(keys);
        return new Map(keys.map((key) => [key, found.get(key) ?? null]));
      };
      return { ports: { cache: instead(cache, { getMany }) } };
    },
  },
  {
    mistake: 'counts a key twice that is named twice',
    caughtBy: ['cache/many', 'cache/model'],
    sabotage({ ports: { cache } }) {
      const deleteMany: typeof cache.deleteMany = async (keys) => {
        const found = await cache.getMany(keys);
        await cache.deleteMany(keys);
        return keys.filter((key) => found.has(key)).length;
      };
      return { ports: { cache: instead(cache, { deleteMany }) } };
    },
  },
  {
    mistake: 'answers with lists where an object is asked for',
    caughtBy: ['cache/objects'],
    sabotage({ ports: { cache } }) {
      const getJson: typeof cache.getJson = (key) =>
        onRefusal(cache.getJson(key), 'INVALID_ARGUMENT', async (error) => {
          const value = await cache.get(key);
          if (!Array.isArray(value)) throw error;
          return value as unknown as JsonObject;
        });
      return { ports: { cache: instead(cache, { getJson }) } };
    },
  },
  {
    mistake: 'lists keys in the order of writing',
    caughtBy: ['cache/patterns', 'cache/many'],
    sabotage({ ports: { cache } }) {
      const keys: typeof cache.keys = async (pattern) => [...(await cache.keys(pattern))].reverse();
      return { ports: { cache: instead(cache, { keys }) } };
    },
  },
  {
    mistake: 'removes every key that starts like the pattern',
    caughtBy: ['cache/patterns', 'cache/model'],
    sabotage({ ports: { cache } }) {
      const deletePattern: typeof cache.deletePattern = (pattern) =>
        cache.deletePattern(pattern === '?' ? '?*' : pattern);
      return { ports: { cache: instead(cache, { deletePattern }) } };
    },
  },
  {
    mistake: 'does not know escapes in patterns',
    caughtBy: ['cache/patterns', 'cache/model'],
    sabotage({ ports: { cache } }) {
      const keys: typeof cache.keys = (pattern) => cache.keys(pattern?.replaceAll('\\', ''));
      return { ports: { cache: instead(cache, { keys }) } };
    },
  },
  {
    mistake: 'takes the other half of a surrogate pair for a character',
    caughtBy: ['cache/patterns'],
    sabotage({ ports: { cache } }) {
      const keys: typeof cache.keys = async (pattern) =>
        pattern === '?' ? (await cache.keys()).filter((key) => key.length === 1) : cache.keys(pattern);
      return { ports: { cache: instead(cache, { keys }) } };
    },
  },
  {
    mistake: 'cuts keys that are too long',
    caughtBy: ['cache/validation'],
    sabotage({ ports: { cache } }) {
      const set: typeof cache.set = (key, value, options) =>
        cache.set(typeof key === 'string' ? key.slice(0, 512) : key, value, options);
      return { ports: { cache: instead(cache, { set }) } };
    },
  },
];

export const cacheSaboteurs: readonly Saboteur[] = [...expiry, ...entries];
