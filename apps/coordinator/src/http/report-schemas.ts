import {
  ASSERTION_TYPES,
  EVENT_STATUSES,
  EVENT_TYPES,
  RESULT_STATUSES,
  RUN_STATUSES,
  SCENARIO_TYPES,
  type SchemaFragment,
} from '@test-coordinator/domain';
import { REPORT_FORMATS } from '@test-coordinator/ingest';

import { COUNT, listOf, named, objectOf, orNull, TIME, type NamedSchema } from './record-schemas.js';

const TEXT: SchemaFragment = { type: 'string' };

function word(words: readonly string[]): SchemaFragment {
  return { type: 'string', enum: words };
}

const ENTRY = objectOf(
  {
    file: TEXT,
    format: word([...REPORT_FORMATS, 'unknown', 'native']),
    outcome: word(['recorded', 'duplicate', 'refused']),
    scenario: orNull(objectOf({ scenarioId: TEXT, name: TEXT, scenarioType: word(SCENARIO_TYPES) })),
    run: orNull(
      objectOf({
        runId: TEXT,
        status: word(RUN_STATUSES),
        startedAt: orNull(TIME),
        completedAt: orNull(TIME),
        durationMs: orNull(COUNT),
      }),
    ),
    results: objectOf({
      passed: COUNT,
      failed: COUNT,
      skipped: COUNT,
      error: COUNT,
      flaky: COUNT,
      total: COUNT,
    }),
    passRate: objectOf({
      rate: orNull({ type: 'number', minimum: 0, maximum: 1 }),
      passed: COUNT,
      failed: COUNT,
      excluded: objectOf({ skipped: COUNT, error: COUNT }),
    }),
    events: listOf(
      objectOf({
        eventType: word(EVENT_TYPES),
        targetService: TEXT,
        status: word(EVENT_STATUSES),
        injectedAt: TIME,
        durationMs: orNull(COUNT),
        recoveryTimeMs: orNull(COUNT),
      }),
    ),
    warnings: listOf(TEXT),
    error: objectOf({ code: TEXT, message: TEXT }),
    unverified: { type: 'boolean' },
    reason: orNull(TEXT),
    testEnvironment: orNull(TEXT),
    failures: listOf(
      objectOf({
        name: orNull(TEXT),
        assertionType: word(ASSERTION_TYPES),
        status: word(RESULT_STATUSES),
        expectedValue: TEXT,
        actualValue: TEXT,
        errorDetails: orNull(TEXT),
        where: orNull(TEXT),
      }),
    ),
    failureCount: COUNT,
  },
  ['error'],
);

/** What an import answers with, and what the report of a recorded run is. */
export const REPORT: NamedSchema = named('Report', objectOf({ reports: listOf(ENTRY) }));
