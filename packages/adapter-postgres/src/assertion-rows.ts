import {
  ASSERTION_PLACE,
  type AssertionIdentity,
  type AssertionPlace,
  type AssertionType,
} from '@test-coordinator/domain';

import type { Row } from './statement-exchange.js';

/** What an assertion is told apart by, but for its occurrence; none is NULL. The hash decides nearly every comparison of a sort. */
export const ASSERTION_KEY = 'hash, assertion_type, name, phase, suite, class_name';

/** What there is of these columns of `t`, a table of results; an absent one reads as what no result has: no text, and null. */
const KEY_PARTS = `t.assertion_type, coalesce(t.name, '') COLLATE "C" AS name,
      coalesce(t.metadata->'phase', 'null') AS phase, coalesce(t.metadata->'suite', 'null') AS suite,
      coalesce(t.metadata->'className', 'null') AS class_name`;

/** An assertion's columns, for a SELECT of results `t`, as `assertionOf` reads them. */
export const ASSERTION_COLUMNS = `t.assertion_type, t.name, t.metadata->'phase', t.metadata->'suite', t.metadata->'className'`;

/**
 * The assertions of some runs, as `checkedAssertions` of the domain finds them: one row each, that of the result that
 * decided. `source` is a FROM clause with the results as `t`.
 *
 * OFFSET 0 keeps the planner from looking a member up in the metadata once for each time that it is used.
 */
export function assertionRows(source: string): string {
  const place = `PARTITION BY run_id, ${ASSERTION_KEY} ORDER BY result_id`;
  return `SELECT run_id, ${ASSERTION_KEY}, row_number() OVER place AS occurrence, result_id, status,
    status = 'passed' AND (flaky OR was_retried) AS is_flaky, duration
  FROM (SELECT *,
      coalesce(attempt = lag(attempt) OVER place + 1 AND NOT is_numbered
        AND lag(status) OVER place IN ('failed', 'error'), false) AS was_retried,
      coalesce(lead(attempt) OVER place = attempt + 1 AND NOT lead(is_numbered) OVER place
        AND status IN ('failed', 'error'), false) AS is_retried
    FROM (SELECT *, hash_record_extended(ROW(assertion_type, name, phase, suite, class_name), 0) AS hash
      FROM (SELECT t.run_id, t.result_id, ${KEY_PARTS}, t.status, t.attempt, t.flaky,
          coalesce(t.metadata ? 'occurrence', false) AS is_numbered, t.metadata->'durationMs' AS duration
        FROM ${source} OFFSET 0) parts) results
    WINDOW place AS (${place})) attempts
  WHERE NOT is_retried WINDOW place AS (${place})`;
}

/** The identity in the columns that start at `offset`, in the order of ASSERTION_COLUMNS, with its occurrence. */
export function assertionOf(row: Row, offset: number, occurrence: number): AssertionIdentity {
  const [assertionType, name, ...parts] = row.slice(offset, offset + 2 + ASSERTION_PLACE.length);
  const place = ASSERTION_PLACE.map((member, index) => [member, parts[index]] as const);
  return {
    assertionType: assertionType as AssertionType,
    ...(name !== null && { name: name as string }),
    place: Object.fromEntries(place.filter(([, value]) => value !== null)) as AssertionPlace,
    occurrence,
  };
}
