import {
  MAX_JSON_BYTES,
  MAX_JSON_DEPTH,
  canonicalJson,
  frozenJson,
  jsonProblem,
  type JsonValue,
} from '@test-coordinator/domain';
import { expect } from 'chai';
import fc from 'fast-check';

function nested(levels: number): JsonValue {
  let value: JsonValue = 'leaf';
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

const REFUSED: readonly (readonly [what: string, value: unknown, path: string, problem: RegExp])[] = [
  ['NaN', { a: NaN }, '.a', /finite/],
  ['Infinity from 1e131000', JSON.parse('{"n":[0,1e131000]}'), '.n[1]', /finite/],
  ['an integer beyond 2^53', { a: [1, 2 ** 53] }, '.a[1]', /2\^53/],
  ['a BigInt', { a: 1n }, '.a', /BigInt/],
  ['a Date', { a: new Date(0) }, '.a', /plain object/],
  ['a Map', { a: new Map() }, '.a', /plain object/],
  ['a function', { a: () => 1 }, '.a', /function/],
  ['a symbol', { a: Symbol('s') }, '.a', /symbol/],
  ['undefined in a list', { a: [undefined] }, '.a[0]', /undefined/],
  ['NUL in text', { a: 'x\0y' }, '.a', /NUL/],
  ['a lone surrogate in text', { a: 'x\uD800' }, '.a', /surrogate/],
  ['NUL in a key', { 'x\0': 1 }, '."x\\u0000"', /NUL/],
  ['the key __proto__', JSON.parse('{"a":{"__proto__":{}}}'), '.a.__proto__', /not allowed/],
  ['the key constructor', { constructor: 1 }, '.constructor', /not allowed/],
  ['the key prototype', { prototype: 1 }, '.prototype', /not allowed/],
  ['nesting over the limit', nested(MAX_JSON_DEPTH + 1), '[0]'.repeat(MAX_JSON_DEPTH), /deeper/],
  ['more than a mebibyte', { a: 'x'.repeat(MAX_JSON_BYTES) }, '', /larger/],
];

describe('JSON values', () => {
  for (const [what, value, path, problem] of REFUSED) {
    it(`Given ${what}, when it is checked, then it is refused with its path`, () => {
      const found = jsonProblem(value);
      expect(found?.path).to.equal(path);
      expect(found?.problem).to.match(problem);
    });
  }

  it('Given a cycle, when it is checked, then the depth limit ends the walk', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(jsonProblem(cycle)?.problem).to.match(/deeper/);
  });

  it('Given a document of exactly the limit, when it is checked, then it passes, and one byte more does not', () => {
    const room = MAX_JSON_BYTES - '{"a":""}'.length;
    expect(jsonProblem({ a: 'x'.repeat(room) })).to.equal(undefined);
    expect(jsonProblem({ a: 'x'.repeat(room + 1) })?.problem).to.match(/larger/);
  });

  it('Given any JSON value, when it is copied, then the copy reads as JSON would and shares nothing that can change', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        fc.pre(jsonProblem(value) === undefined);
        const copy = frozenJson(value as JsonValue);
        expect(copy).to.deep.equal(JSON.parse(JSON.stringify(value)));
        expect(isDeeplyFrozen(copy)).to.equal(true);
      }),
    );
  });

  it('Given undefined members and -0, when copied, then they are gone and 0, as JSON has it', () => {
    const copy = frozenJson({ gone: undefined, zero: -0 } as unknown as JsonValue);
    expect(copy).to.have.all.keys('zero');
    expect(Object.is((copy as { zero: number }).zero, 0)).to.equal(true);
  });

  it('Given the same members in another order, when written canonically, then the text is the same', () => {
    expect(canonicalJson({ b: 1, a: [{ d: null, c: 'x' }] })).to.equal('{"a":[{"c":"x","d":null}],"b":1}');
    expect(canonicalJson({ a: [{ c: 'x', d: null }], b: 1 })).to.equal(
      canonicalJson({ b: 1, a: [{ d: null, c: 'x' }] }),
    );
  });
});

function isDeeplyFrozen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen);
}
