import { jsonProblem, plainTextProblem, type JsonObject, type JsonValue } from '@test-coordinator/domain';

import { checkBulk, refuse } from './arguments.js';
import { MAX_CACHE_KEY_LENGTH } from './cache-repository.js';

/**
 * The checks that every cache makes on its arguments, before any I/O, so that one answer is given everywhere.
 * Each throws DataAdapterError `INVALID_ARGUMENT` that names the argument.
 */

export function checkCacheKey(key: unknown, path = 'key'): asserts key is string {
  checkCacheText(key, path);
}

export function checkPattern(pattern: unknown): asserts pattern is string {
  checkCacheText(pattern, 'pattern');
}

export function checkJsonValue(value: unknown, path = 'value'): asserts value is JsonValue {
  const found = jsonProblem(value);
  if (found !== undefined) refuse(`${path}${found.path}`, found.problem);
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function checkWholeNumber(value: unknown, path: string): asserts value is number {
  if (!Number.isSafeInteger(value)) refuse(path, 'must be a whole number within ±(2^53 − 1)');
}

/** The milliseconds of a ttl; `Infinity` for `null`. Throws `INVALID_ARGUMENT` for less than a millisecond. */
export function readTtlMs(ttlSeconds: unknown): number {
  if (ttlSeconds === null) return Infinity;
  if (typeof ttlSeconds !== 'number' || !Number.isFinite(ttlSeconds) || ttlSeconds < 0.001) {
    refuse('ttlSeconds', 'must be a number of at least 0.001, or null for ever');
  }
  // 1.001 × 1000 is 1000.9999999999999.
  return Math.round(ttlSeconds * 1_000);
}

/** A list of 0–1000 cache keys. */
export function checkCacheKeys(keys: unknown): asserts keys is readonly string[] {
  checkBulk(keys, 'keys', 0);
  keys.forEach((key, index) => {
    // The path is made only for who needs it: of 100 keys that cost a tenth of a call over many.
    if (cacheTextProblem(key) !== undefined) checkCacheKey(key, `keys[${index}]`);
  });
}

/** The pairs of a Map of 0–1000 cache entries. */
export function readCacheEntries(entries: unknown): readonly (readonly [key: string, value: JsonValue])[] {
  if (!(entries instanceof Map)) refuse('entries', 'must be a Map');
  const pairs = [...(entries as ReadonlyMap<string, JsonValue>)];
  checkBulk(pairs, 'entries', 0);
  pairs.forEach(([key, value], index) => {
    if (cacheTextProblem(key) !== undefined) checkCacheKey(key, `entries[${index}] key`);
    const found = jsonProblem(value);
    if (found !== undefined) refuse(`entries[${index}]${found.path}`, found.problem);
  });
  return pairs;
}

function checkCacheText(text: unknown, path: string): asserts text is string {
  const problem = cacheTextProblem(text);
  if (problem !== undefined) refuse(path, problem);
}

function cacheTextProblem(text: unknown): string | undefined {
  return typeof text !== 'string' || text.length < 1 || text.length > MAX_CACHE_KEY_LENGTH
    ? `must be text of 1–${MAX_CACHE_KEY_LENGTH} characters`
    : plainTextProblem(text);
}
