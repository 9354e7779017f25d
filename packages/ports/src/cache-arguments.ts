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
  keys.forEach((key, index) => checkCacheKey(key, `keys[${index}]`));
}

/** The pairs of a Map of 0–1000 cache entries. */
export function readCacheEntries(entries: unknown): readonly (readonly [key: string, value: JsonValue])[] {
  if (!(entries instanceof Map)) refuse('entries', 'must be a Map');
  const pairs = [...(entries as ReadonlyMap<string, JsonValue>)];
  checkBulk(pairs, 'entries', 0);
  pairs.forEach(([key, value], index) => {
    checkCacheKey(key, `entries[${index}] key`);
    checkJsonValue(value, `entries[${index}]`);
  });
  return pairs;
}

function checkCacheText(text: unknown, path: string): asserts text is string {
  if (typeof text !== 'string' || text.length < 1 || text.length > MAX_CACHE_KEY_LENGTH) {
    refuse(path, `must be text of 1–${MAX_CACHE_KEY_LENGTH} characters`);
  }
  const problem = plainTextProblem(text);
  if (problem !== undefined) refuse(path, problem);
}
