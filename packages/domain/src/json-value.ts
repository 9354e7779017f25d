/** A value as JSON knows it. Arrays and objects that the product hands out are frozen. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Deepest nesting that is stored; the outermost object or array is level 1. */
export const MAX_JSON_DEPTH = 32;
/** Largest document that is stored, in bytes of its UTF-8 JSON text. */
export const MAX_JSON_BYTES = 1_048_576;

/** Keys that would reach an object's prototype when a reader merges the document into another object. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const SHORTEST_FORBIDDEN = '__proto__'.length;

/** Where a document breaks the JSON rules; `path` starts with `.` or `[`, and is empty for the document itself. */
export interface JsonProblem {
  readonly path: string;
  readonly problem: string;
}

interface Walk {
  /** Never less than the size of the JSON text: tells most documents small without writing them out. */
  bytesAtMost: number;
}

/** What PostgreSQL's text and jsonb refuse or would silently change, as one rule for every store. */
export function plainTextProblem(value: string): string | undefined {
  if (value.includes('\0')) return 'holds a NUL character';
  if (!value.isWellFormed()) return 'holds a lone surrogate';
  return undefined;
}

/** The first breach of the JSON rules in `value`, or `undefined` when it can be stored as it is. */
export function jsonProblem(value: unknown): JsonProblem | undefined {
  const walk: Walk = { bytesAtMost: 0 };
  const found = problemIn(value, 1, walk);
  if (found !== undefined || walk.bytesAtMost <= MAX_JSON_BYTES) return found;
  const bytes = new TextEncoder().encode(JSON.stringify(value)).length;
  return bytes > MAX_JSON_BYTES
    ? { path: '', problem: `is larger than ${MAX_JSON_BYTES} bytes of JSON` }
    : undefined;
}

function problemIn(value: unknown, depth: number, walk: Walk): JsonProblem | undefined {
  switch (typeof value) {
    case 'string': {
      // Six bytes is the longest escape of one UTF-16 unit (\u001f).
      walk.bytesAtMost += 6 * value.length + 3;
      const problem = plainTextProblem(value);
      return problem === undefined ? undefined : { path: '', problem };
    }
    case 'number':
      walk.bytesAtMost += 26;
      return numberProblem(value);
    case 'boolean':
      walk.bytesAtMost += 6;
      return undefined;
    case 'object':
      if (value === null) {
        walk.bytesAtMost += 5;
        return undefined;
      }
      if (depth > MAX_JSON_DEPTH)
        return { path: '', problem: `is nested deeper than ${MAX_JSON_DEPTH} levels` };
      walk.bytesAtMost += 3;
      return Array.isArray(value) ? problemInArray(value, depth, walk) : problemInObject(value, depth, walk);
    case 'bigint':
      return { path: '', problem: 'is a BigInt, which JSON cannot hold' };
    case 'undefined':
    case 'function':
    case 'symbol':
      return { path: '', problem: `is ${typeof value}, which JSON cannot hold` };
  }
}

function numberProblem(value: number): JsonProblem | undefined {
  if (!Number.isFinite(value)) return { path: '', problem: 'is not a finite number' };
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return { path: '', problem: 'is an integer beyond ±(2^53 − 1)' };
  }
  return undefined;
}

function problemInArray(values: readonly unknown[], depth: number, walk: Walk): JsonProblem | undefined {
  for (let index = 0; index < values.length; index += 1) {
    const found = problemIn(values[index], depth + 1, walk);
    if (found !== undefined) return { path: `[${index}]${found.path}`, problem: found.problem };
  }
  return undefined;
}

function problemInObject(object: object, depth: number, walk: Walk): JsonProblem | undefined {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) {
    return { path: '', problem: 'is not a plain object (dates, maps and class instances are not JSON)' };
  }
  // Of a document of 1 KB and 89 keys, `for … in` takes a quarter off, and not to look short keys up a tenth.
  for (const key in object) {
    if (!Object.prototype.hasOwnProperty.call(object, key)) continue;
    const value = (object as Record<string, unknown>)[key];
    if (value === undefined) continue;
    if (key.length >= SHORTEST_FORBIDDEN && FORBIDDEN_KEYS.has(key))
      return { path: `.${key}`, problem: 'is a key that is not allowed' };
    const keyProblem = plainTextProblem(key);
    if (keyProblem !== undefined)
      return { path: `.${JSON.stringify(key)}`, problem: `is a key that ${keyProblem}` };
    walk.bytesAtMost += 6 * key.length + 4;
    const found = problemIn(value, depth + 1, walk);
    if (found !== undefined) return { path: `.${key}${found.path}`, problem: found.problem };
  }
  return undefined;
}

/**
 * A deep, frozen copy of a value that `jsonProblem` found no fault with, as JSON would read it back:
 * `undefined` members are gone and `-0` is `0`.
 */
export function frozenJson(value: JsonValue): JsonValue;
export function frozenJson(value: JsonObject): JsonObject;
export function frozenJson(value: JsonValue): JsonValue {
  if (typeof value === 'number') return value === 0 ? 0 : value;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.freeze(value.map((item: JsonValue) => frozenJson(item)));
  const copy: Record<string, JsonValue> = {};
  for (const key of Object.keys(value)) {
    const member = (value as Record<string, JsonValue | undefined>)[key];
    if (member !== undefined) copy[key] = frozenJson(member);
  }
  return Object.freeze(copy);
}

/** JSON text with the members of every object in key order: equal documents give equal text. */
export function canonicalJson(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => canonicalJson(item)).join(',')}]`;
  const object = value as JsonObject;
  const members: string[] = [];
  for (const key of Object.keys(object).sort()) {
    const member: JsonValue | undefined = object[key];
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(member)}`);
  }
  return `{${members.join(',')}}`;
}
