import type { JsonObject, JsonValue } from '@test-coordinator/domain';
import fc from 'fast-check';

/** Text that stores like to trip over, and that they must give back as it is. */
const AWKWARD_TEXT = [
  '',
  ' ',
  '\\u0000',
  "'; DROP TABLE scenarios; --",
  '%_*?[a-c]\\',
  '"quoted"',
  'line\r\nline\ttab\u0007bell\u001f',
  '\u2028\u2029\ufeff',
  'Zoë e\u0301 ﬁ İi ſ K',
  '👩‍🚀 𝒳',
  '1e131000',
  'null',
  '9007199254740993',
  '2026-01-15T10:20:30.123Z',
];

/** Numbers at the edges of what JSON and JavaScript share. */
const AWKWARD_NUMBERS = [
  0,
  -0,
  -1,
  0.1,
  1e-7,
  5e-324,
  123456789.98765433,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  2 ** 31,
];

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

const SURROGATES = { first: 0xd800, count: 0x800 } as const;

/**
 * Any character but NUL. The unit `binary` of fast-check does the same, and makes a table of all characters first: a
 * second of processor time for every suite that imports this package.
 */
const character = fc.integer({ min: 1, max: 0x10ffff - SURROGATES.count }).map(
  (index) => String.fromCodePoint(index < SURROGATES.first ? index : index + SURROGATES.count),
  (value) => {
    const [first = '\0', ...more] = typeof value === 'string' ? value : '';
    // fast-check asks this way for which texts it knows to be dangerous the characters will do.
    if (first === '\0' || more.length > 0 || !first.isWellFormed()) throw new Error('not a character');
    const codePoint = first.codePointAt(0)!;
    return codePoint < SURROGATES.first ? codePoint : codePoint - SURROGATES.count;
  },
);

const text: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...AWKWARD_TEXT),
  fc.string({ unit: character, maxLength: 12 }),
);

const number: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(...AWKWARD_NUMBERS),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, min: -1e15, max: 1e15 }),
);

const key = fc
  .oneof(text, fc.constantFrom('toString', 'hasOwnProperty', 'length', '$', 'a.b', '0'))
  .filter((value) => !FORBIDDEN_KEYS.has(value));

const { value: jsonValue, object: jsonObject } = fc.letrec<{ value: JsonValue; object: JsonObject }>(
  (tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.oneof(text, number, fc.boolean(), fc.constant(null)),
      fc.array(tie('value'), { maxLength: 4 }),
      tie('object'),
    ),
    object: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  }),
);

/** The document as JSON reads it back: `-0` is `0`. What the arbitraries make has no other difference. */
function asRead(value: JsonValue): JsonValue {
  return JSON.parse(JSON.stringify(value)) as JsonValue;
}

/** `depth` levels of objects, the innermost empty; `depth` 1 is `{}`. */
function nested(depth: number): JsonObject {
  let value: JsonObject = {};
  for (let level = 1; level < depth; level += 1) value = { a: value };
  return value;
}

export interface HostileJson {
  readonly why: string;
  /** A member that no store may take, to be put under the key `a` of a JSON object. */
  readonly member: unknown;
  /** Where the breach is, from the member on; empty for the member itself, `null` for the document as a whole. */
  readonly path: string | null;
}

/** What PostgreSQL, Redis, JSON or a later reader would refuse, change in silence, or choke on. */
const hostileJson: readonly HostileJson[] = [
  { why: 'NaN', member: Number.NaN, path: '' },
  { why: 'Infinity', member: [Number.POSITIVE_INFINITY], path: '[0]' },
  { why: 'an integer beyond 2^53 - 1', member: { deep: [2 ** 53] }, path: '.deep[0]' },
  { why: 'an integer below -(2^53 - 1)', member: -(2 ** 53), path: '' },
  { why: '1e300', member: 1e300, path: '' },
  { why: 'a BigInt', member: [1n], path: '[0]' },
  { why: 'a Date', member: { when: new Date(0) }, path: '.when' },
  { why: 'a Map', member: new Map(), path: '' },
  { why: 'a function', member: () => 1, path: '' },
  { why: 'undefined in a list', member: [1, undefined], path: '[1]' },
  { why: 'a hole in a list', member: Object.assign([0, 1], { length: 3 }), path: '[2]' },
  { why: 'a NUL character', member: { text: 'a\0b' }, path: '.text' },
  { why: 'a NUL character in a key', member: { 'a\0b': 1 }, path: '."a\\u0000b"' },
  { why: 'a lone surrogate', member: ['\ud800'], path: '[0]' },
  { why: '__proto__', member: JSON.parse('{"__proto__":{"polluted":true}}') as unknown, path: '.__proto__' },
  { why: 'constructor', member: { constructor: 1 }, path: '.constructor' },
  { why: 'prototype', member: [{ prototype: {} }], path: '[0].prototype' },
  { why: '33 levels', member: nested(32), path: '.a'.repeat(31) },
  { why: 'more than 1 MiB', member: 'x'.repeat(1_048_576), path: null },
];

/** fast-check arbitraries for tests of adapters, and the values that every port refuses. */
export const arbitraries = { text, number, key, jsonValue, jsonObject, hostileJson, nested, asRead } as const;
