import {
  canonicalJson,
  type AssertionHistory,
  type AssertionIdentity,
  type AssertionOutcome,
  type AssertionPlace,
  type ComparedAssertion,
  type ComparisonGroup,
  type ComparisonMark,
  type DurationThreshold,
  type ResultStatus,
  type TestResult,
  type TestRun,
} from '@test-coordinator/domain';

/** What the contract says of assertions, by looking at all results again for each of them. */

interface Checked {
  readonly assertion: AssertionIdentity;
  readonly outcome: AssertionOutcome;
}

const DECIDED: readonly (ResultStatus | undefined)[] = ['passed', 'failed'];

/** @param results Those of one run, by rising id. */
function modelAssertions(results: readonly TestResult[]): readonly Checked[] {
  return results.flatMap((result) => {
    const alike = results.filter((other) => placeOf(other) === placeOf(result));
    const upToHere = alike.slice(0, alike.indexOf(result) + 1);
    const next = alike[upToHere.length];
    if (next !== undefined && isRetry(next, result)) return [];
    const isLater = (other: TestResult, place: number): boolean => isRetry(other, upToHere[place - 1]);
    const { name, assertionType, status, flaky, resultId, metadata } = result;
    const durationMs = metadata?.['durationMs'];
    const wasRetried = isRetry(result, upToHere.at(-2));
    return {
      assertion: {
        assertionType,
        ...(name !== undefined && { name }),
        place: standing(result),
        occurrence: upToHere.length - upToHere.filter(isLater).length,
      },
      outcome: {
        resultId,
        status,
        flaky: status === 'passed' && (flaky || wasRetried),
        ...(typeof durationMs === 'number' && durationMs >= 0 && { durationMs }),
      },
    };
  });
}

/** Every assertion of either run, in no order. */
export function modelComparison(
  before: readonly TestResult[],
  after: readonly TestResult[],
  threshold: DurationThreshold | undefined,
): readonly ComparedAssertion[] {
  const [baseline, run] = [modelAssertions(before), modelAssertions(after)];
  const counterpart = (checked: Checked, all: readonly Checked[]): AssertionOutcome | null =>
    all.find((other) => textOf(other) === textOf(checked))?.outcome ?? null;
  return [
    ...run.map((checked) => entryOf(checked, counterpart(checked, baseline), checked.outcome, threshold)),
    ...baseline
      .filter((checked) => counterpart(checked, run) === null)
      .map((checked) => entryOf(checked, checked.outcome, null, threshold)),
  ];
}

/** In no order. @param runs Those that are looked at, the newest first, with their results by rising id. */
export function modelHistories(
  runs: readonly { readonly run: TestRun; readonly results: readonly TestResult[] }[],
  hasOlder: boolean,
): readonly AssertionHistory[] {
  const perRun = runs.map(({ results }) => modelAssertions(results));
  const names = [...new Set(perRun.flat().map(textOf))];
  return names.map((name) => {
    const found = perRun.map((all) => all.find((checked) => textOf(checked) === name));
    const first = found.findIndex((checked) => checked !== undefined);
    const statuses = found.map((checked) => checked?.outcome.status);
    const decided = statuses.flatMap((status, place) => (DECIDED.includes(status) ? [place] : []));
    const newest = statuses[decided[0] ?? -1] as 'passed' | 'failed' | undefined;
    const broken = decided.findIndex((place) => statuses[place] !== newest);
    const streak = broken === -1 ? decided : decided.slice(0, broken);
    const oldest = runs[streak.at(-1) ?? -1]?.run;
    return {
      assertion: found[first]!.assertion,
      decided: decided.length,
      passed: statuses.filter((status) => status === 'passed').length,
      failed: statuses.filter((status) => status === 'failed').length,
      undecided: statuses.filter((status) => status === 'skipped' || status === 'error').length,
      flaky: found.filter((checked) => checked?.outcome.flaky).length,
      flips: decided.slice(1).filter((place, index) => statuses[place] !== statuses[decided[index]!]).length,
      streak:
        oldest === undefined
          ? null
          : {
              status: newest!,
              length: streak.length,
              firstRunId: oldest.runId,
              since: oldest.startedAt ?? oldest.createdAt,
              mayBeLonger: hasOlder && broken === -1,
            },
      lastResultId: found[first]!.outcome.resultId,
      missedRuns: first,
    };
  });
}

function entryOf(
  { assertion }: Checked,
  before: AssertionOutcome | null,
  after: AssertionOutcome | null,
  threshold: DurationThreshold | undefined,
): ComparedAssertion {
  const group = GROUPS[`${before?.status ?? '-'} ${after?.status ?? '-'}`] ?? 'undecided';
  const timed = group === 'still_passing' ? [before?.durationMs, after?.durationMs] : [];
  const [from, to] = timed.every((ms) => ms !== undefined) ? timed : [];
  const differs = (shorter = 0, longer = 0): boolean =>
    threshold !== undefined &&
    longer > shorter &&
    longer >= threshold.ratio * shorter &&
    longer - shorter >= threshold.ms;
  const marks: readonly [ComparisonMark, boolean][] = [
    ['flaky', after?.flaky === true],
    ['slower', differs(from, to)],
    ['faster', differs(to, from)],
  ];
  return {
    assertion,
    group: before === null ? 'added' : after === null ? 'gone' : group,
    marks: marks.flatMap(([mark, holds]) => (holds ? [mark] : [])),
    before,
    after,
    ...(from !== undefined && to !== undefined && { durationChangeMs: to - from }),
  };
}

const GROUPS: Readonly<Record<string, ComparisonGroup>> = {
  'passed passed': 'still_passing',
  'passed failed': 'newly_failed',
  'failed passed': 'fixed',
  'failed failed': 'still_failing',
};

function isRetry(result: TestResult, before: TestResult | undefined): boolean {
  return (
    before !== undefined &&
    ['failed', 'error'].includes(before.status) &&
    result.attempt - before.attempt === 1 &&
    !Object.keys(result.metadata ?? {}).includes('occurrence')
  );
}

function standing({ metadata = {} }: TestResult): AssertionPlace {
  const kept = Object.entries(metadata).filter(
    ([member, value]) => ['phase', 'suite', 'className'].includes(member) && value !== null,
  );
  return Object.fromEntries(kept);
}

function placeOf(result: TestResult): string {
  return canonicalJson([result.assertionType, result.name ?? null, standing(result)]);
}

function textOf({ assertion: { assertionType, name, place, occurrence } }: Checked): string {
  return canonicalJson([assertionType, name ?? null, place, occurrence]);
}
