import { createHash } from 'node:crypto';

import { MAX_JSON_DEPTH, jsonProblem, type JsonObject, type JsonValue } from '@test-coordinator/domain';
import { isSecretKey, maskSecrets } from '@test-coordinator/ports';

const MASK = '***';
/** Characters of JSON from which a document is told by its size and its hash. */
const MAX_CHARACTERS = 8_192;

/**
 * What the log holds of a document: the document with its secrets masked, or the size and the sha256 of a large one.
 * `undefined` for what is no JSON: the port refuses that.
 */
export function auditDocument(value: unknown): JsonObject | undefined {
  const text = jsonText(value);
  if (text === undefined) return undefined;
  if (text.length > MAX_CHARACTERS) return { characters: text.length, sha256: sha256Of(text) };
  const document = shown(JSON.parse(text) as JsonValue);
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return undefined;
  return jsonProblem(document) === undefined ? (document as JsonObject) : undefined;
}

/** JSON text of what was given, with dates as ISO 8601; `undefined` where there is none. */
export function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A copy of what callers hand over, so that they may change it while an attempt is recorded. */
export function copyOf(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > MAX_JSON_DEPTH) return value;
  if (value instanceof Date) return new Date(value.getTime());
  if (Array.isArray(value)) return value.map((item) => copyOf(item, depth + 1));
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, copyOf(item, depth + 1)]));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyOf(item, depth + 1)]));
}

function shown(value: JsonValue): JsonValue {
  if (typeof value === 'string') return maskSecrets(value.toWellFormed().replaceAll('\0', '\ufffd'));
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: JsonValue) => shown(item));
  const members = Object.entries(value as JsonObject).map(([key, member]) => [
    key,
    isSecretKey(key) && member !== null && typeof member !== 'boolean' ? MASK : shown(member),
  ]);
  return Object.fromEntries(members) as JsonObject;
}
