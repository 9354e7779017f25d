import { encodeCursor, readPage, type KeysetKey, type ListRequest, type Page } from '@test-coordinator/ports';

/** How a list is ordered: by a key of two parts, or by the id alone. */
export interface ModelOrder<Stored> {
  readonly kind: 'timeAndId' | 'id';
  readonly keyOf: (record: Stored) => KeysetKey;
  /** Oldest (smallest key) first. @default false */
  readonly ascending?: boolean;
}

/** One page of `records` in the given order, by sorting all of them. */
export function modelPage<Stored>(
  records: readonly Stored[],
  { kind, keyOf, ascending = false }: ModelOrder<Stored>,
  request: ListRequest | undefined,
  offsets = false,
): Page<Stored> {
  const { limit, offset, after } = readPage(request, kind, offsets);
  const direction = ascending ? 1 : -1;
  const left = [...records]
    .sort((a, b) => direction * compareKeys(keyOf(a), keyOf(b)))
    .filter((record) => after === undefined || direction * compareKeys(keyOf(record), after) > 0)
    .slice(offset);
  const items = left.slice(0, limit);
  return { items, nextCursor: left.length > limit ? encodeCursor(keyOf(items.at(-1)!)) : null };
}

function compareKeys(a: KeysetKey, b: KeysetKey): number {
  for (const [index, part] of a.entries()) {
    const other = b[index]!;
    if (part !== other) return part < other ? -1 : 1;
  }
  return 0;
}
