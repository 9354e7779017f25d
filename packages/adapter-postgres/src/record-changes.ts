import { DataAdapterError } from '@test-coordinator/ports';

import { storable, type RecordTable, type TableShape } from './record-table.js';
import type { Session } from './session.js';
import type { Statement } from './statement-exchange.js';

/** What a guarded change met. */
export type ChangeOutcome<Entity> =
  | { readonly changed: Entity }
  /** The record as it stands, locked while it was judged, and the highest fence that was seen of its run. */
  | { readonly unchanged: Entity; readonly seenFence: number | null };

/** A guarded change. Both statements take the same values. */
export interface GuardedChange {
  /**
   * Changes the record when the guard holds, and answers with it; no row leaves open why. It is what nearly every call
   * needs, and locks nothing apart. Absent when the change writes a second table.
   */
  readonly direct: Statement | undefined;
  /** Locks the record, changes it when the guard holds, and answers with it either way. */
  readonly judged: Statement;
}

/** `$1` is the id; the caller's clauses name the row `t` and number their values from `$2`. */
export function guardedChange(
  table: TableShape,
  { name, set, guard, fence }: { name: string; set: string; guard: string; fence: FenceClauses },
): GuardedChange {
  const { name: id } = table.id;
  const text = `WITH target AS MATERIALIZED (SELECT t.* FROM ${table.name} t WHERE t.${id} = $1 FOR NO KEY UPDATE)${fence.tables},
changed AS (UPDATE ${table.name} t SET ${set}${fence.set} FROM target WHERE t.${id} = target.${id} AND ${guard} AND ${fence.guard}
  RETURNING ${table.list('t')})${fence.remember}
SELECT true, NULL::bigint, ${table.list()} FROM changed
UNION ALL SELECT false, ${fence.seen}, ${table.list('target')} FROM target WHERE NOT EXISTS (SELECT FROM changed)`;
  const direct = `UPDATE ${table.name} t SET ${set}${fence.set} WHERE t.${id} = $1 AND ${guard} AND ${fence.guard}
RETURNING ${table.list('t')}`;
  return {
    direct: fence.tables === '' ? { name, text: direct } : undefined,
    judged: { name: `${name}-judged`, text },
  };
}

/** How a statement asks whether the caller's fence is the newest, and remembers it. */
export interface FenceClauses {
  readonly tables: string;
  readonly set: string;
  readonly guard: string;
  readonly seen: string;
  /** What else is written when the record `changed`. */
  readonly remember: string;
}

export const NO_FENCE: FenceClauses = {
  tables: '',
  set: '',
  guard: 'true',
  seen: 'NULL::bigint',
  remember: '',
};

/**
 * Sends a change; `undefined` when there is no such record. A change that is made takes one round trip; one that is not
 * takes a second, which tries again under a lock, so that it may still be made when a rival moved the record in between.
 */
export async function sendChange<Entity>(
  session: Session,
  table: RecordTable<Entity>,
  { direct, judged }: GuardedChange,
  values: readonly unknown[],
): Promise<ChangeOutcome<Entity> | undefined> {
  if (direct !== undefined) {
    const [changed] = await session.query(direct, values, 'write');
    if (changed !== undefined) return { changed: table.read(changed) };
  }
  const [row] = await session.query(judged, values, 'write');
  if (row === undefined) return undefined;
  const record = table.read(row, 2);
  return row[0] === true ? { changed: record } : { unchanged: record, seenFence: row[1] as number | null };
}

/** The SET clause and values of `changes`, as read by the domain: what is left out stays, `null` clears. */
export function assignments(
  table: TableShape,
  changes: object,
  firstParameter: number,
): { readonly set: string; readonly values: readonly unknown[]; readonly shape: string } {
  const clauses = ['version = t.version + 1'];
  const values: unknown[] = [];
  const shape: number[] = [];
  for (const [property, value] of Object.entries(changes)) {
    const index = table.columns.findIndex((column) => column.property === property);
    const { name, type } = table.columns[index]!;
    clauses.push(`${name} = $${firstParameter + values.length}::${type}`);
    values.push(storable(value, type === 'jsonb'));
    shape.push(index);
  }
  return { set: clauses.join(', '), values, shape: shape.join('.') };
}

export function notFound(entity: string, id: string): DataAdapterError {
  return new DataAdapterError('NOT_FOUND', `${entity} ${id} is not stored; check the id`, { entity, id });
}

export function versionConflict(entity: string, id: string, version: number): DataAdapterError {
  const message = `${entity} ${id} is no longer at version ${version}; read it again and repeat the change`;
  return new DataAdapterError('VERSION_CONFLICT', message, { entity, id });
}

/** @param seen The fence that the newer holder wrote with. */
export function staleFence(entity: string, id: string, seen: number): DataAdapterError {
  const message = `${entity} ${id}: a newer holder of the lock has written; stop and take the lock again`;
  return new DataAdapterError('STALE_FENCE', message, { entity, id, details: { fence: seen } });
}

/** A guard and the domain must say the same: a record that the guard refused and the domain takes is a defect. */
export function disagreement(entity: string, id: string): DataAdapterError {
  return new DataAdapterError('INTERNAL', `${entity} ${id}: the statement's guard and the domain disagree`, {
    entity,
    id,
  });
}
