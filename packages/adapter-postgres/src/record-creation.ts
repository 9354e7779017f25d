import { createHash } from 'node:crypto';
import { creationContent } from '@test-coordinator/domain';
import { DataAdapterError } from '@test-coordinator/ports';

import { Coalescer } from './coalescer.js';
import {
  insertStatements,
  CREATION_HASH,
  type InsertStatements,
  type ParentTable,
} from './insert-statements.js';
import type { RecordTable } from './record-table.js';
import type { Row, Session } from './session.js';

/** A rival creation may be stored after a statement began, so that it sees the rival only when it is sent again. */
const MAX_TRIES = 5;

export interface CreationOptions<Entity> {
  readonly parent?: ParentTable & { readonly entity: string; readonly property: keyof Entity & string };
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

  constructor(
    private readonly session: Session,
    private readonly table: RecordTable<Entity>,
    private readonly options: CreationOptions<Entity>,
  ) {
    const columns = options.movesOn ? [...table.columns, CREATION_HASH] : table.columns;
    this.#statements = insertStatements(table, columns, options.parent);
    this.#idProperty = table.id.property;
    this.#coalescer = new Coalescer({
      keyOf: (record) => this.#idOf(record),
      one: (record) => this.#createOne(record),
      many: (records) => this.#createEach(records),
    });
  }

  /** The record that is stored: `record`, or what an earlier creation with the same content has become. */
  create(record: Entity): Promise<Entity> {
    return this.session.shared ? this.#coalescer.call(record) : this.#createOne(record);
  }

  /** All or none. @param path Where the records stand in what the caller gave. */
  async createAll(records: readonly Entity[], path: string): Promise<readonly Entity[]> {
    const answers = new Map<string, Entity>();
    const placeOf = (record: Entity): string => `${path}[${records.indexOf(record)}]`;
    let fresh = this.#distinct(records, placeOf);
    for (let tries = 1; fresh.length > 0; tries += 1) {
      const rows = await this.#insertAll(fresh, tries);
      if (rows === undefined) continue;
      const missing = rows.find((row) => row[0] !== null)?.[0];
      if (missing !== undefined) {
        const { property } = this.options.parent!;
        const orphan = records.find((record) => record[property] === missing)!;
        throw this.#parentMissing(orphan, placeOf(orphan));
      }
      const byId = new Map(rows.map((row) => [row[1] as string, row]));
      for (const record of fresh) {
        const row = byId.get(this.#idOf(record));
        if (row !== undefined) answers.set(this.#idOf(record), this.#same(record, row, 1, placeOf(record)));
        else if (byId.size === 0) answers.set(this.#idOf(record), record);
      }
      fresh = fresh.filter((record) => !answers.has(this.#idOf(record)));
    }
    return records.map((record) => answers.get(this.#idOf(record))!);
  }

  async #createOne(record: Entity): Promise<Entity> {
    for (let tries = 1; ; tries += 1) {
      const [row] = await this.session.query(this.#statements.one, this.#values(record), 'write');
      if (row === undefined) return record;
      const stored = await this.#judge(record, row);
      if (stored !== undefined) return stored;
      if (tries === MAX_TRIES) throw this.#contended(record);
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

  /** The rows that stood in the way; `undefined` when a rival got in between, so that the statement is to be sent again. */
  async #insertAll(records: readonly Entity[], tries: number): Promise<readonly Row[] | undefined> {
    const { parent } = this.options;
    const parents = parent && [...new Set(records.map((record) => record[parent.property]))];
    try {
      return await this.session.query(this.#statements.all, [...this.#columnsOf(records), parents], 'write');
    } catch (error) {
      if (!DataAdapterError.is(error) || error.code !== 'ALREADY_EXISTS') throw error;
      // The transaction of a unit is lost with its first error; there is nothing to send again.
      if (tries === MAX_TRIES || !this.session.shared) throw this.#contended(records[0]!);
      return undefined;
    }
  }

  /** What is stored under the record's id when it is the same; `undefined` when the statement saw no reason to refuse. */
  async #judge(record: Entity, row: Row): Promise<Entity | undefined> {
    const [, hasParent, storedId] = row;
    if (storedId !== null) return this.#same(record, row, 2);
    if (hasParent !== true) throw this.#parentMissing(record);
    const refusal = await this.options.otherRefusal?.(this.session, record);
    if (refusal !== undefined) throw refusal;
    return undefined;
  }

  #same(record: Entity, row: Row, offset: number, place?: string): Entity {
    const stored = this.table.read(row, offset);
    const same = this.options.movesOn
      ? hashOf(record).equals(row[offset + this.table.columns.length] as Buffer)
      : creationContent(record) === creationContent(stored);
    if (!same) throw this.#alreadyExists(record, place);
    return stored;
  }

  /** Sorted by id: two batches that share ids then wait for each other in one order and never in a circle. */
  #distinct(records: readonly Entity[], placeOf: (record: Entity) => string): Entity[] {
    const byId = new Map<string, Entity>();
    for (const record of records) {
      const earlier = byId.get(this.#idOf(record));
      if (earlier === undefined) byId.set(this.#idOf(record), record);
      else if (creationContent(earlier) !== creationContent(record)) {
        throw this.#alreadyExists(record, placeOf(record));
      }
    }
    return [...byId.values()].sort((a, b) => (this.#idOf(a) < this.#idOf(b) ? -1 : 1));
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

  #alreadyExists(record: Entity, place?: string): DataAdapterError {
    const { entity } = this.table;
    const id = this.#idOf(record);
    const message = `${place === undefined ? '' : `${place}: `}${entity} ${id} is stored with other content; give the new ${entity} an id of its own`;
    return new DataAdapterError('ALREADY_EXISTS', message, {
      entity,
      id,
      ...(place !== undefined && {
        problems: [{ path: place, problem: 'is the id of a record with other content' }],
      }),
    });
  }

  #parentMissing(record: Entity, place?: string): DataAdapterError {
    const { entity } = this.table;
    const { property, entity: parent } = this.options.parent!;
    const id = this.#idOf(record);
    const path = place === undefined ? property : `${place}.${property}`;
    const message = `${entity} ${id}: ${path} names a ${parent} that is not stored; create the ${parent} first`;
    return new DataAdapterError('REFERENCE_VIOLATION', message, {
      entity,
      id,
      details: { parent, parentId: record[property] },
      problems: [{ path, problem: `names no ${parent}` }],
    });
  }

  #contended(record: Entity): DataAdapterError {
    const { entity } = this.table;
    const id = this.#idOf(record);
    const message = `${entity} ${id} was created and deleted by others at the same time; try again`;
    return new DataAdapterError('VERSION_CONFLICT', message, { entity, id });
  }
}

function hashOf(record: object): Buffer {
  return createHash('sha256').update(creationContent(record)).digest();
}
