import { expect } from 'chai';
import fc from 'fast-check';
import { compileGlob } from '@test-coordinator/ports';

const SEED = 20_260_115;

/** The meaning of a glob, written as plainly as it gets: tries every length for `*`. For short patterns only. */
function globMatches(pattern: readonly string[], text: readonly string[]): boolean {
  const [head, ...rest] = pattern;
  if (head === undefined) return text.length === 0;
  if (head === '*')
    return text.some((_, taken) => globMatches(rest, text.slice(taken))) || globMatches(rest, []);
  const [first, ...others] = text;
  if (first === undefined) return false;
  if (head === '?') return globMatches(rest, others);
  if (head === '[') {
    const { members, negated, after } = classOf(rest);
    const isMember = members.some(([from, to]) => from <= first && first <= to);
    return isMember !== negated && globMatches(after, others);
  }
  const literal = head === '\\' ? (rest[0] ?? '\\') : head;
  return first === literal && globMatches(head === '\\' ? rest.slice(1) : rest, others);
}

function classOf(pattern: readonly string[]): {
  members: readonly (readonly [string, string])[];
  negated: boolean;
  after: readonly string[];
} {
  let rest = pattern;
  const negated = rest[0] === '^';
  if (negated) rest = rest.slice(1);
  const members: (readonly [string, string])[] = [];
  while (rest.length > 0 && rest[0] !== ']') {
    const [first, second, third] = rest;
    if (first === '\\' && second !== undefined) {
      members.push([second, second]);
      rest = rest.slice(2);
    } else if (second === '-' && third !== undefined) {
      members.push(first! < third ? [first!, third] : [third, first!]);
      rest = rest.slice(3);
    } else {
      members.push([first!, first!]);
      rest = rest.slice(1);
    }
  }
  return { members, negated, after: rest.slice(1) };
}

describe('Given patterns of cache keys', () => {
  const examples: readonly (readonly [
    pattern: string,
    matching: readonly string[],
    others: readonly string[],
  ])[] = [
    ['report:*', ['report:', 'report:1', 'report:a*b'], ['Report:1', 'xreport:1']],
    ['h?llo', ['hello', 'h😀llo'], ['hllo', 'heello']],
    ['h[ae]llo', ['hallo', 'hello'], ['hillo']],
    ['h[c-a]llo', ['hallo', 'hbllo', 'hcllo'], ['hdllo', 'h-llo']],
    ['h[^e]llo', ['hallo'], ['hello']],
    ['h[a-]llo', ['ha', 'h^', 'hl'], ['hallo', 'h-llo', 'hb']],
    ['h[]llo', [], ['h]llo', 'hllo', 'hallo']],
    ['h[^]llo', ['hallo', 'h]llo'], ['hllo']],
    ['h[ab', ['ha', 'hb'], ['h[ab', 'hc']],
    ['h[a\\]]', ['ha', 'h]'], ['h\\']],
    ['\\*', ['*'], ['a', '\\*']],
    ['a\\', ['a\\'], ['a']],
    ['a**b', ['ab', 'axb'], ['a']],
    ['[😀-😂]', ['😁'], ['😃']],
  ];
  for (const [pattern, matching, others] of examples) {
    it(`When the pattern is ${pattern}, Then it matches [${matching.join(' ')}] and not [${others.join(' ')}]`, () => {
      const matches = compileGlob(pattern);
      expect(matching.filter((key) => !matches(key))).to.deep.equal([]);
      expect(others.filter(matches)).to.deep.equal([]);
    });
  }

  it(`When any pattern meets any key, Then they match as the plain definition says (seed ${SEED})`, () => {
    const characters = fc.array(fc.constantFrom('a', 'b', 'c', '*', '?', '[', ']', '^', '-', '\\', '😀'), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(characters, characters, (pattern, key) => {
        const expected = globMatches(pattern, Array.from(key.join('')));
        expect(compileGlob(pattern.join(''))(key.join(''))).to.equal(expected);
      }),
      { seed: SEED, numRuns: 10_000 },
    );
  });

  it('When a pattern of 255 stars just misses a key of 512 characters, Then it is told within a second of work', () => {
    const matches = compileGlob(`${'a*'.repeat(255)}b`);
    const before = process.cpuUsage();
    expect(matches('a'.repeat(512))).to.equal(false);
    expect(process.cpuUsage(before).user).to.be.below(1_000_000);
  });
});
