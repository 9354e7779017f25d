import type { JsonObject, JsonValue } from '@test-coordinator/domain';

import type { CallOptions } from './call-options.js';
import { token, type Token } from './token.js';

/** How long an entry lives when a write names no ttl, unless the adapter is told otherwise. */
export const DEFAULT_CACHE_TTL_SECONDS = 300;
/** Longest key, in UTF-16 units. */
export const MAX_CACHE_KEY_LENGTH = 512;

/** How long a written entry lives. */
export interface CacheWriteOptions extends CallOptions {
  /**
   * Seconds, fractions allowed down to the millisecond; left out is the configured default, `null` is for ever.
   * 0, a negative or a not finite number is `INVALID_ARGUMENT`, and so is less than a millisecond.
   */
  readonly ttlSeconds?: number | null | undefined;
}

/**
 * JSON values under text keys, with expiry. An entry is live while now < its expiry, by the store's clock; an expired
 * entry is absent for every method. Keys are 1–512 characters without NUL and lone surrogates, and differ by case; where a namespace is put before them,
 * they are shorter by it (440 over HTTP).
 * Values follow the JSON rules of the domain. `keys`, `deletePattern` and `flushAll` see this product's entries alone.
 * Every method refuses bad keys, values, ttls and numbers with `INVALID_ARGUMENT`, and may also reject with
 * `CLOSED`, `UNAVAILABLE`, `TIMEOUT` or `INTERNAL`.
 *
 * Patterns are Redis globs over the whole key: `*` any characters, `?` one, `[abc]` and `[a-c]` one of, `[^a]` one not
 * of, `\` takes the next character literally. A pattern is 1–512 characters; a character is one Unicode code point.
 * An empty class `[]` matches nothing, `[^]` any one; a class that is not closed ends with the pattern;
 * a range that is written backwards is turned round; a trailing `\` is a literal backslash.
 */
export interface CacheRepository {
  /** The value, or `null` when there is none (`exists` tells a stored `null` from an absent key). */
  get(key: string, options?: CallOptions): Promise<JsonValue>;

  /** Stores the value and replaces an earlier expiry. */
  set(key: string, value: JsonValue, options?: CacheWriteOptions): Promise<void>;

  /** Removes the entry and answers whether there was one. */
  delete(key: string, options?: CallOptions): Promise<boolean>;

  exists(key: string, options?: CallOptions): Promise<boolean>;

  /** Gives the entry a new expiry from now, `null` for none, and answers whether there was one. */
  expire(key: string, ttlSeconds: number | null, options?: CallOptions): Promise<boolean>;

  /** Remaining seconds (to the millisecond), `null` for an entry that never expires, `undefined` for an absent key. */
  getTtl(key: string, options?: CallOptions): Promise<number | null | undefined>;

  /**
   * Adds a whole number to a stored whole number and answers with the sum, in one atomic step. Keeps the expiry of
   * an entry that is there; an absent or expired key starts at 0 with the ttl of the options.
   * `INVALID_ARGUMENT`, and nothing changes, when the stored value or `by` is no whole number, or the sum would leave ±(2^53 − 1).
   * @param by Default 1.
   */
  increment(key: string, by?: number, options?: CacheWriteOptions): Promise<number>;

  /** `increment` by `-by`. */
  decrement(key: string, by?: number, options?: CacheWriteOptions): Promise<number>;

  /** The entries of up to 1000 keys that exist, in the order of the keys. None for no keys. */
  getMany(keys: readonly string[], options?: CallOptions): Promise<ReadonlyMap<string, JsonValue>>;

  /** Stores up to 1000 entries with one ttl. Bad input stores none; across nodes of a cluster it is not one atomic step. */
  setMany(entries: ReadonlyMap<string, JsonValue>, options?: CacheWriteOptions): Promise<void>;

  /** Removes up to 1000 keys and answers how many entries there were; a key that is named twice counts once. */
  deleteMany(keys: readonly string[], options?: CallOptions): Promise<number>;

  /** The keys that match the pattern, ascending by their UTF-16 codes. @param pattern Default `*`. */
  keys(pattern?: string, options?: CallOptions): Promise<readonly string[]>;

  /** Removes the entries whose keys match and answers how many. */
  deletePattern(pattern: string, options?: CallOptions): Promise<number>;

  /** Removes every entry of this product's namespace, never the whole server. */
  flushAll(options?: CallOptions): Promise<void>;

  /** The JSON object under the key, or `null`. A value of another kind is `INVALID_ARGUMENT`. */
  getJson(key: string, options?: CallOptions): Promise<JsonObject | null>;

  /** `set` for JSON objects alone. */
  setJson(key: string, value: JsonObject, options?: CacheWriteOptions): Promise<void>;
}
export const CacheRepository: Token<CacheRepository> = token('CacheRepository');
