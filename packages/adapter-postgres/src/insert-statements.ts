import type { Column, TableShape } from './record-table.js';
import type { Statement } from './session.js';

/** The table whose rows a new record refers to. */
export interface ParentTable {
  readonly name: string;
  /** The column of both tables. */
  readonly column: string;
}

/**
 * The texts that store records. A parent is looked up once a statement and locked against a delete (FOR KEY SHARE), as
 * a foreign key would for every row.
 */
export interface InsertStatements {
  /** One record; no row when it was stored. Otherwise: whether its parent is there, then what is stored under its id. */
  readonly one: Statement;
  /** Each record for itself. A row for each that was not stored: its place from 1, and as `one`. */
  readonly each: Statement;
}

/** The column of the hash of what was given at creation, of records that move on. */
export const CREATION_HASH: Column = { property: 'creationHash', name: 'creation_hash', type: 'bytea' };

export function insertStatements(
  table: TableShape,
  columns: readonly Column[],
  parent: ParentTable | undefined,
): InsertStatements {
  const { name: id } = table.id;
  const names = columns.map(({ name }) => name).join(', ');
  const listed = (alias: string): string => columns.map(({ name }) => `${alias}.${name}`).join(', ');
  const scalars = columns.map(({ name, type }, index) => `$${index + 1}::${type} AS ${name}`).join(', ');
  const arrays = columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(', ');
  const parentIndex = columns.findIndex(({ name }) => name === parent?.column);

  const parentOf = (condition: string): string =>
    parent === undefined
      ? ''
      : `parent AS MATERIALIZED (SELECT p.${parent.column} FROM ${parent.name} p WHERE p.${parent.column} ${condition} FOR KEY SHARE), `;
  const joined = parent === undefined ? '' : ` JOIN parent USING (${parent.column})`;
  const hasParent =
    parent === undefined
      ? 'true'
      : `EXISTS (SELECT FROM parent WHERE parent.${parent.column} = input.${parent.column})`;
  return {
    one: {
      name: `${table.entity}-create`,
      text: `WITH input AS (SELECT ${scalars}), ${parentOf(`= $${parentIndex + 1}`)}
stored AS (INSERT INTO ${table.name} (${names}) SELECT ${listed('input')} FROM input${joined} ON CONFLICT DO NOTHING RETURNING ${id})
SELECT 1, ${hasParent}, ${listed('e')} FROM input LEFT JOIN ${table.name} e USING (${id}) WHERE NOT EXISTS (SELECT FROM stored)`,
    },
    each: {
      name: `${table.entity}-create-each`,
      text: `WITH input AS (SELECT * FROM unnest(${arrays}) WITH ORDINALITY AS t (${names}, place)), ${parentOf(`= ANY ($${parentIndex + 1})`)}
stored AS (INSERT INTO ${table.name} (${names}) SELECT ${listed('input')} FROM input${joined} ON CONFLICT DO NOTHING RETURNING ${id})
SELECT input.place::integer, ${hasParent}, ${listed('e')} FROM input LEFT JOIN ${table.name} e USING (${id})
WHERE input.${id} NOT IN (SELECT ${id} FROM stored)`,
    },
  };
}
