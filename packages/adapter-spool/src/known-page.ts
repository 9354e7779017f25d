import { encodeCursor, type KeysetKey, type Page, type ReadPage } from '@test-coordinator/ports';

/** How a list is ordered. */
export interface ListOrder<Entry> {
  readonly keyOf: (record: Entry) => KeysetKey;
  readonly direction: 'oldest first' | 'newest first';
}

/** The page that the records make, in the order of their list. */
export function pageOf<Entry>(
  records: Iterable<Entry>,
  { limit, offset, after }: ReadPage,
  order: ListOrder<Entry>,
): Page<Entry> {
  const ahead = [...records].filter(
    (record) => after === undefined || compare(order, order.keyOf(record), after) > 0,
  );
  ahead.sort((a, b) => compare(order, order.keyOf(a), order.keyOf(b)));
  const items = ahead.slice(offset, offset + limit);
  const isMore = ahead.length > offset + limit;
  return { items, nextCursor: isMore ? encodeCursor(order.keyOf(items.at(-1)!)) : null };
}

/**
 * The page of a store with what waits put in its place: `waiting` holds the waiting records that match, and
 * `isWaiting` tells which of the store's are older states of waiting ones.
 */
export function mergedPage<Entry>(
  stored: Page<Entry>,
  waiting: readonly Entry[],
  isWaiting: (record: Entry) => boolean,
  page: ReadPage,
  order: ListOrder<Entry>,
): Page<Entry> {
  const last = stored.nextCursor === null ? undefined : stored.items.at(-1);
  const within = (record: Entry): boolean =>
    last === undefined || compare(order, order.keyOf(record), order.keyOf(last)) <= 0;
  const others = stored.items.filter((record) => !isWaiting(record));
  const merged = pageOf([...others, ...waiting.filter(within)], { ...page, offset: 0 }, order);
  if (merged.nextCursor !== null || last === undefined) return merged;
  return { items: merged.items, nextCursor: stored.nextCursor };
}

function compare<Entry>({ direction }: ListOrder<Entry>, a: KeysetKey, b: KeysetKey): number {
  for (let index = 0; index < a.length; index += 1) {
    if (a[index] === b[index]) continue;
    return a[index]! < b[index]! === (direction === 'oldest first') ? -1 : 1;
  }
  return 0;
}
