import {
  DEFAULT_PAGE_LIMIT,
  encodeCursor,
  type KeysetKey,
  type Page,
  type ReadPage,
} from '@test-coordinator/ports';

import { cursorId, type Conditions } from './conditions.js';
import type { RecordTable } from './record-table.js';
import type { Session } from './session.js';

/** `oldest` first is the order of what belongs to one run. */
export type ListOrder = 'newest' | 'oldest';

/** What a list needs to know of its table. */
export type ListedTable<Entity> = Pick<RecordTable<Entity>, 'entity' | 'name' | 'id' | 'list' | 'read'>;

/** One page of a list that is ordered by a UUIDv7. The table has the alias `t` in the conditions. */
export async function listById<Entity>(
  session: Session,
  table: ListedTable<Entity>,
  conditions: Conditions,
  page: ReadPage,
  order: ListOrder,
): Promise<Page<Entity>> {
  const { name: id } = table.id;
  const direction = order === 'oldest' ? 'ASC' : 'DESC';
  const isUsual = page.limit === DEFAULT_PAGE_LIMIT;
  const kind = `${table.entity}-list-${order}${isUsual ? '' : '-sized'}`;
  const named = conditions.name(kind, page.after === undefined ? '' : 'after');
  const after = cursorId(page, 'uuid');
  const beyond =
    after === undefined
      ? ''
      : ` AND t.${id} ${order === 'oldest' ? '>' : '<'} ${conditions.parameter(after)}`;
  // A limit that is not known makes the planner think of a tenth of all rows and plan each call anew: 0.2 ms of 0.75.
  const limit = isUsual ? page.limit + 1 : conditions.parameter(page.limit + 1);
  const text = `SELECT ${table.list('t')} FROM ${table.name} t WHERE ${conditions.sql}${beyond}
ORDER BY t.${id} ${direction} LIMIT ${limit}`;
  const rows = await session.query({ ...named, text }, conditions.values, 'read');
  return pageOf(
    rows.map((row) => table.read(row)),
    page.limit,
    (record) => [(record as Readonly<Record<string, unknown>>)[table.id.property] as string],
  );
}

/** `found` is one more than the page when there is a next one. */
export function pageOf<Entity>(
  found: readonly Entity[],
  limit: number,
  keyOf: (last: Entity) => KeysetKey,
): Page<Entity> {
  if (found.length <= limit) return { items: found, nextCursor: null };
  const items = found.slice(0, limit);
  return { items, nextCursor: encodeCursor(keyOf(items.at(-1)!)) };
}
