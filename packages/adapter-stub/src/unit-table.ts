import type { IndexedTable } from './indexed-table.js';
import { mergeSorted } from './merge-sorted.js';
import { checkSameCreation, versionConflict, type EntityName } from './refusals.js';
import {
  countAll,
  isSelected,
  type Counts,
  type RecordTable,
  type ScanOptions,
  type Selection,
  type TableShape,
} from './selection.js';
import type { ListOrder, Stored } from './stored.js';

/** What a unit of work did to one record. */
export interface UnitChange<Entity> {
  /** The committed record when the unit first changed it; `undefined` where there was none. */
  readonly base: Stored<Entity> | undefined;
  readonly baseRecord: Entity | undefined;
  /** The record as the unit sees it; `undefined` when the unit removed it. */
  now: Stored<Entity> | undefined;
}

/** What a table of a unit must know of the unit's other tables. */
export interface UnitContext<Entity, Index extends string> {
  /** Whether a committed record went with its removed run. */
  isRemoved(record: Entity): boolean;
  /** Whether the committed index finds records as the unit sees them. */
  isCurrent(index: Index): boolean;
}

/** Where a unit's changes of one kind of record are put at the commit. */
export interface CommitTarget<Entity> {
  get(id: string): Stored<Entity> | undefined;
  insert(record: Entity, created: Entity): void;
  replace(stored: Stored<Entity>, record: Entity): void;
  delete(stored: Stored<Entity>): void;
}

/**
 * One kind of record as a unit of work sees it: its own changes over what is committed at the moment. The changes are
 * few and have no index: each read goes through them, and leaves the rest to the committed indexes.
 */
export class UnitTable<
  Entity extends object,
  Index extends string,
  Kind extends string,
> implements RecordTable<Entity, Index, Kind> {
  readonly order: ListOrder<Entity>;
  readonly #changes = new Map<string, UnitChange<Entity>>();
  readonly #shape: TableShape<Entity, Index, Kind>;
  readonly #committed: IndexedTable<Entity, Index, Kind>;
  readonly #context: UnitContext<Entity, Index>;

  constructor(
    shape: TableShape<Entity, Index, Kind>,
    committed: IndexedTable<Entity, Index, Kind>,
    context: UnitContext<Entity, Index>,
  ) {
    this.order = shape.order;
    this.#shape = shape;
    this.#committed = committed;
    this.#context = context;
  }

  get(id: string): Stored<Entity> | undefined {
    const change = this.#changes.get(id);
    if (change !== undefined) return change.now;
    const stored = this.#committed.get(id);
    return stored === undefined || this.#context.isRemoved(stored.record) ? undefined : stored;
  }

  insert(record: Entity, created: Entity = record): void {
    const id = this.#shape.idOf(record);
    this.#change(id).now = { id, record, created };
  }

  replace({ id, created }: Stored<Entity>, record: Entity): void {
    this.#change(id).now = { id, record, created };
  }

  delete({ id }: Stored<Entity>): void {
    const change = this.#change(id);
    if (change.base === undefined) this.#changes.delete(id);
    else change.now = undefined;
  }

  *scan(selection: Selection<Entity, Index>, options: ScanOptions): IterableIterator<Stored<Entity>> {
    const { compare, compareToKey } = this.order;
    const { direction, after } = options;
    const sign = direction === 'ascending' ? 1 : -1;
    const own: Stored<Entity>[] = [];
    for (const { now } of this.#changes.values()) {
      if (now === undefined || !isSelected(this.#shape, selection, now.record)) continue;
      if (after === undefined || sign * compareToKey(now, after) > 0) own.push(now);
    }
    const inOrder = (a: Stored<Entity>, b: Stored<Entity>): number => sign * compare(a, b);
    yield* mergeSorted([own.sort(inOrder).values(), this.#untouched(selection, options)], inOrder);
  }

  counts(selection: Selection<Entity, Index>): Counts<Kind> {
    return countAll(this.#shape, this.scan(selection, { direction: 'ascending' }));
  }

  changes(): Iterable<UnitChange<Entity>> {
    return this.#changes.values();
  }

  /** Throws unless the committed records are still those that the unit changed. */
  checkUnmoved(entity: EntityName): void {
    for (const [id, { base, baseRecord, now }] of this.#changes) {
      const committed = this.#committed.get(id);
      if (committed === base && committed?.record === baseRecord) continue;
      // Created here and there: with other content the id is taken for good, else a retry finds the record.
      if (base === undefined && committed !== undefined && now !== undefined) {
        checkSameCreation(entity, committed, now.created);
      }
      throw versionConflict(entity, id);
    }
  }

  commitTo(target: CommitTarget<Entity>): void {
    for (const [id, { now }] of this.#changes) {
      const stored = target.get(id);
      if (stored !== undefined && stored.created === now?.created) {
        target.replace(stored, now.record);
      } else {
        if (stored !== undefined) target.delete(stored);
        if (now !== undefined) target.insert(now.record, now.created);
      }
    }
  }

  *#untouched(selection: Selection<Entity, Index>, options: ScanOptions): IterableIterator<Stored<Entity>> {
    const conditions = selection.conditions.filter(({ index }) => this.#context.isCurrent(index));
    for (const stored of this.#committed.scan({ ...selection, conditions }, options)) {
      if (this.#changes.has(stored.id) || this.#context.isRemoved(stored.record)) continue;
      if (isSelected(this.#shape, selection, stored.record)) yield stored;
    }
  }

  #change(id: string): UnitChange<Entity> {
    let change = this.#changes.get(id);
    if (change === undefined) {
      const base = this.#committed.get(id);
      change = { base, baseRecord: base?.record, now: undefined };
      this.#changes.set(id, change);
    }
    return change;
  }
}
