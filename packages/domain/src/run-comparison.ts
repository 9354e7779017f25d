import {
  assertionKey,
  type AssertionIdentity,
  type AssertionOutcome,
  type CheckedAssertion,
} from './assertion.js';
import { RESULT_STATUSES, type ResultStatus } from './enumerations.js';

/**
 * What became of an assertion from one run, the baseline, to another. Each assertion of either run is in one group:
 *
 * - `newly_failed`: passed in the baseline, failed in the run.
 * - `fixed`: failed in the baseline, passed in the run.
 * - `still_failing`, `still_passing`: the same in both.
 * - `added`: the baseline does not have it, whatever its status in the run. One that failed was not seen to pass before.
 * - `gone`: the run does not have it. One that failed in the baseline is not fixed.
 * - `undecided`: both have it, and in at least one of them it was skipped or in error, so nothing can be said: a broken
 *   test is no weakness, and one that is skipped now is not fixed.
 *
 * Seen the other way round, `newly_failed` is `fixed`, `added` is `gone`, and the others are what they are.
 */
export const COMPARISON_GROUPS = [
  'newly_failed',
  'fixed',
  'still_failing',
  'still_passing',
  'added',
  'gone',
  'undecided',
] as const;
export type ComparisonGroup = (typeof COMPARISON_GROUPS)[number];

/**
 * What else is to be said of an assertion, beside its group; several marks may hold. `flaky`: it is flaky in the run.
 * `slower` and `faster`: it passed in both, and its durations differ by the caller's threshold.
 */
export const COMPARISON_MARKS = ['flaky', 'slower', 'faster'] as const;
export type ComparisonMark = (typeof COMPARISON_MARKS)[number];

/** From when on a duration counts as another one: both must be reached, and equal durations never differ. */
export interface DurationThreshold {
  /** The longer duration over the shorter one, 1–1,000,000. */
  readonly ratio: number;
  /** Their difference in milliseconds, at least 0. */
  readonly ms: number;
}

/** One assertion of two runs. */
export interface ComparedAssertion {
  readonly assertion: AssertionIdentity;
  readonly group: ComparisonGroup;
  readonly marks: readonly ComparisonMark[];
  /** In the baseline; `null` where that does not have it. */
  readonly before: AssertionOutcome | null;
  /** In the run; `null` where that does not have it. */
  readonly after: AssertionOutcome | null;
  /** Milliseconds that it took longer in the run, negative when it took less; of those that passed in both and have a duration in both. */
  readonly durationChangeMs?: number;
}

/** From the status in the baseline to that in the run; `null` is a run that does not have the assertion. */
export interface StatusTransition {
  readonly before: ResultStatus | null;
  readonly after: ResultStatus | null;
}

/** Every transition that an assertion of two runs can make. */
export const STATUS_TRANSITIONS: readonly StatusTransition[] = [null, ...RESULT_STATUSES].flatMap((before) =>
  [null, ...RESULT_STATUSES].flatMap((after) =>
    before === null && after === null ? [] : [{ before, after }],
  ),
);

/** @throws RangeError for an assertion that neither run has. */
export function comparisonGroup({ before, after }: StatusTransition): ComparisonGroup {
  if (before === null && after === null) throw new RangeError('an assertion that neither run has');
  if (before === null) return 'added';
  if (after === null) return 'gone';
  if (!isDecided(before) || !isDecided(after)) return 'undecided';
  if (before === after) return after === 'passed' ? 'still_passing' : 'still_failing';
  return after === 'passed' ? 'fixed' : 'newly_failed';
}

/** The assertion with its group and marks; without a threshold none is slower or faster. */
export function comparedAssertion(
  assertion: AssertionIdentity,
  before: AssertionOutcome | null,
  after: AssertionOutcome | null,
  threshold?: DurationThreshold,
): ComparedAssertion {
  const group = comparisonGroup({ before: before?.status ?? null, after: after?.status ?? null });
  const marks: ComparisonMark[] = after?.flaky === true ? ['flaky'] : [];
  const [beforeMs, afterMs] = [before?.durationMs, after?.durationMs];
  // How long a failure took says nothing of speed: one comes at once, the next after a time limit.
  if (group !== 'still_passing' || beforeMs === undefined || afterMs === undefined)
    return { assertion, group, marks, before, after };
  if (threshold !== undefined && isLonger(afterMs, beforeMs, threshold)) marks.push('slower');
  if (threshold !== undefined && isLonger(beforeMs, afterMs, threshold)) marks.push('faster');
  return { assertion, group, marks, before, after, durationChangeMs: afterMs - beforeMs };
}

/** Every assertion of the two runs, once: those of the run in their order, and then those that are gone, in theirs. */
export function compareAssertions(
  baseline: readonly CheckedAssertion[],
  run: readonly CheckedAssertion[],
  threshold?: DurationThreshold,
): readonly ComparedAssertion[] {
  const left = new Map(baseline.map((checked) => [assertionKey(checked.assertion), checked]));
  const compared = run.map(({ assertion, outcome }) => {
    const key = assertionKey(assertion);
    const before = left.get(key)?.outcome ?? null;
    left.delete(key);
    return comparedAssertion(assertion, before, outcome, threshold);
  });
  for (const { assertion, outcome } of left.values())
    compared.push(comparedAssertion(assertion, outcome, null, threshold));
  return compared;
}

function isDecided(status: ResultStatus): boolean {
  return status === 'passed' || status === 'failed';
}

function isLonger(ms: number, otherMs: number, threshold: DurationThreshold): boolean {
  return ms > otherMs && ms >= otherMs * threshold.ratio && ms - otherMs >= threshold.ms;
}
