import { Coalescer } from '@test-coordinator/ports';

import { arrayParameter, type RecordTable } from './record-table.js';
import type { Session } from './session.js';

/** Reads records by id: alone for a lone caller, many in one statement under load. */
export class RecordLookup<Entity> {
  readonly #coalescer: Coalescer<string, Entity | null>;

  constructor(session: Session, table: RecordTable<Entity>) {
    const { name: id, type } = table.id;
    const select = `SELECT ${table.list()} FROM ${table.name} WHERE ${id}`;
    const one = { name: `${table.entity}-by-id`, text: `${select} = $1` };
    const many = { name: `${table.entity}-by-ids`, text: `${select} = ANY (${arrayParameter(1, type)})` };
    this.#coalescer = new Coalescer({
      one: async (recordId) => {
        const [row] = await session.query(one, [recordId], 'read');
        return row === undefined ? null : table.read(row);
      },
      many: async (recordIds) => {
        const rows = await session.query(many, [recordIds], 'read');
        const records = new Map(rows.map((row) => [row[0] as string, table.read(row)]));
        return recordIds.map((recordId) => records.get(recordId) ?? null);
      },
    });
  }

  find(recordId: string): Promise<Entity | null> {
    return this.#coalescer.call(recordId);
  }
}
