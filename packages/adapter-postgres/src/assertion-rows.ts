import {
  ASSERTION_PLACE,
  type AssertionIdentity,
  type AssertionPlace,
  type AssertionType,
} from '@test-coordinator/domain';

import type { Row } from './statement-exchange.js';

/**
 * What an assertion is told apart by, but for its occurrence. None is NULL: what is absent reads as what no result has, an
 * empty name and a null. Of type, phase, suite and class there are 64 bits: equal for equal ones, and for two others of one name
 * with a chance of one in 2^64. To sort by them all took half as much processor time again.
 */
export const ASSERTION_KEY = 'place_hash, name';

const PLACE = ASSERTION_PLACE.map((member) => `coalesce(t.metadata->'${member}', 'null')`).join(', ');
/** Of the text: PostgreSQL's hash of jsonb is the same for `[]` and `{}`, and for a value and the list of it alone. */
const PLACE_HASH = `hashtextextended(concat_ws(' ', t.assertion_type, ${PLACE}), 0)`;
const NAME = `coalesce(t.name, '') COLLATE "C"`;
/** The values of ASSERTION_KEY, of results `t`. */
export const KEY_VALUES = `${PLACE_HASH}, ${NAME}`;
/** The same as columns. */
export const KEY_COLUMNS = `${PLACE_HASH} AS place_hash, ${NAME} AS name`;

/**
 * The attempt, whether another one may follow, and whether it is an occurrence by its importer, which a first attempt need not
 * say: in one number, so that each neighbour is looked at by one window function.
 */
const ATTEMPT = `4 * t.attempt + CASE WHEN t.status IN ('failed', 'error') THEN 2 ELSE 0 END
      + CASE WHEN t.attempt > 1 AND t.metadata ? 'occurrence' THEN 1 ELSE 0 END`;

/** Whether the result with the number `next` is another attempt at that with the number `before`. */
function isNextAttempt(next: string, before: string): string {
  return `coalesce(${next} & 1 = 0 AND ${before} & 2 = 2 AND ${next} / 4 = ${before} / 4 + 1, false)`;
}

/** An assertion's columns, for a SELECT of results `t`, as `assertionOf` reads them. */
export const ASSERTION_COLUMNS = `t.assertion_type, t.name, t.metadata->'phase', t.metadata->'suite', t.metadata->'className'`;

/**
 * The assertions of one run or of several, as `checkedAssertions` of the domain finds them: one row each, that of the
 * result that decided, with ASSERTION_KEY, `occurrence`, `result_id`, `status`, `is_flaky` and the columns asked for.
 * @param source A FROM clause with the results as `t`.
 * @param columns What is told besides: expressions with their names.
 * @param run Which of them tells the run, where there are several: each column more in the sort is felt.
 */
export function assertionRows(source: string, columns: string, run?: string): string {
  const equal = `PARTITION BY ${ASSERTION_KEY}${run === undefined ? '' : `, ${run}`} ORDER BY result_id`;
  return `SELECT *, row_number() OVER (${equal}) AS occurrence,
    status = 'passed' AND (flaky OR ${isNextAttempt('attempt', 'earlier')}) AS is_flaky
  FROM (SELECT *, lag(attempt) OVER equal AS earlier, lead(attempt) OVER equal AS later
    FROM (SELECT t.result_id, ${KEY_COLUMNS}, t.status, t.flaky, ${ATTEMPT} AS attempt, ${columns}
      FROM ${source}) results
    WINDOW equal AS (${equal})) attempts
  WHERE NOT ${isNextAttempt('later', 'attempt')}`;
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
