import { arrayParameter, type Column, type TableShape } from './record-table.js';
import type { Statement } from './statement-exchange.js';

/** The table whose rows a new record refers to. */
export interface ParentTable {
  readonly name: string;
  /** The column of both tables. */
  readonly column: string;
}

/**
 * The texts that store records. A parent is looked up once a statement and locked against a delete (FOR KEY SHARE), as
 * a foreign key would for every row. Why a record was not stored is asked apart: in the same statement it would cost the
 * server half as much again for every record.
 */
export interface InsertStatements {
  /** One record; a row when it was stored. */
  readonly one: Statement;
  /** Each record for itself; the ids of those that were stored. Absent without a parent. */
  readonly each: Statement | undefined;
  /** For the id and the parent's: whether the parent is there, then what is stored under the id. */
  readonly why: Statement;
}

/** The column of the hash of what was given at creation, of records that move on. */
export const CREATION_HASH: Column = { property: 'creationHash', name: 'creation_hash', type: 'bytea' };

export function insertStatements(
  table: TableShape,
  columns: readonly Column[],
  parent: ParentTable | undefined,
): InsertStatements {
  const { entity, name, id } = table;
  const given = columns.map(({ type }, index) => `$${index + 1}::${type}`).join(', ');
  const [source, hasParent] =
    parent === undefined
      ? [`VALUES (${given})`, 'true']
      : [
          `SELECT ${given} FROM ${parent.name} WHERE ${parent.column} = $${placeOf(parent, columns)} FOR KEY SHARE`,
          `EXISTS (SELECT FROM ${parent.name} WHERE ${parent.column} = $2)`,
        ];
  return {
    one: {
      name: `${entity}-create`,
      text: `INSERT INTO ${name} (${listed(columns)}) ${source} ON CONFLICT DO NOTHING RETURNING 1`,
    },
    why: {
      name: `${entity}-create-why`,
      text: `SELECT ${hasParent}, ${listed(columns, 'e.')} FROM (SELECT) AS input LEFT JOIN ${name} e ON e.${id.name} = $1`,
    },
    each: parent && { name: `${entity}-create-each`, text: insertEach(table, columns, parent) },
  };
}

function insertEach({ name, id }: TableShape, columns: readonly Column[], parent: ParentTable): string {
  const { column } = parent;
  const arrays = columns.map(({ type }, index) => arrayParameter(index + 1, type));
  const parentIds = arrays[placeOf(parent, columns) - 1]!;
  return `INSERT INTO ${name} (${listed(columns)})
SELECT ${listed(columns, 'input.')} FROM unnest(${arrays.join(', ')}) AS input (${listed(columns)})
JOIN (SELECT ${column} FROM ${parent.name} WHERE ${column} = ANY (${parentIds}) FOR KEY SHARE) p USING (${column})
ON CONFLICT DO NOTHING RETURNING ${id.name}`;
}

function listed(columns: readonly Column[], prefix = ''): string {
  return columns.map(({ name }) => `${prefix}${name}`).join(', ');
}

/** The number of the parameter that names the parent. */
function placeOf({ column }: ParentTable, columns: readonly Column[]): number {
  return columns.findIndex(({ name }) => name === column) + 1;
}
