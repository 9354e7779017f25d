import pg from 'pg';

import type { RecordKind } from './history.js';

/** One row, as far as the check needs it. */
export interface StoredRecord {
  readonly kind: RecordKind;
  readonly id: string;
  /** Absent for a run. */
  readonly runId?: string;
  readonly mark: string;
  readonly status: string;
  /** 1 for a result, which never changes. */
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

const PAGE = 20_000;
const EARLIEST_ID = '00000000-0000-0000-0000-000000000000';
const SCHEMA = 'test_coordination';

/** For each kind: where it is, its id, and its columns in the order of a row below. */
const TABLES: Readonly<
  Record<RecordKind, { readonly table: string; readonly id: string; readonly columns: string }>
> = {
  run: {
    table: 'test_runs',
    id: 'run_id',
    columns: "NULL, configuration_snapshot->>'mark', status, version",
  },
  event: {
    table: 'chaos_events',
    id: 'event_id',
    columns: "run_id, parameters->>'mark', status, version",
  },
  result: {
    table: 'test_results',
    id: 'result_id',
    columns: 'run_id, correlation_id, status, 1',
  },
};

type Row = [string, string | null, string | null, string, number, number];

/** The truth, read from the tables themselves and page by page; the product is not asked. */
export async function readStored(url: string): Promise<readonly StoredRecord[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const records: StoredRecord[] = [];
    for (const kind of Object.keys(TABLES) as RecordKind[]) await readTable(client, kind, records);
    return records;
  } finally {
    await client.end();
  }
}

/** Takes all records away, so that what is stored after this was asked for after this, or is one too many. */
export async function removeStored(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const tables = Object.values(TABLES).map(({ table }) => `${SCHEMA}.${table}`);
    await client.query(`TRUNCATE ${tables.join(', ')}`);
  } finally {
    await client.end();
  }
}

async function readTable(client: pg.Client, kind: RecordKind, records: StoredRecord[]): Promise<void> {
  const { table, id, columns } = TABLES[kind];
  const text = `
    SELECT ${id}, ${columns}, (extract(epoch FROM created_at) * 1000)::float8 FROM ${SCHEMA}.${table}
    WHERE ${id} > $1 ORDER BY ${id} LIMIT ${PAGE}`;
  for (let after = EARLIEST_ID; ;) {
    const { rows } = await client.query<Row>({ text, values: [after], rowMode: 'array' });
    for (const [recordId, runId, mark, status, version, createdAt] of rows) {
      const place = runId === null ? {} : { runId };
      records.push({ kind, id: recordId, ...place, mark: mark ?? '', status, version, createdAt });
    }
    if (rows.length < PAGE) return;
    after = rows.at(-1)![0];
  }
}
