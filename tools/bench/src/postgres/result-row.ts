import type { NewTestResult } from '@test-coordinator/domain';

import { ids } from '../records.js';

export const SCHEMA = 'test_coordination';
/** Connections of each contender. */
export const POOL_SIZE = 10;
/** What is listed at once. */
export const PAGE = 100;

/** A row of `test_results`, its columns in their order. */
export interface ResultRow {
  result_id: string;
  run_id: string;
  name: string | null;
  assertion_type: string;
  expected_value: string;
  actual_value: string;
  status: string;
  verification_time: Date;
  error_details: string | null;
  correlation_id: string | null;
  attempt: number;
  flaky: boolean;
  metadata: object | null;
  created_at: Date;
}

/** The SQL types of the columns, in their order. */
export const RESULT_TYPES: Readonly<Record<keyof ResultRow, string>> = {
  result_id: 'uuid',
  run_id: 'uuid',
  name: 'text',
  assertion_type: 'text',
  expected_value: 'text',
  actual_value: 'text',
  status: 'text',
  verification_time: 'timestamptz',
  error_details: 'text',
  correlation_id: 'text',
  attempt: 'smallint',
  flaky: 'boolean',
  metadata: 'jsonb',
  created_at: 'timestamptz',
};
export const RESULT_COLUMNS = Object.keys(RESULT_TYPES) as readonly (keyof ResultRow)[];

/** What a program without a data layer stores: an id and a time are added, and nothing is checked. */
export function rowOf(input: NewTestResult): ResultRow {
  return {
    result_id: ids.next(),
    run_id: input.runId,
    name: input.name ?? null,
    assertion_type: input.assertionType,
    expected_value: input.expectedValue,
    actual_value: input.actualValue,
    status: input.status,
    verification_time: input.verificationTime ?? new Date(),
    error_details: input.errorDetails ?? null,
    correlation_id: input.correlationId ?? null,
    attempt: input.attempt ?? 1,
    flaky: input.flaky ?? false,
    metadata: input.metadata ?? null,
    created_at: new Date(),
  };
}

/** One text for one content, however a client names the columns and says that there is nothing. */
export function canonical(record: unknown): string {
  if (Array.isArray(record)) return `[${record.map(canonical).join()}]`;
  const fields = Object.entries(record as object)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value as unknown,
    ])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  return JSON.stringify(fields);
}
