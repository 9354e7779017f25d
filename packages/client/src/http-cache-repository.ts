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

import { fieldReader, fieldsOf, listIn, textsReader } from './answer-readers.js';
import type { Asked, CoordinatorCalls } from './coordinator-calls.js';

interface Entry {
  readonly value: JsonValue;
  readonly ttlSeconds: number | null;
}

const readKeys = textsReader('keys');
const readNumber = fieldReader<number>('value', 'number');
const readDeleted = fieldReader<number>('deleted', 'number');

function readEntry(json: unknown): Entry {
  const { value, ttlSeconds } = fieldsOf(json);
  if (value === undefined) throw new Error('no value');
  if (ttlSeconds !== null && typeof ttlSeconds !== 'number') throw new Error('no ttl');
  return { value: value as JsonValue, ttlSeconds };
}

function readEntries(json: unknown): ReadonlyMap<string, JsonValue> {
  return new Map(
    listIn(fieldsOf(json)['items']).map((item) => {
      const { key, value } = fieldsOf(item);
      if (typeof key !== 'string' || value === undefined) throw new Error('no entry');
      return [key, value as JsonValue];
    }),
  );
}

/**
 * The cache over HTTP, under this client's namespace: it sees its own entries alone, and `flushAll` removes no others.
 * The coordinator puts the namespace before each key, so that keys and patterns of more than 440 characters are refused.
 */
export class HttpCacheRepository implements CacheRepository {
  readonly #calls: CoordinatorCalls;
  readonly #namespace: string;

  constructor(calls: CoordinatorCalls, namespace: string) {
    this.#calls = calls;
    this.#namespace = namespace;
  }

  async get(key: string, options?: CallOptions): Promise<JsonValue> {
    return (await this.#entry(key, options))?.value ?? null;
  }

  async set(key: string, value: JsonValue, options?: CacheWriteOptions): Promise<void> {
    await this.#calls.reply('setCacheEntry', options, () => this.#written(key, value, options));
  }

  delete(key: string, options?: CallOptions): Promise<boolean> {
    return this.#calls.isDone('deleteCacheEntry', options, () => this.#about(key));
  }

  async exists(key: string, options?: CallOptions): Promise<boolean> {
    return (await this.#entry(key, options)) !== null;
  }

  expire(key: string, ttlSeconds: number | null, options?: CallOptions): Promise<boolean> {
    const ask = (): Asked => {
      const asked = this.#about(key);
      readTtlMs(ttlSeconds);
      return { ...asked, body: { ttlSeconds } };
    };
    return this.#calls.isDone('expireCacheEntry', options, ask);
  }

  async getTtl(key: string, options?: CallOptions): Promise<number | null | undefined> {
    return (await this.#entry(key, options))?.ttlSeconds;
  }

  increment(key: string, by = 1, options?: CacheWriteOptions): Promise<number> {
    return this.#count('incrementCacheEntry', key, by, options);
  }

  decrement(key: string, by = 1, options?: CacheWriteOptions): Promise<number> {
    return this.#count('decrementCacheEntry', key, by, options);
  }

  getMany(keys: readonly string[], options?: CallOptions): Promise<ReadonlyMap<string, JsonValue>> {
    if (isEmptyList(keys)) return this.#calls.answer(options, () => new Map());
    return this.#calls.ask('getCacheEntries', options, () => this.#named(keys), readEntries);
  }

  async setMany(entries: ReadonlyMap<string, JsonValue>, options?: CacheWriteOptions): Promise<void> {
    const ttl = ttlOf(options);
    const ask = (): Asked => {
      const pairs = readCacheEntries(entries);
      return { ...this.#here, body: { entries: pairs.map(([key, value]) => ({ key, value })), ...ttl() } };
    };
    if (entries instanceof Map && entries.size === 0) return this.#calls.answer(options, () => void ttl());
    await this.#calls.reply('setCacheEntries', options, ask);
  }

  deleteMany(keys: readonly string[], options?: CallOptions): Promise<number> {
    if (isEmptyList(keys)) return this.#calls.answer(options, () => 0);
    return this.#calls.ask('deleteNamedCacheEntries', options, () => this.#named(keys), readDeleted);
  }

  keys(pattern = '*', options?: CallOptions): Promise<readonly string[]> {
    return this.#calls.ask('listCacheKeys', options, () => this.#matching(pattern), readKeys);
  }

  deletePattern(pattern: string, options?: CallOptions): Promise<number> {
    return this.#calls.ask('deleteCacheEntries', options, () => this.#matching(pattern), readDeleted);
  }

  async flushAll(options?: CallOptions): Promise<void> {
    await this.deletePattern('*', options);
  }

  async getJson(key: string, options?: CallOptions): Promise<JsonObject | null> {
    const entry = await this.#entry(key, options);
    if (entry === null) return null;
    if (!isJsonObject(entry.value)) refuse('key', 'holds a value that is no JSON object');
    return entry.value;
  }

  async setJson(key: string, value: JsonObject, options?: CacheWriteOptions): Promise<void> {
    const ask = (): Asked => {
      checkCacheKey(key);
      if (!isJsonObject(value)) refuse('value', 'must be a JSON object');
      return this.#written(key, value, options);
    };
    await this.#calls.reply('setCacheEntry', options, ask);
  }

  #entry(key: string, options: CallOptions | undefined): Promise<Entry | null> {
    return this.#calls.find('getCacheEntry', options, () => this.#about(key), readEntry);
  }

  #count(
    operation: 'incrementCacheEntry' | 'decrementCacheEntry',
    key: string,
    by: number,
    options: CacheWriteOptions | undefined,
  ): Promise<number> {
    const ask = (): Asked => {
      const asked = this.#about(key);
      checkWholeNumber(by, 'by');
      return { ...asked, body: { by, ...ttlOf(options)() } };
    };
    return this.#calls.ask(operation, options, ask, readNumber);
  }

  get #here(): Asked {
    return { path: { namespace: this.#namespace } };
  }

  #about(key: string): Asked {
    checkCacheKey(key);
    return { path: { namespace: this.#namespace, key }, entity: 'cache key', id: key };
  }

  #written(key: string, value: JsonValue, options: CacheWriteOptions | undefined): Asked {
    const asked = this.#about(key);
    checkJsonValue(value);
    return { ...asked, body: { value, ...ttlOf(options)() } };
  }

  #named(keys: readonly string[]): Asked {
    checkCacheKeys(keys);
    return { ...this.#here, body: { keys } };
  }

  #matching(pattern: string): Asked {
    checkPattern(pattern);
    return { ...this.#here, query: { pattern } };
  }
}

/** The ttl of a write, checked; without one the coordinator's default counts. */
function ttlOf({ ttlSeconds }: CacheWriteOptions = {}): () => { readonly ttlSeconds?: number | null } {
  return () => {
    if (ttlSeconds === undefined) return {};
    readTtlMs(ttlSeconds);
    return { ttlSeconds };
  };
}

/** The API refuses a request for nothing; the port answers it. */
function isEmptyList(keys: unknown): boolean {
  return Array.isArray(keys) && keys.length === 0;
}
