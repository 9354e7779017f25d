import type { JsonObject, JsonValue } from '@test-coordinator/domain';
import {
  checkCacheKey,
  checkCacheKeys,
  checkJsonValue,
  checkPattern,
  checkWholeNumber,
  compileGlob,
  isJsonObject,
  readCacheEntries,
  readTtlMs,
  refuse,
  type CacheRepository,
  type CacheWriteOptions,
  type CallOptions,
} from '@test-coordinator/ports';

import type { CacheEntries, EntryToStore } from './cache-entries.js';
import { FOR_EVER } from './cache-scripts.js';
import type { Calls } from './calls.js';

/** What the cache works on. */
export interface CacheContext {
  readonly entries: CacheEntries;
  readonly calls: Calls;
  readonly defaultTtlSeconds: number;
}

/** Longest ttl that is told from for ever, in milliseconds: 142,000 years, so that an expiry stays exact in Lua. */
const MAX_TTL_MS = 2 ** 52;

/** The cache in Redis. Expiry is by Redis's clock. */
export class RedisCacheRepository implements CacheRepository {
  readonly #entries: CacheEntries;
  readonly #calls: Calls;
  readonly #defaultTtlSeconds: number;

  constructor({ entries, calls, defaultTtlSeconds }: CacheContext) {
    this.#entries = entries;
    this.#calls = calls;
    this.#defaultTtlSeconds = defaultTtlSeconds;
  }

  get(key: string, options?: CallOptions): Promise<JsonValue> {
    return this.#calls.run({ operation: 'cache.get' }, options, async () => {
      checkCacheKey(key);
      return parsed(await this.#entries.read(key));
    });
  }

  set(key: string, value: JsonValue, options?: CacheWriteOptions): Promise<void> {
    return this.#calls.run({ operation: 'cache.set' }, options, () => {
      checkCacheKey(key);
      checkJsonValue(value);
      return this.#entries.store(this.#entryOf(key, value, this.#ttl(options)));
    });
  }

  delete(key: string, options?: CallOptions): Promise<boolean> {
    return this.#calls.run({ operation: 'cache.delete' }, options, async () => {
      checkCacheKey(key);
      return (await this.#entries.remove([key])) > 0;
    });
  }

  exists(key: string, options?: CallOptions): Promise<boolean> {
    return this.#calls.run({ operation: 'cache.exists' }, options, () => {
      checkCacheKey(key);
      return this.#entries.exists(key);
    });
  }

  expire(key: string, ttlSeconds: number | null, options?: CallOptions): Promise<boolean> {
    return this.#calls.run({ operation: 'cache.expire' }, options, () => {
      checkCacheKey(key);
      return this.#entries.expire(key, ttlArgument(ttlSeconds));
    });
  }

  getTtl(key: string, options?: CallOptions): Promise<number | null | undefined> {
    return this.#calls.run({ operation: 'cache.getTtl' }, options, async () => {
      checkCacheKey(key);
      const leftMs = await this.#entries.millisecondsLeft(key);
      return typeof leftMs === 'number' ? leftMs / 1_000 : leftMs;
    });
  }

  increment(key: string, by = 1, options?: CacheWriteOptions): Promise<number> {
    const call = { operation: 'cache.increment', countsOnce: true };
    return this.#calls.run(call, options, () => this.#add(key, by, options));
  }

  decrement(key: string, by = 1, options?: CacheWriteOptions): Promise<number> {
    const call = { operation: 'cache.decrement', countsOnce: true };
    return this.#calls.run(call, options, () => {
      checkWholeNumber(by, 'by');
      return this.#add(key, -by, options);
    });
  }

  getMany(keys: readonly string[], options?: CallOptions): Promise<ReadonlyMap<string, JsonValue>> {
    return this.#calls.run({ operation: 'cache.getMany' }, options, async () => {
      checkCacheKeys(keys);
      const asked = [...keys];
      const found = new Map<string, JsonValue>();
      if (asked.length === 0) return found;
      const texts = await this.#entries.readMany(asked);
      asked.forEach((key, index) => {
        const text = texts[index]!;
        if (text !== null) found.set(key, parsed(text));
      });
      return found;
    });
  }

  setMany(entries: ReadonlyMap<string, JsonValue>, options?: CacheWriteOptions): Promise<void> {
    return this.#calls.run({ operation: 'cache.setMany' }, options, () => {
      const pairs = readCacheEntries(entries);
      const ttl = this.#ttl(options);
      return this.#entries.storeMany(pairs.map(([key, value]) => this.#entryOf(key, value, ttl)));
    });
  }

  deleteMany(keys: readonly string[], options?: CallOptions): Promise<number> {
    return this.#calls.run({ operation: 'cache.deleteMany' }, options, () => {
      checkCacheKeys(keys);
      return this.#entries.remove([...new Set(keys)]);
    });
  }

  keys(pattern = '*', options?: CallOptions): Promise<readonly string[]> {
    return this.#calls.run({ operation: 'cache.keys' }, options, async () => {
      checkPattern(pattern);
      return (await this.#entries.keys(compileGlob(pattern))).sort(byCode);
    });
  }

  deletePattern(pattern: string, options?: CallOptions): Promise<number> {
    return this.#calls.run({ operation: 'cache.deletePattern' }, options, () => {
      checkPattern(pattern);
      return this.#entries.removeMatching(compileGlob(pattern));
    });
  }

  flushAll(options?: CallOptions): Promise<void> {
    return this.#calls.run({ operation: 'cache.flushAll' }, options, async () => {
      await this.#entries.removeMatching(() => true);
    });
  }

  getJson(key: string, options?: CallOptions): Promise<JsonObject | null> {
    return this.#calls.run({ operation: 'cache.getJson' }, options, async () => {
      checkCacheKey(key);
      const text = await this.#entries.read(key);
      if (text === null) return null;
      const value = parsed(text);
      if (!isJsonObject(value)) refuse('key', 'holds a value that is no JSON object');
      return value;
    });
  }

  setJson(key: string, value: JsonObject, options?: CacheWriteOptions): Promise<void> {
    return this.#calls.run({ operation: 'cache.setJson' }, options, () => {
      checkCacheKey(key);
      if (!isJsonObject(value)) refuse('value', 'must be a JSON object');
      checkJsonValue(value);
      return this.#entries.store(this.#entryOf(key, value, this.#ttl(options)));
    });
  }

  async #add(key: string, by: number, options: CacheWriteOptions | undefined): Promise<number> {
    checkCacheKey(key);
    checkWholeNumber(by, 'by');
    const sum = await this.#entries.add(key, by, this.#ttl(options));
    if (sum === 'not whole') refuse('key', 'holds a value that is no whole number');
    if (sum === 'beyond') refuse('by', 'leads beyond ±(2^53 − 1)');
    return Number(sum);
  }

  #entryOf(key: string, value: JsonValue, ttl: string): EntryToStore {
    return { key, ttl, text: JSON.stringify(value) };
  }

  #ttl(options: CacheWriteOptions | undefined): string {
    const { ttlSeconds = this.#defaultTtlSeconds } = options ?? {};
    return ttlArgument(ttlSeconds);
  }
}

function ttlArgument(ttlSeconds: number | null): string {
  const ttlMs = readTtlMs(ttlSeconds);
  return ttlMs === Infinity ? FOR_EVER : String(Math.min(ttlMs, MAX_TTL_MS));
}

function parsed(text: string | null): JsonValue {
  return text === null ? null : (JSON.parse(text) as JsonValue);
}

function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
