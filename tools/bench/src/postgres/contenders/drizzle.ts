import { and, asc, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { boolean, integer, jsonb, pgSchema, smallint, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import pg from 'pg';

import type { PostgresContender } from '../contender.js';
import { PAGE, POOL_SIZE, rowOf, SCHEMA } from '../result-row.js';

const schema = pgSchema(SCHEMA);
const results = schema.table('test_results', {
  result_id: uuid().primaryKey(),
  run_id: uuid().notNull(),
  name: text(),
  assertion_type: text().notNull(),
  expected_value: text().notNull(),
  actual_value: text().notNull(),
  status: text().notNull(),
  verification_time: timestamp({ withTimezone: true, precision: 3 }).notNull(),
  error_details: text(),
  correlation_id: text(),
  attempt: smallint().notNull(),
  flaky: boolean().notNull(),
  metadata: jsonb(),
  created_at: timestamp({ withTimezone: true, precision: 3 }).notNull(),
});
const runs = schema.table('test_runs', {
  run_id: uuid().primaryKey(),
  scenario_id: text().notNull(),
  status: text().notNull(),
  test_environment: text(),
  updated_at: timestamp({ withTimezone: true, precision: 3 }).notNull(),
  version: integer().notNull(),
});

export function drizzleOrm(url: string): PostgresContender {
  const db = drizzle(new pg.Pool({ connectionString: url, max: POOL_SIZE }));
  return {
    getById: async (id) => (await db.select().from(results).where(eq(results.result_id, id)))[0],
    listByRun: (runId) =>
      db.select().from(results).where(eq(results.run_id, runId)).orderBy(asc(results.result_id)).limit(PAGE),
    create: async (result) => await db.insert(results).values(rowOf(result)),
    bulkCreate: async (batch) => await db.insert(results).values(batch.map(rowOf)),
    update: async (runId, version, environment) =>
      (
        await db
          .update(runs)
          .set({ test_environment: environment, updated_at: new Date(), version: sql`version + 1` })
          .where(and(eq(runs.run_id, runId), eq(runs.version, version)))
          .returning()
      )[0],
  };
}
