import type { KeysetKey } from '@test-coordinator/ports';

import type { ListOrder, Stored } from './stored.js';

/** What an index finds a record under: one key, several, or none. */
export type IndexKeys = string | readonly string[] | undefined;

/** How many records there are of each kind that the statistics tell apart. A record may be of several. */
export type Counts<Kind extends string> = Readonly<Record<Kind, number>>;

/** What a table keeps of one kind of record. */
export interface TableShape<Entity, Index extends string, Kind extends string> {
  readonly idOf: (record: Entity) => string;
  readonly order: ListOrder<Entity>;
  /** The time that date ranges are over. */
  readonly timeOf: (record: Entity) => Date | undefined;
  readonly keysOf: Readonly<Record<Index, (record: Entity) => IndexKeys>>;
  /**
   * The indexes that keep counts for each key, so that statistics need no look at the records. Only indexes in which a
   * record has one key at most, and not those with a key for nearly every record (counters are 60 bytes a key).
   */
  readonly counted: readonly Index[];
  readonly kinds: readonly Kind[];
  readonly kindsOf: (record: Entity) => readonly Kind[];
}

/** One of these keys in that index. */
export interface KeyCondition<Index extends string> {
  readonly index: Index;
  readonly keys: ReadonlySet<string>;
}

/** A filter in the words of a table: all conditions hold. */
export interface Selection<Entity, Index extends string> {
  readonly conditions: readonly KeyCondition<Index>[];
  /** [fromMs, toMs) of the table's time; a record without a time is in no range. */
  readonly range: { readonly fromMs: number; readonly toMs: number } | undefined;
  /** What no index knows: text in a name. */
  readonly matches: ((record: Entity) => boolean) | undefined;
}

export type Direction = 'ascending' | 'descending';

/** Which part of a list is read. */
export interface ScanOptions {
  readonly direction: Direction;
  /** The key of the last record that is left out. */
  readonly after?: KeysetKey | undefined;
}

/** What the repositories need of a kind of record, in the committed store or as a unit of work sees it. */
export interface RecordTable<Entity, Index extends string, Kind extends string> {
  readonly order: ListOrder<Entity>;
  get(id: string): Stored<Entity> | undefined;
  /** The selected records in the order of the table, read only as far as they are taken. */
  scan(selection: Selection<Entity, Index>, options: ScanOptions): Iterable<Stored<Entity>>;
  counts(selection: Selection<Entity, Index>): Counts<Kind>;
  /** Adds a record whose id is not there. `created` is the record as it was created, where it has moved on since. */
  insert(record: Entity, created?: Entity): void;
  replace(stored: Stored<Entity>, record: Entity): void;
}

/** Whether a record meets the conditions (all but `met`, which the caller knows of), the range and the rest. */
export function isSelected<Entity, Index extends string, Kind extends string>(
  shape: TableShape<Entity, Index, Kind>,
  selection: Selection<Entity, Index>,
  record: Entity,
  met?: KeyCondition<Index>,
): boolean {
  for (const condition of selection.conditions) {
    if (condition !== met && !hasKey(shape.keysOf[condition.index](record), condition.keys)) return false;
  }
  if (selection.range !== undefined) {
    const timeMs = shape.timeOf(record)?.getTime();
    if (timeMs === undefined || timeMs < selection.range.fromMs || timeMs >= selection.range.toMs)
      return false;
  }
  return selection.matches === undefined || selection.matches(record);
}

function hasKey(found: IndexKeys, wanted: ReadonlySet<string>): boolean {
  if (found === undefined) return false;
  return typeof found === 'string' ? wanted.has(found) : found.some((key) => wanted.has(key));
}

export function noCounts<Kind extends string>(kinds: readonly Kind[]): Record<Kind, number> {
  return Object.fromEntries(kinds.map((kind) => [kind, 0])) as Record<Kind, number>;
}

export function countAll<Entity, Index extends string, Kind extends string>(
  shape: TableShape<Entity, Index, Kind>,
  items: Iterable<Stored<Entity>>,
): Counts<Kind> {
  const counts = noCounts(shape.kinds);
  for (const { record } of items) for (const kind of shape.kindsOf(record)) counts[kind] += 1;
  return counts;
}
