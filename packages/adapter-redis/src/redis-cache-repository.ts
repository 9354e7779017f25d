import type { JsonObject, JsonValue } from '@test-coordinator/domain';
import {
  checkCacheKey,
  checkCacheKeys,
  checkJsonValue,
  checkPattern,
  checkWholeNumber,
  isJsonObject,
  readCacheEntries,
  readTtlMs,
  refuse,
  type CacheRepository,
  type CacheWriteOptions,
  type CallOptions,
} from '@test-coordinator/ports';

import type { CacheEntries, EntryToStore } from './cache-entries.js';
import type { CacheIndex } from './cache-index.js';
import type { Calls } from './calls.js';

/** What the cache works on. */
export interface CacheContext {
  readonly entries: CacheEntries;
  readonly index: CacheIndex;
  readonly calls: Calls;
  readonly defaultTtlSeconds: number;
}

// What is called most: made once.
const GET = { operation: 'cache.get' };
const SET = { operation: 'cache.set' };
const INCREMENT = { operation: 'cache.increment', countsOnce: true };
const DECREMENT = { operation: 'cache.decrement', countsOnce: true };

/** The cache in Redis. Expiry is by Redis's clock. */
export class RedisCacheRepository implements CacheRepository {
  readonly #entries: CacheEntries;
  readonly #index: CacheIndex;
  readonly #calls: Calls;
  readonly #defaultTtlSeconds: number;

  constructor({ entries, index, calls, defaultTtlSeconds }: CacheContext) {
    this.#entries = entries;
    this.#index = index;
    this.#calls = calls;
    this.#defaultTtlSeconds = defaultTtlSeconds;
  }

  get(key: string, options?: CallOptions): Promise<JsonValue> {
    const request = (): Promise<string | null> => {
      checkCacheKey(key);
      return this.#entries.read(key);
    };
    return this.#calls.ask(GET, options, request, parsed);
  }

  set(key: string, value: JsonValue, options?: CacheWriteOptions): Promise<void> {
    const request = (): Promise<unknown> => {
      checkCacheKey(key);
      checkJsonValue(value);
      return this.#entries.store(this.#entryOf(key, value, this.#ttl(options)));
    };
    return this.#calls.ask(SET, options, request, nothing);
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
      return this.#entries.expire(key, readTtlMs(ttlSeconds));
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
    return this.#calls.ask(INCREMENT, options, () => this.#add(key, by, options), readSum);
  }

  decrement(key: string, by = 1, options?: CacheWriteOptions): Promise<number> {
    const request = (): Promise<number | string> => {
      checkWholeNumber(by, 'by');
      return this.#add(key, -by, options);
    };
    return this.#calls.ask(DECREMENT, options, request, readSum);
  }

  getMany(keys: readonly string[], options?: CallOptions): Promise<ReadonlyMap<string, JsonValue>> {
    let asked: readonly string[] = [];
    const request = (): Promise<readonly (string | null)[]> => {
      checkCacheKeys(keys);
      asked = [...keys];
      return asked.length === 0 ? Promise.resolve([]) : this.#entries.readMany(asked);
    };
    return this.#calls.ask({ operation: 'cache.getMany' }, options, request, (texts) => {
      const found = new Map<string, JsonValue>();
      texts.forEach((text, index) => {
        if (text !== null) found.set(asked[index]!, parsed(text));
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
      return (await this.#index.find(pattern)).sort(byCode);
    });
  }

  deletePattern(pattern: string, options?: CallOptions): Promise<number> {
    return this.#calls.run({ operation: 'cache.deletePattern' }, options, () => {
      checkPattern(pattern);
      return this.#index.removeMatching(pattern);
    });
  }

  flushAll(options?: CallOptions): Promise<void> {
    return this.#calls.run({ operation: 'cache.flushAll' }, options, async () => {
      await this.#index.removeMatching('*');
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
    const request = (): Promise<unknown> => {
      checkCacheKey(key);
      if (!isJsonObject(value)) refuse('value', 'must be a JSON object');
      checkJsonValue(value);
      return this.#entries.store(this.#entryOf(key, value, this.#ttl(options)));
    };
    return this.#calls.ask({ operation: 'cache.setJson' }, options, request, nothing);
  }

  #add(key: string, by: number, options: CacheWriteOptions | undefined): Promise<number | string> {
    checkCacheKey(key);
    checkWholeNumber(by, 'by');
    return this.#entries.add(key, by, this.#ttl(options));
  }

  #entryOf(key: string, value: JsonValue, ttlMs: number): EntryToStore {
    return { key, ttlMs, text: JSON.stringify(value) };
  }

  #ttl(options: CacheWriteOptions | undefined): number {
    const { ttlSeconds = this.#defaultTtlSeconds } = options ?? {};
    return readTtlMs(ttlSeconds);
  }
}

function readSum(sum: number | string): number {
  if (sum === 'not whole') refuse('key', 'holds a value that is no whole number');
  if (sum === 'beyond') refuse('by', 'leads beyond ±(2^53 − 1)');
  return Number(sum);
}

function nothing(): void {
  // A write answers with nothing.
}

function parsed(text: string | null): JsonValue {
  return text === null ? null : (JSON.parse(text) as JsonValue);
}

function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
