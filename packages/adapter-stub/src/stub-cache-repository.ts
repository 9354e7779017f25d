import { frozenJson, type JsonObject, type JsonValue } from '@test-coordinator/domain';
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
  type Clock,
} from '@test-coordinator/ports';

import type { Calls } from './calls.js';
import type { Expiring, ExpiringEntries } from './expiring-entries.js';
import { compareIds } from './stored.js';

/** One cached value; frozen, so it is handed out without a copy. */
export interface CacheEntry extends Expiring {
  readonly value: JsonValue;
}

/** What the cache works on. */
export interface CacheContext {
  readonly entries: ExpiringEntries<CacheEntry>;
  readonly calls: Calls;
  readonly clock: Clock;
  readonly defaultTtlSeconds: number;
}

/** The cache in memory. Expiry is by the clock it was given. */
export class StubCacheRepository implements CacheRepository {
  readonly #entries: ExpiringEntries<CacheEntry>;
  readonly #calls: Calls;
  readonly #clock: Clock;
  readonly #defaultTtlSeconds: number;

  constructor({ entries, calls, clock, defaultTtlSeconds }: CacheContext) {
    this.#entries = entries;
    this.#calls = calls;
    this.#clock = clock;
    this.#defaultTtlSeconds = defaultTtlSeconds;
  }

  get(key: string, options?: CallOptions): Promise<JsonValue> {
    return this.#calls.read('cache.get', { key }, options, () => {
      return this.#live(key)?.value ?? null;
    });
  }

  set(key: string, value: JsonValue, options?: CacheWriteOptions): Promise<void> {
    return this.#calls.write('cache.set', { key }, options, () => {
      checkCacheKey(key);
      checkJsonValue(value);
      this.#store([[key, value]], options);
    });
  }

  delete(key: string, options?: CallOptions): Promise<boolean> {
    return this.#calls.write('cache.delete', { key }, options, () => {
      checkCacheKey(key);
      return this.#entries.delete(key, this.#nowMs());
    });
  }

  exists(key: string, options?: CallOptions): Promise<boolean> {
    return this.#calls.read('cache.exists', { key }, options, () => {
      return this.#live(key) !== undefined;
    });
  }

  expire(key: string, ttlSeconds: number | null, options?: CallOptions): Promise<boolean> {
    return this.#calls.write('cache.expire', { key }, options, () => {
      checkCacheKey(key);
      const ttlMs = readTtlMs(ttlSeconds);
      const nowMs = this.#nowMs();
      const entry = this.#entries.get(key, nowMs);
      if (entry === undefined) return false;
      this.#entries.set({ ...entry, expiresAtMs: nowMs + ttlMs }, nowMs);
      return true;
    });
  }

  getTtl(key: string, options?: CallOptions): Promise<number | null | undefined> {
    return this.#calls.read('cache.getTtl', { key }, options, () => {
      checkCacheKey(key);
      const nowMs = this.#nowMs();
      const entry = this.#entries.get(key, nowMs);
      if (entry === undefined) return undefined;
      return entry.expiresAtMs === Infinity ? null : (entry.expiresAtMs - nowMs) / 1_000;
    });
  }

  increment(key: string, by = 1, options?: CacheWriteOptions): Promise<number> {
    return this.#calls.write('cache.increment', { key }, options, () => this.#add(key, by, options));
  }

  decrement(key: string, by = 1, options?: CacheWriteOptions): Promise<number> {
    return this.#calls.write('cache.decrement', { key }, options, () => {
      checkWholeNumber(by, 'by');
      return this.#add(key, -by, options);
    });
  }

  getMany(keys: readonly string[], options?: CallOptions): Promise<ReadonlyMap<string, JsonValue>> {
    return this.#calls.read('cache.getMany', {}, options, () => {
      checkCacheKeys(keys);
      const nowMs = this.#nowMs();
      const found = new Map<string, JsonValue>();
      for (const key of keys) {
        const entry = this.#entries.get(key, nowMs);
        if (entry !== undefined) found.set(key, entry.value);
      }
      return found;
    });
  }

  setMany(entries: ReadonlyMap<string, JsonValue>, options?: CacheWriteOptions): Promise<void> {
    return this.#calls.write('cache.setMany', {}, options, () => {
      this.#store(readCacheEntries(entries), options);
    });
  }

  deleteMany(keys: readonly string[], options?: CallOptions): Promise<number> {
    return this.#calls.write('cache.deleteMany', {}, options, () => {
      checkCacheKeys(keys);
      return this.#deleteAll(keys);
    });
  }

  keys(pattern = '*', options?: CallOptions): Promise<readonly string[]> {
    return this.#calls.read('cache.keys', {}, options, () => this.#matching(pattern).sort(compareIds));
  }

  deletePattern(pattern: string, options?: CallOptions): Promise<number> {
    return this.#calls.write('cache.deletePattern', {}, options, () =>
      this.#deleteAll(this.#matching(pattern)),
    );
  }

  flushAll(options?: CallOptions): Promise<void> {
    return this.#calls.write('cache.flushAll', {}, options, () => this.#entries.clear());
  }

  getJson(key: string, options?: CallOptions): Promise<JsonObject | null> {
    return this.#calls.read('cache.getJson', { key }, options, () => {
      const entry = this.#live(key);
      if (entry === undefined) return null;
      const { value } = entry;
      return isJsonObject(value)
        ? value
        : refuse('key', 'holds a value that is no JSON object; read it with get');
    });
  }

  setJson(key: string, value: JsonObject, options?: CacheWriteOptions): Promise<void> {
    return this.#calls.write('cache.setJson', { key }, options, () => {
      checkCacheKey(key);
      if (!isJsonObject(value)) refuse('value', 'must be a JSON object');
      checkJsonValue(value);
      this.#store([[key, value]], options);
    });
  }

  #live(key: string): CacheEntry | undefined {
    const entry = this.#entries.get(key, this.#nowMs());
    // A key that is there is sound: only the others need the check.
    if (entry === undefined) checkCacheKey(key);
    return entry;
  }

  #store(pairs: readonly (readonly [string, JsonValue])[], options: CacheWriteOptions | undefined): void {
    const ttlMs = this.#ttlMs(options);
    const nowMs = this.#nowMs();
    for (const [key, value] of pairs) {
      this.#entries.set({ key, value: frozenJson(value), expiresAtMs: nowMs + ttlMs }, nowMs);
    }
  }

  #add(key: string, by: number, options: CacheWriteOptions | undefined): number {
    checkCacheKey(key);
    checkWholeNumber(by, 'by');
    const ttlMs = this.#ttlMs(options);
    const nowMs = this.#nowMs();
    const entry = this.#entries.get(key, nowMs);
    const value = entry?.value ?? (entry === undefined ? 0 : null);
    if (typeof value !== 'number' || !Number.isSafeInteger(value))
      refuse('key', 'holds a value that is no whole number');
    const sum = value + by;
    if (!Number.isSafeInteger(sum)) refuse('by', 'leads beyond ±(2^53 − 1)');
    this.#entries.set({ key, value: sum, expiresAtMs: entry?.expiresAtMs ?? nowMs + ttlMs }, nowMs);
    return sum;
  }

  #deleteAll(keys: readonly string[]): number {
    const nowMs = this.#nowMs();
    return keys.reduce((count, key) => count + (this.#entries.delete(key, nowMs) ? 1 : 0), 0);
  }

  #matching(pattern: string): string[] {
    checkPattern(pattern);
    return [...this.#entries.keys(this.#nowMs())].filter(compileGlob(pattern));
  }

  #ttlMs(options: CacheWriteOptions | undefined): number {
    const { ttlSeconds = this.#defaultTtlSeconds } = options ?? {};
    return readTtlMs(ttlSeconds);
  }

  #nowMs(): number {
    return this.#clock.now().getTime();
  }
}
