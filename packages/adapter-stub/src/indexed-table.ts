import { mergeSorted, sortedLazily } from './merge-sorted.js';
import {
  countAll,
  isSelected,
  noCounts,
  type Counts,
  type IndexKeys,
  type KeyCondition,
  type RecordTable,
  type ScanOptions,
  type Selection,
  type TableShape,
} from './selection.js';
import { SortedList, type Leads } from './sorted-list.js';
import { byTimeAndId, type ListOrder, type Stored } from './stored.js';

/** A range is read to its end and sorted by id before the first record comes out; a list is left after one page. */
const RANGE_COST = 8;

/** The records of one key of an index. */
interface KeyedRecords<Entity, Kind extends string> {
  readonly list: SortedList<Stored<Entity>>;
  readonly counts: Record<Kind, number> | undefined;
}

interface KeyIndex<Entity, Index extends string, Kind extends string> {
  readonly name: Index;
  readonly keysOf: (record: Entity) => IndexKeys;
  readonly isCounted: boolean;
  readonly byKey: Map<string, KeyedRecords<Entity, Kind>>;
}

/** The cheapest way to the records of a selection. */
interface Source<Entity, Index extends string> {
  /** How many records it leads to, weighed by what one costs. */
  readonly cost: number;
  /** The condition that it meets by itself. */
  readonly met?: KeyCondition<Index>;
  open(options: ScanOptions): IterableIterator<Stored<Entity>>;
}

/** The committed records of one kind with their indexes. Every method is one step: nothing is seen half done. */
export class IndexedTable<Entity, Index extends string, Kind extends string> implements RecordTable<
  Entity,
  Index,
  Kind
> {
  readonly order: ListOrder<Entity>;
  readonly #shape: TableShape<Entity, Index, Kind>;
  readonly #byId = new Map<string, Stored<Entity>>();
  readonly #all: KeyedRecords<Entity, Kind>;
  readonly #byTime: SortedList<Stored<Entity>>;
  readonly #indexes: readonly KeyIndex<Entity, Index, Kind>[];
  readonly #noCounts: Counts<Kind>;

  constructor(shape: TableShape<Entity, Index, Kind>) {
    this.#shape = shape;
    this.order = shape.order;
    this.#noCounts = noCounts(shape.kinds);
    this.#all = { list: new SortedList(shape.order.compare), counts: { ...this.#noCounts } };
    // Only records that have a time are in this list.
    this.#byTime = new SortedList(byTimeAndId<Entity>((record) => shape.timeOf(record)!).compare);
    this.#indexes = (Object.keys(shape.keysOf) as Index[]).map((name) => ({
      name,
      keysOf: shape.keysOf[name],
      isCounted: shape.counted.includes(name),
      byKey: new Map<string, KeyedRecords<Entity, Kind>>(),
    }));
  }

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): Stored<Entity> | undefined {
    return this.#byId.get(id);
  }

  insert(record: Entity, created: Entity = record): void {
    const stored: Stored<Entity> = { id: this.#shape.idOf(record), record, created };
    this.#byId.set(stored.id, stored);
    this.#link(stored);
  }

  replace(stored: Stored<Entity>, record: Entity): void {
    this.rekey([stored], () => {
      stored.record = record;
    });
  }

  delete(stored: Stored<Entity>): void {
    this.#unlink(stored);
    this.#byId.delete(stored.id);
  }

  /** Makes a change after which the indexes find these records under other keys. */
  rekey(items: readonly Stored<Entity>[], change: () => void): void {
    for (const stored of items) this.#unlink(stored);
    change();
    for (const stored of items) this.#link(stored);
  }

  /** The records under one key, in the order of the table; a list of its own, so that they may be removed while it is read. */
  under(index: Index, key: string): readonly Stored<Entity>[] {
    return Array.from(this.#index(index).byKey.get(key)?.list.ascending() ?? []);
  }

  /** The records that have a time, the earliest first. */
  inTimeOrder(): Iterable<Stored<Entity>> {
    return this.#byTime.ascending();
  }

  /** Through the index that leads to the fewest records; what they must meet besides is asked one by one. */
  *scan(selection: Selection<Entity, Index>, options: ScanOptions): IterableIterator<Stored<Entity>> {
    const source = this.#sourceOf(selection);
    for (const stored of source.open(options)) {
      if (isSelected(this.#shape, selection, stored.record, source.met)) yield stored;
    }
  }

  counts(selection: Selection<Entity, Index>): Counts<Kind> {
    return (
      this.#keptCounts(selection) ?? countAll(this.#shape, this.scan(selection, { direction: 'ascending' }))
    );
  }

  /** What the counters of one index know; `undefined` when the records must be looked at. */
  #keptCounts({ conditions, range, matches }: Selection<Entity, Index>): Counts<Kind> | undefined {
    if (range !== undefined || matches !== undefined || conditions.length > 1) return undefined;
    const condition = conditions[0];
    if (condition === undefined) return { ...this.#all.counts! };
    const index = this.#index(condition.index);
    if (!index.isCounted) return undefined;
    const sum: Record<Kind, number> = { ...this.#noCounts };
    for (const key of condition.keys) {
      const counts = index.byKey.get(key)?.counts;
      if (counts !== undefined) for (const kind of this.#shape.kinds) sum[kind] += counts[kind];
    }
    return sum;
  }

  #sourceOf(selection: Selection<Entity, Index>): Source<Entity, Index> {
    const sources: Source<Entity, Index>[] = selection.conditions.map((condition) =>
      this.#keySource(condition),
    );
    if (selection.range !== undefined) sources.push(this.#rangeSource(selection.range));
    const everything = this.#listSource([this.#all.list]);
    return sources.reduce((best, source) => (source.cost < best.cost ? source : best), everything);
  }

  #keySource(condition: KeyCondition<Index>): Source<Entity, Index> {
    const { byKey } = this.#index(condition.index);
    const lists: SortedList<Stored<Entity>>[] = [];
    for (const key of condition.keys) {
      const records = byKey.get(key);
      if (records !== undefined) lists.push(records.list);
    }
    return { ...this.#listSource(lists), met: condition };
  }

  #listSource(lists: readonly SortedList<Stored<Entity>>[]): Source<Entity, Index> {
    const { compare, compareToKey } = this.order;
    return {
      cost: lists.reduce((sum, list) => sum + list.size, 0),
      open: ({ direction, after }) => {
        if (direction === 'ascending') {
          const leads: Leads<Stored<Entity>> | undefined =
            after === undefined ? undefined : (stored) => compareToKey(stored, after) <= 0;
          return mergeSorted(
            lists.map((list) => list.ascending(leads)),
            compare,
          );
        }
        const leads: Leads<Stored<Entity>> | undefined =
          after === undefined ? undefined : (stored) => compareToKey(stored, after) < 0;
        return mergeSorted(
          lists.map((list) => list.descending(leads)),
          (a, b) => compare(b, a),
        );
      },
    };
  }

  /** Finds the ends of the range by binary search; the records between are in the order of time and need sorting. */
  #rangeSource({ fromMs, toMs }: { fromMs: number; toMs: number }): Source<Entity, Index> {
    const { timeOf } = this.#shape;
    const before = (timeMs: number): Leads<Stored<Entity>> => {
      return ({ record }) => timeOf(record)!.getTime() < timeMs;
    };
    const size = Math.max(0, this.#byTime.countWhile(before(toMs)) - this.#byTime.countWhile(before(fromMs)));
    return {
      cost: size * RANGE_COST,
      open: ({ direction, after }) => {
        const { compare, compareToKey } = this.order;
        const sign = direction === 'ascending' ? 1 : -1;
        const found: Stored<Entity>[] = [];
        for (const stored of size === 0 ? [] : this.#byTime.ascending(before(fromMs))) {
          if (timeOf(stored.record)!.getTime() >= toMs) break;
          if (after === undefined || sign * compareToKey(stored, after) > 0) found.push(stored);
        }
        return sortedLazily(found, (a, b) => sign * compare(a, b));
      },
    };
  }

  #index(name: Index): KeyIndex<Entity, Index, Kind> {
    return this.#indexes.find((index) => index.name === name)!;
  }

  #link(stored: Stored<Entity>): void {
    const { record } = stored;
    const kinds = this.#shape.kindsOf(record);
    add(this.#all, stored, kinds);
    if (this.#shape.timeOf(record) !== undefined) this.#byTime.add(stored);
    for (const index of this.#indexes) {
      const keys = index.keysOf(record);
      if (typeof keys === 'string') this.#addUnder(index, keys, stored, kinds);
      else if (keys !== undefined) for (const key of new Set(keys)) this.#addUnder(index, key, stored, kinds);
    }
  }

  #addUnder(
    index: KeyIndex<Entity, Index, Kind>,
    key: string,
    stored: Stored<Entity>,
    kinds: readonly Kind[],
  ): void {
    let records = index.byKey.get(key);
    if (records === undefined) {
      const counts = index.isCounted ? { ...this.#noCounts } : undefined;
      records = { list: new SortedList(this.order.compare), counts };
      index.byKey.set(key, records);
    }
    add(records, stored, kinds);
  }

  #unlink(stored: Stored<Entity>): void {
    const { record } = stored;
    const kinds = this.#shape.kindsOf(record);
    remove(this.#all, stored, kinds);
    if (this.#shape.timeOf(record) !== undefined) this.#byTime.remove(stored);
    for (const { keysOf, byKey } of this.#indexes) {
      const keys = keysOf(record);
      for (const key of typeof keys === 'string' ? [keys] : new Set(keys)) {
        const records = byKey.get(key)!;
        remove(records, stored, kinds);
        if (records.list.size === 0) byKey.delete(key);
      }
    }
  }
}

function add<Entity, Kind extends string>(
  { list, counts }: KeyedRecords<Entity, Kind>,
  stored: Stored<Entity>,
  kinds: readonly Kind[],
): void {
  list.add(stored);
  if (counts !== undefined) for (const kind of kinds) counts[kind] += 1;
}

function remove<Entity, Kind extends string>(
  { list, counts }: KeyedRecords<Entity, Kind>,
  stored: Stored<Entity>,
  kinds: readonly Kind[],
): void {
  list.remove(stored);
  if (counts !== undefined) for (const kind of kinds) counts[kind] -= 1;
}
