import type { EntitySchema } from 'typeorm';

import { arrayLiteral, elementWriter } from './parameters.js';
import type { Row } from './statement-exchange.js';

/** One column, and the property of the record that it holds. */
export interface Column {
  readonly property: string;
  readonly name: string;
  /** The SQL type, as a parameter is cast to: `text[]`. */
  readonly type: string;
}

/** Where the records of one kind are stored. */
export interface TableShape {
  /** The kind in errors: `run`. */
  readonly entity: string;
  /** Schema and table, quoted. */
  readonly name: string;
  readonly id: Column;
  /** The first is the id. */
  readonly columns: readonly Column[];
  /** All columns, for a SELECT; with an alias in front of each when one is given. */
  list(alias?: string): string;
}

/** A table, and how rows become records and records rows. */
export interface RecordTable<Entity> extends TableShape {
  /** The record in the columns that start at `offset`; absent for NULL. */
  read(row: Row, offset?: number): Entity;
  /** What is stored of a record, in the order of the columns. */
  values(record: Entity): unknown[];
  /** The same of many records: an array literal for each column. */
  arrays(records: readonly Entity[]): string[];
}

type Fields = Readonly<Record<string, unknown>>;

export function recordTable<Entity extends object>(
  entity: string,
  schema: string,
  table: string,
  columns: readonly Column[],
): RecordTable<Entity> {
  const properties = columns.map(({ property }) => property);
  const isJson = columns.map(({ type }) => type === 'jsonb');
  const writers = columns.map(({ type }) => elementWriter(type));
  return {
    entity,
    name: `"${schema}".${table}`,
    id: columns[0]!,
    columns,
    list: (alias) => columns.map(({ name }) => (alias === undefined ? name : `${alias}.${name}`)).join(', '),
    read(row, offset = 0) {
      const record: Record<string, unknown> = {};
      for (let index = 0; index < properties.length; index += 1) {
        const value = row[offset + index];
        if (value !== null) record[properties[index]!] = value;
      }
      return Object.freeze(record) as Entity;
    },
    values(record) {
      const fields = record as Fields;
      return properties.map((property, index) => storable(fields[property], isJson[index]!));
    },
    arrays(records) {
      return properties.map((property, index) => {
        const write = writers[index]!;
        return arrayLiteral(records as readonly Fields[], ({ [property]: value }) =>
          value === undefined ? 'NULL' : write(value),
        );
      });
    },
  };
}

/** The columns that an entity reads: those that are not held back with `select: false`. */
export function columnsOf(schema: EntitySchema): readonly Column[] {
  const columns: Column[] = [];
  for (const [property, column] of Object.entries(schema.options.columns)) {
    if (column?.select === false || column === undefined) continue;
    columns.push({
      property,
      name: column.name ?? property,
      type: `${String(column.type)}${column.array === true ? '[]' : ''}`,
    });
  }
  return columns;
}

/** pg writes a Date in the machine's time zone and an array for jsonb as an SQL array; both are given as text instead. */
export function storable(value: unknown, isJson: boolean): unknown {
  if (value === undefined || value === null) return null;
  if (isJson) return JSON.stringify(value);
  return value instanceof Date ? value.toISOString() : value;
}

/**
 * The array `$index` of a statement with a name. Inside the sub-select the planner does not see how long it is and thinks
 * of ten elements every time; otherwise it makes a plan of its own for each shorter array, for up to 0.4 ms.
 */
export function arrayParameter(index: number, type: string): string {
  return `(SELECT $${index}::${type}[])::${type}[]`;
}
