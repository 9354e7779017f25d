import {
  comparedAssertion,
  COMPARISON_GROUPS,
  COMPARISON_MARKS,
  comparisonGroup,
  durationOf,
  RESULT_STATUSES,
  STATUS_TRANSITIONS,
  type AssertionOutcome,
  type ComparedAssertion,
  type DurationThreshold,
  type ResultStatus,
  type StatusTransition,
} from '@test-coordinator/domain';
import {
  checkRunComparisonRequest,
  readPage,
  type PageRequest,
  type RunComparison,
  type RunComparisonRequest,
  type TransitionCount,
} from '@test-coordinator/ports';

import {
  ASSERTION_COLUMNS,
  ASSERTION_KEY,
  assertionOf,
  assertionRows,
  KEY_COLUMNS,
  KEY_VALUES,
} from './assertion-rows.js';
import { cursorId } from './conditions.js';
import { notFound } from './record-changes.js';
import { pageOf } from './record-lists.js';
import type { RepositoryContext } from './repository-context.js';
import type { Row } from './statement-exchange.js';
import type { Tables } from './tables.js';

/** How many statuses there are, and none. */
const STATUS_RADIX = RESULT_STATUSES.length + 1;
const TRANSITIONS: ReadonlyMap<number, StatusTransition> = new Map(
  STATUS_TRANSITIONS.map((transition) => [transitionNumber(transition), transition]),
);

/** The answer of `testResults.compareRuns`, by one statement. */
export async function compareRuns(
  { session, tables }: RepositoryContext,
  request: RunComparisonRequest,
  pageRequest: PageRequest | undefined,
): Promise<RunComparison> {
  const { baselineRunId, runId, findings, slowerBy } = checkRunComparisonRequest(request);
  const page = readPage(pageRequest, 'id');
  const asks = (finding: string): boolean => findings?.some((asked) => asked === finding) ?? true;
  const asked = STATUS_TRANSITIONS.filter((transition) => asks(comparisonGroup(transition)));
  const rows = await session.query(
    { text: statementOn(tables) },
    [
      baselineRunId,
      runId,
      asked.map(transitionNumber),
      asks('flaky'),
      asks('slower'),
      asks('faster'),
      slowerBy?.ratio ?? null,
      slowerBy?.ms ?? null,
      cursorId(page, 'uuid') ?? null,
      page.limit + 1,
    ],
    'read',
  );
  const known = rows.flatMap(([kind, id]) => (kind === 'run' ? [id] : []));
  for (const id of [baselineRunId, runId]) if (!known.includes(id)) throw notFound('run', id);
  const entries = rows.filter(([kind]) => kind === 'entry');
  const listed = entries.map((row) => entryOf(row, slowerBy)).sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
  return {
    ...pageOf(listed, page.limit, (entry) => [idOf(entry)]),
    ...countsOf(rows.filter(([kind]) => kind === 'count')),
  };
}

/** A transition in one number, which is summed from its two sides. */
function transitionNumber({ before, after }: StatusTransition): number {
  const place = (status: ResultStatus | null): number =>
    status === null ? 0 : RESULT_STATUSES.indexOf(status) + 1;
  return STATUS_RADIX * place(before) + place(after);
}

/**
 * The runs that are there, the counts by transition, and the entries of the page. It has no name: the plan of a run with
 * ten results would be kept for one with 100,000, and to plan it takes 3 ms.
 *
 * Nearly every assertion is one result in each run, so results are grouped first, and those that are alone
 * are compared by what their group adds up to. Only the repeated ones are sorted and numbered: to sort both runs as a whole
 * took twice the processor time. What is only counted is counted at once, since 100,000 rows that are kept to be read
 * again took as long as grouping them did.
 */
function statementOn({ results, runs }: Tables): string {
  // As text: a cast of jsonb goes by numeric and takes four times as long. Without a threshold none is read.
  const duration = `(CASE WHEN $7::float8 IS NOT NULL AND t.status = 'passed'
    AND jsonb_typeof(t.metadata->'durationMs') = 'number' THEN t.metadata->>'durationMs' END)::float8 AS duration`;
  // The id as text: PostgreSQL 15 has no min of a uuid.
  const resultsOf = (run: string, isAfter: boolean): string =>
    `SELECT ${KEY_COLUMNS}, ${isAfter} AS is_after, t.result_id::text COLLATE "C" AS id,
      ${statusNumber('t.status')} AS status, t.status = 'passed' AND t.flaky AS is_flaky, ${duration}
    FROM ${results.name} t WHERE t.run_id = ${run}::uuid`;
  const repeatedOf = (run: string): string =>
    assertionRows(
      `${results.name} t WHERE t.run_id = ${run}::uuid AND (${KEY_VALUES}) IN (SELECT ${ASSERTION_KEY} FROM repeated)`,
      duration,
    );
  const countWhere = (mark: string): string => `coalesce(sum(n) FILTER (WHERE ${mark}), 0)::bigint`;
  const isLonger = (ms: string, other: string): string =>
    `coalesce(${other} >= 0 AND ${ms} > ${other} AND ${ms} >= ${other} * $7::float8 AND ${ms} - ${other} >= $8::float8, false)`;
  const marks = `${isLonger('after_ms', 'before_ms')} AS is_slower, ${isLonger('before_ms', 'after_ms')} AS is_faster`;
  const isAsked = `(transition = ANY ($3::bigint[])
      OR (is_flaky AND $4::boolean) OR (is_slower AND $5::boolean) OR (is_faster AND $6::boolean))`;
  // Halves that are grouped apart have hardly a group in common, and took two thirds more processor time.
  const oneProcess = 'OFFSET 0';
  return `WITH assertions AS (
  SELECT ${ASSERTION_KEY}, count(*) FILTER (WHERE NOT is_after) > 1 OR count(*) FILTER (WHERE is_after) > 1 AS is_repeated,
    sum(CASE WHEN is_after THEN status ELSE ${STATUS_RADIX} * status END) AS transition,
    coalesce(bool_or(is_flaky) FILTER (WHERE is_after), false) AS is_flaky,
    min(id) FILTER (WHERE NOT is_after) AS before_id, min(id) FILTER (WHERE is_after) AS after_id,
    min(duration) FILTER (WHERE NOT is_after) AS before_ms, min(duration) FILTER (WHERE is_after) AS after_ms
  FROM (${resultsOf('$1', false)} UNION ALL ${resultsOf('$2', true)} ${oneProcess}) results
  GROUP BY ${ASSERTION_KEY}
), sifted AS MATERIALIZED (
  SELECT transition, is_flaky, is_slower, is_faster, is_repeated, CASE WHEN is_repeated THEN name END AS name,
    CASE WHEN is_repeated THEN place_hash END AS place_hash, CASE WHEN ${isAsked} THEN before_id::uuid END AS before_id,
    CASE WHEN ${isAsked} THEN after_id::uuid END AS after_id, count(*) AS n
  FROM (SELECT *, ${marks} FROM assertions) compared GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
), repeated AS (
  SELECT ${ASSERTION_KEY} FROM sifted WHERE is_repeated
), paired AS MATERIALIZED (
  SELECT *, coalesce(after_flaky, false) AS is_flaky, ${marks}
  FROM (SELECT ${STATUS_RADIX} * ${statusNumber('before.status')} + ${statusNumber('after.status')} AS transition, occurrence,
      before.result_id AS before_id, after.result_id AS after_id, before.is_flaky AS before_flaky, after.is_flaky AS after_flaky,
      before.duration AS before_ms, after.duration AS after_ms
    FROM (${repeatedOf('$1')}) before FULL JOIN (${repeatedOf('$2')}) after USING (${ASSERTION_KEY}, occurrence)) both_runs
), listed AS (
  SELECT transition, 1 AS occurrence, before_id, after_id, NULL::boolean AS before_flaky, NULL::boolean AS after_flaky
  FROM sifted WHERE NOT is_repeated AND (before_id IS NOT NULL OR after_id IS NOT NULL)
  UNION ALL
  SELECT transition, occurrence, before_id, after_id, before_flaky, after_flaky FROM paired WHERE ${isAsked}
)
SELECT 'run' AS kind, run_id AS id, NULL::bigint AS transition, NULL::bigint AS n, NULL::bigint AS flaky,
  NULL::bigint AS slower, NULL::bigint AS faster, NULL::uuid AS before_id, NULL::uuid AS after_id,
  NULL::boolean AS before_flaky, NULL::boolean AS after_flaky, NULL::jsonb AS before_duration, NULL::jsonb AS after_duration,
  NULL AS assertion_type, NULL AS name, NULL::jsonb AS phase, NULL::jsonb AS suite, NULL::jsonb AS class_name
FROM ${runs.name} WHERE run_id IN ($1::uuid, $2::uuid)
UNION ALL
SELECT 'count', NULL, transition, sum(n)::bigint, ${countWhere('is_flaky')}, ${countWhere('is_slower')},
  ${countWhere('is_faster')}, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
FROM (
  SELECT transition, is_flaky, is_slower, is_faster, n FROM sifted WHERE NOT is_repeated
  UNION ALL SELECT transition, is_flaky, is_slower, is_faster, 1 FROM paired
) counted GROUP BY transition
UNION ALL
SELECT 'entry', id, transition, occurrence, NULL, NULL, NULL, before_id, after_id,
  coalesce(before_flaky, b.status = 'passed' AND b.flaky), coalesce(after_flaky, a.status = 'passed' AND a.flaky),
  b.metadata->'durationMs', a.metadata->'durationMs', ${ASSERTION_COLUMNS}
FROM (
  SELECT * FROM (SELECT coalesce(after_id, before_id) AS id, listed.* FROM listed) found
  WHERE $9::uuid IS NULL OR id > $9::uuid ORDER BY id LIMIT $10::bigint
) page JOIN ${results.name} t ON t.result_id = id
  LEFT JOIN ${results.name} b ON b.result_id = before_id LEFT JOIN ${results.name} a ON a.result_id = after_id`;
}

/** The place of a status among all, from 1; 0 for a run that does not have the assertion. */
function statusNumber(status: string): string {
  const numbers = RESULT_STATUSES.map((each, index) => `WHEN '${each}' THEN ${index + 1}`);
  return `CASE ${status} ${numbers.join(' ')} ELSE 0 END`;
}

function entryOf(row: Row, threshold: DurationThreshold | undefined): ComparedAssertion {
  const [, , number, occurrence, , , , beforeId, afterId, ...more] = row;
  const [beforeFlaky, afterFlaky, beforeDuration, afterDuration] = more;
  const { before, after } = TRANSITIONS.get(number as number)!;
  return comparedAssertion(
    assertionOf(row, 13, occurrence as number),
    outcomeOf(beforeId, before, beforeFlaky, beforeDuration),
    outcomeOf(afterId, after, afterFlaky, afterDuration),
    threshold,
  );
}

function outcomeOf(
  resultId: unknown,
  status: unknown,
  flaky: unknown,
  duration: unknown,
): AssertionOutcome | null {
  if (resultId === null) return null;
  const durationMs = durationOf(duration);
  return {
    resultId: resultId as string,
    status: status as ResultStatus,
    flaky: flaky as boolean,
    ...(durationMs !== undefined && { durationMs }),
  };
}

function countsOf(rows: readonly Row[]): Pick<RunComparison, 'counts' | 'marks' | 'transitions'> {
  const found = rows.map(([, , number, count, flaky, slower, faster]) => ({
    number: number as number,
    count: count as number,
    marks: { flaky, slower, faster } as RunComparison['marks'],
  }));
  const transitions = found
    .sort((one, other) => one.number - other.number)
    .map(({ number, count }): TransitionCount => ({ ...TRANSITIONS.get(number)!, count }));
  return {
    counts: sums(COMPARISON_GROUPS, (group) =>
      transitions.map((transition) => (comparisonGroup(transition) === group ? transition.count : 0)),
    ),
    marks: sums(COMPARISON_MARKS, (mark) => found.map(({ marks }) => marks[mark])),
    transitions,
  };
}

function sums<Word extends string>(
  words: readonly Word[],
  partsOf: (word: Word) => readonly number[],
): Readonly<Record<Word, number>> {
  const entries = words.map((word) => [word, partsOf(word).reduce((sum, part) => sum + part, 0)]);
  return Object.fromEntries(entries) as Record<Word, number>;
}

function idOf({ before, after }: ComparedAssertion): string {
  return (after ?? before)!.resultId;
}
