import {
  assertionHistories,
  checkedAssertions,
  compareAssertions,
  COMPARISON_GROUPS,
  COMPARISON_MARKS,
  FINAL_RUN_STATUSES,
  STATUS_TRANSITIONS,
  type CheckedAssertion,
  type ComparedAssertion,
  type StatusTransition,
  type TestResult,
} from '@test-coordinator/domain';
import {
  checkRunComparisonRequest,
  encodeCursor,
  readAssertionHistoriesRequest,
  readPage,
  type AssertionHistories,
  type AssertionHistoriesRequest,
  type Page,
  type PageRequest,
  type RunComparison,
  type RunComparisonRequest,
  type TransitionCount,
} from '@test-coordinator/ports';

import { selectResults, selectRuns } from './record-filters.js';
import type { RecordStore } from './record-store.js';
import { notFound } from './refusals.js';

/** The answer of `testResults.compareRuns`. */
export function comparisonOf(
  records: RecordStore,
  request: RunComparisonRequest,
  page: PageRequest | undefined,
): RunComparison {
  const { baselineRunId, runId, findings, slowerBy } = checkRunComparisonRequest(request);
  const { limit, after } = readPage(page, 'id');
  for (const id of [baselineRunId, runId]) if (records.runs.get(id) === undefined) throw notFound('run', id);
  const compared = compareAssertions(
    assertionsOf(records, baselineRunId),
    assertionsOf(records, runId),
    slowerBy,
  );
  const isAsked = ({ group, marks }: ComparedAssertion): boolean =>
    findings === undefined || findings.includes(group) || marks.some((mark) => findings.includes(mark));
  const left = compared
    .filter((entry) => isAsked(entry) && (after === undefined || idOf(entry) > after[0]))
    .sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
  return {
    ...firstOf(left, limit, idOf),
    counts: counted(COMPARISON_GROUPS, (group) => compared.filter((entry) => entry.group === group)),
    marks: counted(COMPARISON_MARKS, (mark) => compared.filter(({ marks }) => marks.includes(mark))),
    transitions: transitionsOf(compared),
  };
}

/** The answer of `testResults.getAssertionHistories`. */
export function historiesOf(
  records: RecordStore,
  request: AssertionHistoriesRequest,
  page: PageRequest | undefined,
): AssertionHistories {
  const { scenarioId, runs: most, streak, minFlips } = readAssertionHistoriesRequest(request);
  const { limit, after } = readPage(page, 'id');
  const finished = selectRuns({ scenarioId, statuses: FINAL_RUN_STATUSES }, () => []);
  const runs = [];
  let hasOlder = false;
  for (const { record: run } of records.runs.scan(finished, { direction: 'descending' })) {
    hasOlder = runs.length === most;
    if (hasOlder) break;
    runs.push({ run, results: resultsOf(records, run.runId) });
  }
  const left = assertionHistories(runs, hasOlder).filter(
    (history) =>
      (streak === undefined || history.streak?.status === streak) &&
      history.flips >= minFlips &&
      (after === undefined || history.lastResultId < after[0]),
  );
  return { ...firstOf(left, limit, ({ lastResultId }) => lastResultId), runs: runs.length };
}

function assertionsOf(records: RecordStore, runId: string): readonly CheckedAssertion[] {
  return checkedAssertions(resultsOf(records, runId));
}

function* resultsOf(records: RecordStore, runId: string): Iterable<TestResult> {
  for (const { record } of records.results.scan(selectResults({ runId }), { direction: 'ascending' }))
    yield record;
}

/** The result by which an entry is listed. */
function idOf({ before, after }: ComparedAssertion): string {
  return (after ?? before)!.resultId;
}

function firstOf<Item>(left: readonly Item[], limit: number, keyOf: (item: Item) => string): Page<Item> {
  const items = left.slice(0, limit);
  return { items, nextCursor: left.length > limit ? encodeCursor([keyOf(items.at(-1)!)]) : null };
}

function counted<Word extends string>(
  words: readonly Word[],
  entriesOf: (word: Word) => readonly unknown[],
): Readonly<Record<Word, number>> {
  return Object.fromEntries(words.map((word) => [word, entriesOf(word).length])) as Record<Word, number>;
}

function transitionsOf(compared: readonly ComparedAssertion[]): readonly TransitionCount[] {
  const textOf = ({ before, after }: StatusTransition): string => `${before} ${after}`;
  const counts = new Map<string, number>();
  for (const { before, after } of compared) {
    const text = textOf({ before: before?.status ?? null, after: after?.status ?? null });
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return STATUS_TRANSITIONS.flatMap((transition) => {
    const count = counts.get(textOf(transition));
    return count === undefined ? [] : [{ ...transition, count }];
  });
}
