/** The parts of filters that several kinds of records share. An absent wish asks nothing. */

export const isOneOf = <Word>(words: readonly Word[] | undefined, word: Word): boolean =>
  words === undefined || words.includes(word);

export const equals = <Value>(wanted: Value | undefined, value: Value | undefined): boolean =>
  wanted === undefined || wanted === value;

export const holds = (wanted: string | undefined, list: readonly string[]): boolean =>
  wanted === undefined || list.includes(wanted);

/** A range leaves out what has no time. */
export function isWithin(
  { from, to }: { readonly from?: Date | undefined; readonly to?: Date | undefined },
  time: Date | undefined,
): boolean {
  if (from === undefined && to === undefined) return true;
  if (time === undefined) return false;
  return (
    (from === undefined || time.getTime() >= from.getTime()) &&
    (to === undefined || time.getTime() < to.getTime())
  );
}

/** `wanted` anywhere in `name`, where A and a to Z and z are the same and nothing else is. */
export function isFoundIn(wanted: string | undefined, name: string | undefined): boolean {
  if (wanted === undefined) return true;
  if (name === undefined) return false;
  const pieces = folded(wanted);
  const text = folded(name);
  return text.some((_, start) => pieces.every((code, index) => text[start + index] === code));
}

function folded(text: string): readonly number[] {
  return Array.from({ length: text.length }, (_, index) => {
    const code = text.charCodeAt(index);
    return code >= 65 && code <= 90 ? code + 32 : code;
  });
}
