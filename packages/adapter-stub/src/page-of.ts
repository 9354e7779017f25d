import { encodeCursor, type Page, type ReadPage } from '@test-coordinator/ports';

import type { Direction, RecordTable, Selection } from './selection.js';

/** One page of the selected records; one record more is read to know whether anything is left. */
export function pageOf<Entity, Index extends string>(
  table: Pick<RecordTable<Entity, Index, never>, 'order' | 'scan'>,
  selection: Selection<Entity, Index>,
  { limit, offset, after }: ReadPage,
  direction: Direction,
): Page<Entity> {
  const items: Entity[] = [];
  let lastKey: string | null = null;
  let position = 0;
  let last;
  for (const stored of table.scan(selection, { direction, after })) {
    position += 1;
    if (position <= offset) continue;
    if (items.length === limit) {
      lastKey = last === undefined ? null : encodeCursor(table.order.keyOf(last));
      break;
    }
    items.push(stored.record);
    last = stored;
  }
  return { items: Object.freeze(items), nextCursor: lastKey };
}
