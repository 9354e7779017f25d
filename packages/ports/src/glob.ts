/** What one place of a pattern takes: `*` any characters, else one character. */
type Part = '*' | ((character: string) => boolean);

/**
 * A Redis glob as the cache port describes it, compiled to a test of whole keys. A `*` that does not lead on is taken
 * up again one character later, and only the last one: the worst pattern costs pattern × key steps, not 2^key.
 */
export function compileGlob(pattern: string): (key: string) => boolean {
  const parts = parse(pattern);
  if (parts.length === 1 && parts[0] === '*') return () => true;
  return (key) => matches(parts, Array.from(key));
}

function matches(parts: readonly Part[], characters: readonly string[]): boolean {
  let part = 0;
  let character = 0;
  let starPart = -1;
  let starCharacter = 0;
  while (character < characters.length) {
    const takes = parts[part];
    if (takes === '*') {
      starPart = part;
      starCharacter = character;
      part += 1;
    } else if (takes?.(characters[character]!) === true) {
      part += 1;
      character += 1;
    } else if (starPart >= 0) {
      starCharacter += 1;
      character = starCharacter;
      part = starPart + 1;
    } else {
      return false;
    }
  }
  while (parts[part] === '*') part += 1;
  return part === parts.length;
}

function parse(pattern: string): readonly Part[] {
  const characters = Array.from(pattern);
  const parts: Part[] = [];
  let index = 0;
  while (index < characters.length) {
    const character = characters[index]!;
    index += 1;
    if (character === '*') {
      parts.push('*');
    } else if (character === '?') {
      parts.push(() => true);
    } else if (character === '[') {
      const negated = characters[index] === '^';
      const members = readClass(characters, negated ? index + 1 : index);
      parts.push((candidate) => members.ranges.some((range) => isWithin(candidate, range)) !== negated);
      index = members.end;
    } else {
      // A backslash takes the next character literally; at the end of the pattern it is itself.
      const literal = character === '\\' ? (characters[index] ?? character) : character;
      if (character === '\\') index += 1;
      parts.push((candidate) => candidate === literal);
    }
  }
  return parts;
}

interface CharacterRange {
  readonly first: number;
  readonly last: number;
}

/** Reads the members of a class as Redis does: an escaped character is no end of a range, and `]` may be its last. */
function readClass(
  characters: readonly string[],
  start: number,
): { readonly ranges: readonly CharacterRange[]; readonly end: number } {
  const ranges: CharacterRange[] = [];
  let index = start;
  const add = (one: string, other: string): void => {
    const [first, last] = [one.codePointAt(0)!, other.codePointAt(0)!];
    ranges.push({ first: Math.min(first, last), last: Math.max(first, last) });
  };
  while (index < characters.length && characters[index] !== ']') {
    const [first, second, third] = characters.slice(index, index + 3);
    if (first === '\\' && second !== undefined) {
      add(second, second);
      index += 2;
    } else if (second === '-' && third !== undefined) {
      add(first!, third);
      index += 3;
    } else {
      add(first!, first!);
      index += 1;
    }
  }
  return { ranges, end: index + 1 };
}

function isWithin(character: string, { first, last }: CharacterRange): boolean {
  const code = character.codePointAt(0)!;
  return code >= first && code <= last;
}
