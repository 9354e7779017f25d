import { encodeCursor, type Page, type ReadPage } from '@test-coordinator/ports';

import type { Direction, RecordTable, Selection } from './selection.js';
import type { Stored } from './stored.js';

/** One page of the selected records; one record more is read to know whether anything is left. */
export function pageOf<Entity, Index extends string>(
  table: Pick<RecordTable<Entity, Index, never>, 'order' | 'scan'>,
  selection: Selection<Entity, Index>,
  { limit, offset, after }: ReadPage,
  direction: Direction,
): Page<Entity> {
  const items: Entity[] = [];
  let last: Stored<Entity> | undefined;
  let nextCursor: string | null = null;
  let toSkip = offset;
  for (const stored of table.scan(selection, { direction, after })) {
    if (toSkip > 0) {
      toSkip -= 1;
    } else if (last !== undefined && items.length === limit) {
      nextCursor = encodeCursor(table.order.keyOf(last));
      break;
    } else {
      items.push(stored.record);
      last = stored;
    }
  }
  return { items: Object.freeze(items), nextCursor };
}
