import { RUN_STATUSES, type TestRun } from '@test-coordinator/domain';
import { EntitySchema, type ValueTransformer } from 'typeorm';

import { oneOf } from './checks.js';
import type { StoredScenario } from './scenario-schema.js';

/** What the table holds besides the record itself. */
export interface StoredTestRun extends TestRun {
  readonly scenario?: StoredScenario;
  /** The highest fence that a state change of the run or of one of its events has carried. */
  readonly fence?: number;
  /** sha256 of what was given at creation. */
  readonly creationHash: Buffer;
}

/** bigint arrives as text; every value that is stored is a safe integer. */
const safeInteger: ValueTransformer = {
  from: (value: string | null) => (value === null ? null : Number(value)),
  to: (value: number | undefined) => value,
};

/** The run's table as TypeORM sees it. The order of the columns is the order in which rows are read. */
export const testRunSchema = new EntitySchema<StoredTestRun>({
  name: 'run',
  tableName: 'test_runs',
  columns: {
    runId: {
      name: 'run_id',
      type: 'uuid',
      primary: true,
      primaryKeyConstraintName: 'test_runs_pkey',
    },
    scenarioId: { name: 'scenario_id', type: 'text', collation: 'C' },
    status: { type: 'text' },
    startedAt: { name: 'started_at', type: 'timestamptz', precision: 3, nullable: true },
    completedAt: { name: 'completed_at', type: 'timestamptz', precision: 3, nullable: true },
    durationMs: { name: 'duration_ms', type: 'bigint', nullable: true, transformer: safeInteger },
    configurationSnapshot: { name: 'configuration_snapshot', type: 'jsonb' },
    testEnvironment: { name: 'test_environment', type: 'text', nullable: true },
    exitCode: { name: 'exit_code', type: 'integer', nullable: true },
    errorMessage: { name: 'error_message', type: 'text', nullable: true },
    externalId: { name: 'external_id', type: 'text', nullable: true },
    pinned: { type: 'boolean' },
    unverified: { type: 'boolean' },
    createdAt: { name: 'created_at', type: 'timestamptz', precision: 3 },
    updatedAt: { name: 'updated_at', type: 'timestamptz', precision: 3 },
    version: { type: 'integer' },
    fence: { type: 'bigint', nullable: true, select: false, transformer: safeInteger },
    creationHash: { name: 'creation_hash', type: 'bytea', select: false },
  },
  relations: {
    scenario: {
      type: 'many-to-one',
      target: 'scenario',
      joinColumn: { name: 'scenario_id', foreignKeyConstraintName: 'test_runs_scenario_fkey' },
    },
  },
  checks: [
    oneOf('test_runs_status_check', 'status', RUN_STATUSES),
    { name: 'test_runs_duration_check', expression: 'duration_ms >= 0' },
    { name: 'test_runs_version_check', expression: 'version >= 1' },
  ],
  indices: [
    { name: 'test_runs_by_scenario', columns: ['scenarioId', 'runId'] },
    { name: 'test_runs_by_status', columns: ['status', 'runId'] },
    { name: 'test_runs_by_start', columns: ['startedAt', 'runId'], where: '(started_at IS NOT NULL)' },
    {
      name: 'test_runs_by_external_id',
      columns: ['externalId'],
      unique: true,
      where: '(external_id IS NOT NULL)',
    },
    { name: 'test_runs_by_age', columns: ['createdAt', 'runId'], where: '(NOT pinned)' },
  ],
});
