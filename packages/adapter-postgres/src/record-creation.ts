import { createHash } from 'node:crypto';
import { creationContent } from '@test-coordinator/domain';
import type { DataAdapterError } from '@test-coordinator/ports';

import { Coalescer } from './coalescer.js';
import { alreadyExists, contended, parentMissing, type Parent } from './creation-refusals.js';
import { insertStatements, CREATION_HASH, type InsertStatements } from './insert-statements.js';
import type { RecordTable } from './record-table.js';
import type { Row, Session } from './session.js';

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
  readonly #coalescer: Coalescer<Entity, Entity>;
  readonly #coalesces: boolean;

  constructor(
    private readonly session: Session,
    private readonly table: RecordTable<Entity>,
    private readonly options: CreationOptions<Entity>,
  ) {
    const columns = options.movesOn ? [...table.columns, CREATION_HASH] : table.columns;
    this.#statements = insertStatements(table, columns, options.parent);
    this.#idProperty = table.id.property;
    // unnest flattens an array of arrays.
    this.#coalesces = session.shared && !columns.some(({ type }) => type.endsWith('[]'));
    this.#coalescer = new Coalescer({
      keyOf: (record) => this.#idOf(record),
      one: (record) => this.#createOne(record),
      many: (records) => this.#createEach(records),
    });
  }

  /** The record that is stored: `record`, or what an earlier creation with the same content has become. */
  create(record: Entity): Promise<Entity> {
    return this.#coalesces ? this.#coalescer.call(record) : this.#createOne(record);
  }

  async #createOne(record: Entity): Promise<Entity> {
    for (let tries = 1; ; tries += 1) {
      const [row] = await this.session.query(this.#statements.one, this.#values(record), 'write');
      if (row === undefined) return record;
      const stored = await this.#judge(record, row);
      if (stored !== undefined) return stored;
      if (tries === MAX_TRIES) throw contended(this.table.entity, this.#idOf(record));
    }
  }

  /** One record's refusal is its caller's alone. */
  async #createEach(records: readonly Entity[]): Promise<readonly (Entity | Promise<Entity>)[]> {
    const rows = await this.session.query(this.#statements.each, this.#columnsOf(records), 'write');
    const answers: (Entity | Promise<Entity>)[] = [...records];
    for (const row of rows) {
      const place = (row[0] as number) - 1;
      const record = records[place]!;
      answers[place] = this.#judge(record, row).then((stored) => stored ?? this.#createOne(record));
    }
    return answers;
  }

  /** What is stored under the record's id when it is the same; `undefined` when the statement saw no reason to refuse. */
  async #judge(record: Entity, row: Row): Promise<Entity | undefined> {
    const [, hasParent, storedId] = row;
    if (storedId !== null) return this.#same(record, row, 2);
    if (hasParent !== true)
      throw parentMissing(this.table.entity, this.#idOf(record), this.options.parent!, record);
    const refusal = await this.options.otherRefusal?.(this.session, record);
    if (refusal !== undefined) throw refusal;
    return undefined;
  }

  #same(record: Entity, row: Row, offset: number): Entity {
    const stored = this.table.read(row, offset);
    const same = this.options.movesOn
      ? hashOf(record).equals(row[offset + this.table.columns.length] as Buffer)
      : creationContent(record) === creationContent(stored);
    if (!same) throw alreadyExists(this.table.entity, this.#idOf(record));
    return stored;
  }

  #values(record: Entity): unknown[] {
    const values = this.table.values(record);
    if (this.options.movesOn) values.push(hashOf(record));
    return values;
  }

  #columnsOf(records: readonly Entity[]): unknown[][] {
    const rows = records.map((record) => this.#values(record));
    return rows[0]!.map((_, column) => rows.map((row) => row[column]));
  }

  #idOf(record: Entity): string {
    return (record as Readonly<Record<string, unknown>>)[this.#idProperty] as string;
  }
}

function hashOf(record: object): Buffer {
  return createHash('sha256').update(creationContent(record)).digest();
}
