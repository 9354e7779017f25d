import {
  comparedAssertion,
  COMPARISON_GROUPS,
  COMPARISON_MARKS,
  comparisonGroup,
  durationOf,
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

import { ASSERTION_COLUMNS, ASSERTION_KEY, assertionOf, assertionRows } from './assertion-rows.js';
import { cursorId } from './conditions.js';
import { notFound } from './record-changes.js';
import { pageOf } from './record-lists.js';
import type { RepositoryContext } from './repository-context.js';
import type { Row } from './statement-exchange.js';
import type { Tables } from './tables.js';

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
      asked.map(transitionText),
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

/**
 * The runs that are there, the counts by transition, and the entries of the page. It has no name: the plan of a run with
 * ten results would be kept for one with 100,000, and to plan it takes 1 ms.
 */
function statementOn({ results, runs }: Tables): string {
  // As text: a cast of jsonb goes by numeric and takes four times as long. Without a threshold none is read.
  const duration = `CASE WHEN $7::float8 IS NOT NULL AND t.status = 'passed'
    AND jsonb_typeof(t.metadata->'durationMs') = 'number' THEN t.metadata->>'durationMs' END AS duration`;
  const assertionsOf = (run: string): string =>
    assertionRows(`${results.name} t WHERE t.run_id = ${run}::uuid`, duration);
  const isLonger = (ms: string, other: string): string =>
    `coalesce(${other} >= 0 AND ${ms} > ${other} AND ${ms} >= ${other} * $7::float8 AND ${ms} - ${other} >= $8::float8, false)`;
  return `WITH paired AS (
  SELECT before.result_id AS before_id, after.result_id AS after_id, coalesce(after.result_id, before.result_id) AS id,
    occurrence, before.status AS before_status, after.status AS after_status, before.is_flaky AS before_flaky,
    after.is_flaky AS after_flaky, before.duration::float8 AS before_ms, after.duration::float8 AS after_ms
  FROM (${assertionsOf('$1')}) before FULL JOIN (${assertionsOf('$2')}) after USING (${ASSERTION_KEY}, occurrence)
), compared AS MATERIALIZED (
  SELECT before_id, after_id, id, occurrence, before_status, after_status, before_flaky, after_flaky,
    coalesce(after_flaky, false) AS is_flaky,
    ${isLonger('after_ms', 'before_ms')} AS is_slower, ${isLonger('before_ms', 'after_ms')} AS is_faster
  FROM paired
)
SELECT 'run' AS kind, run_id AS id, NULL AS before_status, NULL AS after_status, NULL::bigint AS n,
  NULL::bigint AS flaky, NULL::bigint AS slower, NULL::bigint AS faster, NULL::uuid AS before_id, NULL::uuid AS after_id,
  NULL::boolean AS before_flaky, NULL::boolean AS after_flaky, NULL::jsonb AS before_duration, NULL::jsonb AS after_duration,
  NULL AS assertion_type, NULL AS name, NULL::jsonb AS phase, NULL::jsonb AS suite, NULL::jsonb AS class_name
FROM ${runs.name} WHERE run_id IN ($1::uuid, $2::uuid)
UNION ALL
SELECT 'count', NULL, before_status, after_status, count(*), count(*) FILTER (WHERE is_flaky),
  count(*) FILTER (WHERE is_slower), count(*) FILTER (WHERE is_faster), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
  NULL, NULL, NULL
FROM compared GROUP BY before_status, after_status
UNION ALL
SELECT 'entry', id, before_status, after_status, occurrence, NULL, NULL, NULL, before_id, after_id, before_flaky,
  after_flaky, b.metadata->'durationMs', a.metadata->'durationMs', ${ASSERTION_COLUMNS}
FROM (
  SELECT * FROM compared
  WHERE (coalesce(before_status, '') || '>' || coalesce(after_status, '') = ANY ($3::text[])
      OR (is_flaky AND $4::boolean) OR (is_slower AND $5::boolean) OR (is_faster AND $6::boolean))
    AND ($9::uuid IS NULL OR id > $9::uuid)
  ORDER BY id LIMIT $10::bigint
) listed JOIN ${results.name} t ON t.result_id = listed.id
  LEFT JOIN ${results.name} b ON b.result_id = before_id LEFT JOIN ${results.name} a ON a.result_id = after_id`;
}

function transitionText({ before, after }: StatusTransition): string {
  return `${before ?? ''}>${after ?? ''}`;
}

function entryOf(row: Row, threshold: DurationThreshold | undefined): ComparedAssertion {
  const [, , beforeStatus, afterStatus, occurrence, , , , beforeId, afterId, ...more] = row;
  const [beforeFlaky, afterFlaky, beforeDuration, afterDuration] = more;
  return comparedAssertion(
    assertionOf(row, 14, occurrence as number),
    outcomeOf(beforeId, beforeStatus, beforeFlaky, beforeDuration),
    outcomeOf(afterId, afterStatus, afterFlaky, afterDuration),
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
  const found = rows.map(([, , before, after, count, flaky, slower, faster]) => ({
    transition: { before, after, count } as TransitionCount,
    marks: { flaky, slower, faster } as RunComparison['marks'],
  }));
  const transitions = STATUS_TRANSITIONS.flatMap(({ before, after }) =>
    found.flatMap(({ transition }) =>
      transition.before === before && transition.after === after ? [transition] : [],
    ),
  );
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
