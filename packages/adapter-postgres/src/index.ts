export type { PostgresSettings } from './postgres-settings.js';
export {
  PostgresAdapter,
  createPostgresAdapter,
  type PostgresDependencies,
  type PostgresPorts,
} from './postgres-adapter.js';
export { postgresModule } from './postgres-module.js';
export {
  migrate,
  planMigrations,
  type MigrateOptions,
  type MigrationPlan,
  type MigrationReport,
} from './migrate.js';
export type { ConnectionCounts } from './session.js';
export { GuardedPool, type GuardedPoolOptions } from './guarded-pool.js';
export { HostRoute } from './host-route.js';
export { CODE_OF_SQLSTATE, codeOfSqlState } from './sqlstate-codes.js';
export { scenarioSchema, type StoredScenario } from './entities/scenario-schema.js';
export { testRunSchema, type StoredTestRun } from './entities/test-run-schema.js';
export {
  PostgresRetention,
  type RetentionOptions,
  type RetentionPolicy,
  type RetentionReport,
} from './retention.js';
