import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';

import type { PostgresContender } from '../contender.js';
import { PAGE, POOL_SIZE, RESULT_COLUMNS, rowOf, SCHEMA, type ResultRow } from '../result-row.js';

interface Database {
  test_results: ResultRow;
  test_runs: { run_id: string; test_environment: string | null; updated_at: Date; version: number };
}

export function kysely(url: string): PostgresContender {
  const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE });
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) }).withSchema(SCHEMA);
  const select = db.selectFrom('test_results').select(RESULT_COLUMNS);
  return {
    getById: (id) => select.where('result_id', '=', id).executeTakeFirst(),
    listByRun: (runId) => select.where('run_id', '=', runId).orderBy('result_id').limit(PAGE).execute(),
    create: (result) => db.insertInto('test_results').values(rowOf(result)).execute(),
    bulkCreate: (results) => db.insertInto('test_results').values(results.map(rowOf)).execute(),
    update: (runId, version, environment) =>
      db
        .updateTable('test_runs')
        .set({ test_environment: environment, updated_at: new Date(), version: sql<number>`version + 1` })
        .where('run_id', '=', runId)
        .where('version', '=', version)
        .returningAll()
        .executeTakeFirst(),
  };
}
