import postgres from 'postgres';

import type { PostgresContender } from '../contender.js';
import { PAGE, POOL_SIZE, RESULT_COLUMNS, rowOf, SCHEMA } from '../result-row.js';

/** postgres.js prepares every statement by itself. */
export function postgresJs(url: string): PostgresContender {
  const sql = postgres(url, { max: POOL_SIZE });
  const results = sql(`${SCHEMA}.test_results`);
  const runs = sql(`${SCHEMA}.test_runs`);
  const columns = sql(RESULT_COLUMNS);
  return {
    getById: async (id) => (await sql`SELECT ${columns} FROM ${results} WHERE result_id = ${id}`)[0],
    listByRun: (runId) =>
      sql`SELECT ${columns} FROM ${results} WHERE run_id = ${runId} ORDER BY result_id LIMIT ${PAGE}`,
    create: (result) => sql`INSERT INTO ${results} ${sql(rowOf(result), RESULT_COLUMNS)}`,
    bulkCreate: (batch) => sql`INSERT INTO ${results} ${sql(batch.map(rowOf), RESULT_COLUMNS)}`,
    update: async (runId, version, environment) =>
      (
        await sql`UPDATE ${runs} SET test_environment = ${environment}, updated_at = ${new Date()}, version = version + 1
WHERE run_id = ${runId} AND version = ${version} RETURNING *`
      )[0],
  };
}
