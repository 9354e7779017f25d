import { ASSERTION_TYPES, RESULT_STATUSES, type SchemaFragment } from '@test-coordinator/domain';

import { COUNT, listOf, named, objectOf, orNull, type NamedSchema } from './record-schemas.js';

/** The shapes of the figures over many records, as JSON Schema: those of the domain's statistics. */

const RATE: SchemaFragment = {
  ...orNull({ type: 'number', minimum: 0, maximum: 1 }),
  description: 'passed / (passed + failed); null when nothing was decided',
};
const MILLISECONDS: SchemaFragment = orNull({ type: 'number', minimum: 0 });

function countsOf(words: readonly string[]): SchemaFragment {
  return objectOf(Object.fromEntries(words.map((word) => [word, COUNT])));
}

function passRate($id: string, excluded: readonly string[]): NamedSchema {
  return named($id, objectOf({ rate: RATE, passed: COUNT, failed: COUNT, excluded: countsOf(excluded) }));
}

export const RUN_PASS_RATE = passRate('RunPassRate', [
  'pending',
  'running',
  'error',
  'cancelled',
  'timeout',
  'unverified',
]);
export const RESULT_PASS_RATE = passRate('ResultPassRate', ['skipped', 'error']);

const DURATIONS = {
  mean: MILLISECONDS,
  count: { ...COUNT, description: 'How many the figures are made of' },
  p50: MILLISECONDS,
  p95: MILLISECONDS,
  p99: MILLISECONDS,
  max: MILLISECONDS,
};
export const DURATION_STATISTICS = named('DurationStatistics', objectOf(DURATIONS));
export const RECOVERY_STATISTICS = named(
  'RecoveryStatistics',
  objectOf({
    ...DURATIONS,
    unmeasured: { ...COUNT, description: 'Recovered, but nothing told how long it took' },
    neverRecovered: { ...COUNT, description: 'The fault is in place' },
    failed: { ...COUNT, description: 'The fault did not take, or the recovery was given up' },
    pending: { ...COUNT, description: 'Not injected yet' },
  }),
);

export const RESULT_COUNTS = named('ResultCounts', countsOf(RESULT_STATUSES));

export const ASSERTION_STATISTICS = named(
  'AssertionStatistics',
  objectOf({
    items: listOf(
      objectOf({
        assertionType: { type: 'string', enum: ASSERTION_TYPES },
        total: COUNT,
        passed: COUNT,
        failed: COUNT,
        skipped: COUNT,
        error: COUNT,
        flaky: { ...COUNT, description: 'Passed only after another attempt' },
        rate: RATE,
      }),
    ),
  }),
);

export const FIGURE_SCHEMAS: readonly NamedSchema[] = [
  RUN_PASS_RATE,
  RESULT_PASS_RATE,
  DURATION_STATISTICS,
  RECOVERY_STATISTICS,
  RESULT_COUNTS,
  ASSERTION_STATISTICS,
];
