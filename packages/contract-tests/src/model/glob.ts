/** What one step of a pattern asks of one character. */
type OneOf = (code: number) => boolean;
type Step = OneOf | 'any number';

/**
 * Whether the whole text matches a Redis glob, by following every way through the pattern at once.
 * One character is one Unicode code point.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const steps = stepsOf(Array.from(pattern));
  let places = reachable(new Set([0]), steps);
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const next = new Set<number>();
    for (const place of places) {
      const step = steps[place];
      if (step === 'any number') next.add(place);
      else if (step?.(code)) next.add(place + 1);
    }
    places = reachable(next, steps);
  }
  return places.has(steps.length);
}

/** The places, and those behind the stars that may stand for nothing. */
function reachable(places: ReadonlySet<number>, steps: readonly Step[]): ReadonlySet<number> {
  const all = new Set<number>();
  for (let place of places) {
    all.add(place);
    while (steps[place] === 'any number') all.add((place += 1));
  }
  return all;
}

function stepsOf(pattern: readonly string[]): readonly Step[] {
  const steps: Step[] = [];
  let rest = pattern;
  while (rest.length > 0) {
    const [first, ...others] = rest;
    rest = others;
    if (first === '*') steps.push('any number');
    else if (first === '?') steps.push(() => true);
    else if (first === '[') {
      const [step, left] = classOf(others);
      steps.push(step);
      rest = left;
    } else if (first === '\\' && others.length > 0) {
      steps.push(literally(others[0]!));
      rest = others.slice(1);
    } else steps.push(literally(first!));
  }
  return steps;
}

/** The class that starts behind a `[`, and what is left of the pattern behind it. */
function classOf(characters: readonly string[]): [OneOf, readonly string[]] {
  const negated = characters[0] === '^';
  const members: OneOf[] = [];
  let rest = negated ? characters.slice(1) : characters;
  while (rest.length > 0 && rest[0] !== ']') {
    if (rest[0] === '\\' && rest.length > 1) {
      members.push(literally(rest[1]!));
      rest = rest.slice(2);
    } else if (rest[1] === '-' && rest.length > 2) {
      members.push(between(rest[0]!, rest[2]!));
      rest = rest.slice(3);
    } else {
      members.push(literally(rest[0]!));
      rest = rest.slice(1);
    }
  }
  return [(code) => members.some((member) => member(code)) !== negated, rest.slice(1)];
}

function literally(character: string): OneOf {
  return (code) => code === character.codePointAt(0);
}

function between(one: string, other: string): OneOf {
  const [least, most] = [one.codePointAt(0)!, other.codePointAt(0)!].sort((a, b) => a - b) as [
    number,
    number,
  ];
  return (code) => least <= code && code <= most;
}
