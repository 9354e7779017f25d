import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

import type { PostgresContender } from '../contender.js';
import {
  PAGE,
  POOL_SIZE,
  RESULT_COLUMNS,
  RESULT_TYPES,
  rowOf,
  SCHEMA,
  type ResultRow,
} from '../result-row.js';

const COLUMNS = RESULT_COLUMNS.join(', ');
const RESULTS = `${SCHEMA}.test_results`;
const RUNS = `${SCHEMA}.test_runs`;

/** What a careful programmer writes by hand: statements with names, so that they are planned once a connection. */
export function rawPg(url: string): PostgresContender {
  const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE });
  const one = async (name: string, text: string, values: unknown[]): Promise<unknown> =>
    (await pool.query<object>({ name, text, values })).rows[0];
  const parameters = RESULT_COLUMNS.map((_, index) => `$${index + 1}`).join(', ');
  return {
    getById: (id) => one('get', `SELECT ${COLUMNS} FROM ${RESULTS} WHERE result_id = $1`, [id]),
    listByRun: async (runId) => {
      const text = `SELECT ${COLUMNS} FROM ${RESULTS} WHERE run_id = $1 ORDER BY result_id LIMIT ${PAGE}`;
      return (await pool.query<ResultRow>({ name: 'list', text, values: [runId] })).rows;
    },
    create: (result) =>
      one('create', `INSERT INTO ${RESULTS} (${COLUMNS}) VALUES (${parameters})`, valuesOf(rowOf(result))),
    update: (runId, version, environment) =>
      one(
        'update',
        `UPDATE ${RUNS} SET test_environment = $3, updated_at = $4, version = version + 1
WHERE run_id = $1 AND version = $2 RETURNING *`,
        [runId, version, environment, new Date()],
      ),
    start: (runId) =>
      one(
        'start',
        `UPDATE ${RUNS} SET status = 'running', started_at = $2, updated_at = $2, version = version + 1
WHERE run_id = $1 AND status = 'pending' RETURNING *`,
        [runId, new Date()],
      ),
  };
}

/** Rows as the lines of COPY's text format: the fastest way into a table that pg offers. */
export function rawCopy(url: string): PostgresContender {
  const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE });
  return {
    bulkCreate: async (results) => {
      const client = await pool.connect();
      try {
        const lines = results.map((result) => `${valuesOf(rowOf(result)).map(copyText).join('\t')}\n`);
        const target = client.query(copyFrom(`COPY ${RESULTS} (${COLUMNS}) FROM STDIN`));
        await pipeline(Readable.from([lines.join('')]), target);
      } finally {
        client.release();
      }
    },
  };
}

function valuesOf(row: ResultRow): ResultRow[keyof ResultRow][] {
  return RESULT_COLUMNS.map((column) => row[column]);
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function copyText(value: ResultRow[keyof ResultRow]): string {
  if (value === null) return '\\N';
  if (value instanceof Date) return value.toISOString();
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character]!);
}

/** One statement with an array for each column. */
export function rawUnnest(url: string): PostgresContender {
  const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE });
  const arrays = Object.values(RESULT_TYPES).map((type, index) => `$${index + 1}::${type}[]`);
  const text = `INSERT INTO ${RESULTS} (${COLUMNS}) SELECT * FROM unnest(${arrays.join(', ')})`;
  return {
    bulkCreate: (results) => {
      const rows = results.map(rowOf);
      const values = RESULT_COLUMNS.map((column) => rows.map((row) => row[column]));
      return pool.query({ name: 'bulk', text, values });
    },
  };
}
