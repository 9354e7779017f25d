import { FINAL_RUN_STATUSES, type AssertionHistory, type AssertionStreak } from '@test-coordinator/domain';
import {
  readAssertionHistoriesRequest,
  readPage,
  type AssertionHistories,
  type AssertionHistoriesRequest,
  type PageRequest,
} from '@test-coordinator/ports';

import { ASSERTION_COLUMNS, ASSERTION_KEY, assertionOf, assertionRows } from './assertion-rows.js';
import { cursorId } from './conditions.js';
import { pageOf } from './record-lists.js';
import type { RepositoryContext } from './repository-context.js';
import type { Row } from './statement-exchange.js';
import type { Tables } from './tables.js';

/** The answer of `testResults.getAssertionHistories`, by one statement. */
export async function assertionHistories(
  { session, tables }: RepositoryContext,
  request: AssertionHistoriesRequest,
  pageRequest: PageRequest | undefined,
): Promise<AssertionHistories> {
  const { scenarioId, runs, streak, minFlips } = readAssertionHistoriesRequest(request);
  const page = readPage(pageRequest, 'id');
  const rows = await session.query(
    { text: statementOn(tables) },
    [
      scenarioId,
      FINAL_RUN_STATUSES,
      runs,
      streak ?? null,
      minFlips,
      cursorId(page, 'uuid') ?? null,
      page.limit + 1,
    ],
    'read',
  );
  const listed = rows
    .filter(([, , lastResultId]) => lastResultId !== null)
    .map(historyOf)
    .sort((a, b) => (a.lastResultId > b.lastResultId ? -1 : 1));
  return {
    ...pageOf(listed, page.limit, ({ lastResultId }) => [lastResultId]),
    runs: rows[0]![0] as number,
  };
}

/**
 * One row for each assertion of the page, and one without an assertion where there is none. Runs have their place from the
 * newest, 0. The flips of an assertion are counted back from its newest decided run: before the first of them is the streak.
 * Those that were not decided are a partition of their own, so that they neither end a streak nor add to it.
 */
function statementOn({ results, runs }: Tables): string {
  const decided = `PARTITION BY ${ASSERTION_KEY}, occurrence, is_decided ORDER BY place`;
  const source = `looked JOIN ${results.name} t ON t.run_id = looked.run_id`;
  return `WITH found AS MATERIALIZED (
  SELECT run_id, coalesce(started_at, created_at) AS since, row_number() OVER (ORDER BY run_id DESC) - 1 AS place
  FROM (SELECT * FROM ${runs.name} WHERE scenario_id = $1 AND status = ANY ($2::text[])
    ORDER BY run_id DESC LIMIT $3::bigint + 1) newest
), looked AS (
  SELECT * FROM found WHERE place < $3::bigint
), seen AS (
  SELECT *, status IN ('passed', 'failed') AS is_decided
  FROM (${assertionRows(source, 'place', 'place')}) assertions
), flips AS (
  SELECT *, status <> lag(status) OVER decided AS is_flip FROM seen WINDOW decided AS (${decided})
), streaks AS (
  SELECT *, is_decided AND count(*) FILTER (WHERE is_flip) OVER (decided ROWS UNBOUNDED PRECEDING) = 0 AS in_streak
  FROM flips WINDOW decided AS (${decided})
), histories AS (
  SELECT occurrence, count(*) FILTER (WHERE status = 'passed') AS passed,
    count(*) FILTER (WHERE status = 'failed') AS failed, count(*) FILTER (WHERE NOT is_decided) AS undecided,
    count(*) FILTER (WHERE is_flaky) AS flaky, count(*) FILTER (WHERE is_decided AND is_flip) AS flips,
    max(status) FILTER (WHERE in_streak) AS streak_status, count(*) FILTER (WHERE in_streak) AS streak_length,
    max(place) FILTER (WHERE in_streak) AS streak_place, min(place) AS missed,
    (array_agg(result_id ORDER BY place))[1] AS last_id
  FROM streaks GROUP BY ${ASSERTION_KEY}, occurrence
), listed AS (
  SELECT * FROM histories
  WHERE ($4::text IS NULL OR streak_status = $4::text) AND flips >= $5::bigint AND ($6::uuid IS NULL OR last_id < $6::uuid)
  ORDER BY last_id DESC LIMIT $7::bigint
)
SELECT (SELECT count(*) FROM looked), (SELECT count(*) FROM found) > $3::bigint, entries.*
FROM (SELECT) once LEFT JOIN (
  SELECT last_id, occurrence, passed, failed, undecided, listed.flaky, flips, streak_status, streak_length, first.run_id,
    first.since, missed, ${ASSERTION_COLUMNS}
  FROM listed JOIN ${results.name} t ON t.result_id = last_id LEFT JOIN looked first ON first.place = streak_place
) entries ON true`;
}

function historyOf(row: Row): AssertionHistory {
  const [, hasOlder, lastResultId, occurrence, passed, failed, undecided, flaky, flips, ...more] = row;
  const [status, length, firstRunId, since, missedRuns] = more;
  const streak =
    status === null
      ? null
      : ({
          status,
          length,
          firstRunId,
          since,
          mayBeLonger: hasOlder === true && flips === 0,
        } as AssertionStreak);
  return {
    assertion: assertionOf(row, 14, occurrence as number),
    decided: (passed as number) + (failed as number),
    passed: passed as number,
    failed: failed as number,
    undecided: undecided as number,
    flaky: flaky as number,
    flips: flips as number,
    streak,
    lastResultId: lastResultId as string,
    missedRuns: missedRuns as number,
  };
}
