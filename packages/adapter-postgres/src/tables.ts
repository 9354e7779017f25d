import type { ChaosEvent, Scenario, TestResult, TestRun } from '@test-coordinator/domain';

import { scenarioSchema } from './entities/scenario-schema.js';
import { testRunSchema } from './entities/test-run-schema.js';
import { columnsOf, recordTable, type Column, type RecordTable } from './record-table.js';

/** The four tables of one database schema. */
export interface Tables {
  readonly scenarios: RecordTable<Scenario>;
  readonly runs: RecordTable<TestRun>;
  readonly events: RecordTable<ChaosEvent>;
  readonly results: RecordTable<TestResult>;
}

const EVENT_COLUMNS: readonly Column[] = [
  { property: 'eventId', name: 'event_id', type: 'uuid' },
  { property: 'runId', name: 'run_id', type: 'uuid' },
  { property: 'eventType', name: 'event_type', type: 'text' },
  { property: 'targetService', name: 'target_service', type: 'text' },
  { property: 'parameters', name: 'parameters', type: 'jsonb' },
  { property: 'injectedAt', name: 'injected_at', type: 'timestamptz' },
  { property: 'durationMs', name: 'duration_ms', type: 'bigint' },
  { property: 'status', name: 'status', type: 'text' },
  { property: 'recoveredAt', name: 'recovered_at', type: 'timestamptz' },
  { property: 'recoveryTimeMs', name: 'recovery_time_ms', type: 'bigint' },
  { property: 'createdAt', name: 'created_at', type: 'timestamptz' },
  { property: 'version', name: 'version', type: 'integer' },
];

const RESULT_COLUMNS: readonly Column[] = [
  { property: 'resultId', name: 'result_id', type: 'uuid' },
  { property: 'runId', name: 'run_id', type: 'uuid' },
  { property: 'name', name: 'name', type: 'text' },
  { property: 'assertionType', name: 'assertion_type', type: 'text' },
  { property: 'expectedValue', name: 'expected_value', type: 'text' },
  { property: 'actualValue', name: 'actual_value', type: 'text' },
  { property: 'status', name: 'status', type: 'text' },
  { property: 'verificationTime', name: 'verification_time', type: 'timestamptz' },
  { property: 'errorDetails', name: 'error_details', type: 'text' },
  { property: 'correlationId', name: 'correlation_id', type: 'text' },
  { property: 'attempt', name: 'attempt', type: 'smallint' },
  { property: 'flaky', name: 'flaky', type: 'boolean' },
  { property: 'metadata', name: 'metadata', type: 'jsonb' },
  { property: 'createdAt', name: 'created_at', type: 'timestamptz' },
];

export function tablesIn(schema: string): Tables {
  return {
    scenarios: recordTable('scenario', schema, 'scenarios', columnsOf(scenarioSchema)),
    runs: recordTable('run', schema, 'test_runs', columnsOf(testRunSchema)),
    events: recordTable('event', schema, 'chaos_events', EVENT_COLUMNS),
    results: recordTable('result', schema, 'test_results', RESULT_COLUMNS),
  };
}
