import { createHash } from 'node:crypto';
import { creationContent } from '@test-coordinator/domain';
import { Coalescer, type DataAdapterError } from '@test-coordinator/ports';

import { alreadyExists, contended, parentMissing, type Parent } from './creation-refusals.js';
import { insertStatements, CREATION_HASH, type InsertStatements } from './insert-statements.js';
import type { RecordTable } from './record-table.js';
import type { Session } from './session.js';
import type { Row, Statement } from './statement-exchange.js';

/** A rival creation may be stored after a statement began, so that it sees the rival only when it is sent again. */
export const MAX_TRIES = 5;

export interface CreationOptions<Entity> {
  readonly parent?: Parent<Entity>;
  /** The record changes later, so what was given is kept as a hash; otherwise the stored record itself is compared. */
  readonly movesOn: boolean;
  /** Why a record was refused that neither lacks its parent nor shares its id. */
  readonly otherRefusal?: (session: Session, record: Entity) => Promise<DataAdapterError | undefined>;
}

/** Stores new records by the rules of `create`, in one statement each or one for many. */
export class RecordCreation<Entity extends object> {
  readonly #statements: InsertStatements;
  readonly #idProperty: string;
  /** Absent inside a unit of work, and for records without a parent. */
  readonly #coalescer: Coalescer<Entity, Entity> | undefined;

  constructor(
    private readonly session: Session,
    private readonly table: RecordTable<Entity>,
    private readonly options: CreationOptions<Entity>,
  ) {
    const columns = options.movesOn ? [...table.columns, CREATION_HASH] : table.columns;
    this.#statements = insertStatements(table, columns, options.parent);
    this.#idProperty = table.id.property;
    const { each } = this.#statements;
    if (each === undefined || !session.shared) return;
    this.#coalescer = new Coalescer({
      keyOf: (record) => this.#idOf(record),
      one: (record) => this.#createOne(record),
      many: (records) => this.#createEach(each, records),
    });
  }

  /** The record that is stored: `record`, or what an earlier creation with the same content has become. */
  create(record: Entity): Promise<Entity> {
    return this.#coalescer === undefined ? this.#createOne(record) : this.#coalescer.call(record);
  }

  async #createOne(record: Entity): Promise<Entity> {
    const values = this.#values(record);
    for (let tries = 1; ; tries += 1) {
      const stored = await this.session.query(this.#statements.one, values, 'write');
      if (stored.length > 0) return record;
      const earlier = await this.#judge(record);
      if (earlier !== undefined) return earlier;
      if (tries === MAX_TRIES) throw contended(this.table.entity, this.#idOf(record));
    }
  }

  /** One record's refusal is its caller's alone. */
  async #createEach(
    each: Statement,
    records: readonly Entity[],
  ): Promise<readonly (Entity | Promise<Entity>)[]> {
    const rows = await this.session.query(each, this.#arrays(records), 'write');
    if (rows.length === records.length) return records;
    const stored = new Set(rows.map(([id]) => id));
    return records.map((record) =>
      stored.has(this.#idOf(record))
        ? record
        : this.#judge(record).then((earlier) => earlier ?? this.#createOne(record)),
    );
  }

  /** Why nothing was stored: the same record is there already, or it is refused; `undefined` when nothing is in its way. */
  async #judge(record: Entity): Promise<Entity | undefined> {
    const { parent, otherRefusal } = this.options;
    const asked = parent === undefined ? [this.#idOf(record)] : [this.#idOf(record), record[parent.property]];
    const [row] = await this.session.query(this.#statements.why, asked, 'read');
    const [hasParent, storedId] = row!;
    if (storedId !== null) return this.#same(record, row!);
    if (hasParent !== true) throw parentMissing(this.table.entity, this.#idOf(record), parent!, record);
    const refusal = await otherRefusal?.(this.session, record);
    if (refusal !== undefined) throw refusal;
    return undefined;
  }

  #same(record: Entity, row: Row): Entity {
    const stored = this.table.read(row, 1);
    const same = this.options.movesOn
      ? hashOf(record).equals(row[1 + this.table.columns.length] as Buffer)
      : creationContent(record) === creationContent(stored);
    if (!same) throw alreadyExists(this.table.entity, this.#idOf(record));
    return stored;
  }

  #values(record: Entity): unknown[] {
    const values = this.table.values(record);
    if (this.options.movesOn) values.push(hashOf(record));
    return values;
  }

  #arrays(records: readonly Entity[]): unknown[] {
    const arrays: unknown[] = this.table.arrays(records);
    if (this.options.movesOn) arrays.push(records.map(hashOf));
    return arrays;
  }

  #idOf(record: Entity): string {
    return (record as Readonly<Record<string, unknown>>)[this.#idProperty] as string;
  }
}

function hashOf(record: object): Buffer {
  return createHash('sha256').update(creationContent(record)).digest();
}
