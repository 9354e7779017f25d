import { jsonProblem, plainTextProblem, type JsonObject, type JsonValue } from '@test-coordinator/domain';
import { MAX_CACHE_KEY_LENGTH, refuse } from '@test-coordinator/ports';

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

function checkCacheText(text: unknown, path: string): asserts text is string {
  if (typeof text !== 'string' || text.length < 1 || text.length > MAX_CACHE_KEY_LENGTH) {
    refuse(path, `must be text of 1–${MAX_CACHE_KEY_LENGTH} characters`);
  }
  const problem = plainTextProblem(text);
  if (problem !== undefined) refuse(path, problem);
}
