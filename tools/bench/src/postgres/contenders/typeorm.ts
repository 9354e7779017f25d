import { DataSource, EntitySchema } from 'typeorm';

import type { PostgresContender } from '../contender.js';
import { PAGE, POOL_SIZE, rowOf, SCHEMA, type ResultRow } from '../result-row.js';

interface RunRow {
  run_id: string;
  scenario_id: string;
  status: string;
  test_environment: string | null;
  updated_at: Date;
  version: number;
}

const resultSchema = new EntitySchema<ResultRow>({
  name: 'test_results',
  columns: {
    result_id: { type: 'uuid', primary: true },
    run_id: { type: 'uuid' },
    name: { type: 'text', nullable: true },
    assertion_type: { type: 'text' },
    expected_value: { type: 'text' },
    actual_value: { type: 'text' },
    status: { type: 'text' },
    verification_time: { type: 'timestamptz' },
    error_details: { type: 'text', nullable: true },
    correlation_id: { type: 'text', nullable: true },
    attempt: { type: 'smallint' },
    flaky: { type: 'boolean' },
    metadata: { type: 'jsonb', nullable: true },
    created_at: { type: 'timestamptz' },
  },
});
const runSchema = new EntitySchema<RunRow>({
  name: 'test_runs',
  columns: {
    run_id: { type: 'uuid', primary: true },
    scenario_id: { type: 'text' },
    status: { type: 'text' },
    test_environment: { type: 'text', nullable: true },
    updated_at: { type: 'timestamptz' },
    version: { type: 'integer' },
  },
});

/** find, insert and update of its repositories; `update` has no answer, so the run is read after it. */
export async function typeOrm(url: string): Promise<PostgresContender> {
  const source = new DataSource({
    type: 'postgres',
    url,
    schema: SCHEMA,
    entities: [resultSchema, runSchema],
    poolSize: POOL_SIZE,
    installExtensions: false,
  });
  await source.initialize();
  const results = source.getRepository(resultSchema);
  const runs = source.getRepository(runSchema);
  return {
    getById: (id) => results.findOneBy({ result_id: id }),
    listByRun: (runId) => results.find({ where: { run_id: runId }, order: { result_id: 'ASC' }, take: PAGE }),
    create: (result) => results.insert(rowOf(result)),
    bulkCreate: (batch) => results.insert(batch.map(rowOf)),
    update: async (runId, version, environment) => {
      const changes = { test_environment: environment, updated_at: new Date(), version: version + 1 };
      await runs.update({ run_id: runId, version }, changes);
      return runs.findOneBy({ run_id: runId });
    },
  };
}
