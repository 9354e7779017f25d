import {
  assertionKey,
  checkedAssertions,
  type AssertionIdentity,
  type AssertionOutcome,
} from './assertion.js';
import type { TestResult } from './test-result.js';
import type { TestRun } from './test-run.js';

/** The newest decided outcomes of an assertion that are the same, one after another. Runs in which it was not decided neither add to it nor end it. */
export interface AssertionStreak {
  readonly status: 'passed' | 'failed';
  /** How many decided runs it is long, at least 1. */
  readonly length: number;
  /** The oldest run of it. */
  readonly firstRunId: string;
  /** When that run started, or was recorded where no start is known: what the age of the streak is counted from. */
  readonly since: Date;
  /** It reaches back to the oldest run that was looked at in which the assertion was decided, and there are older runs: it may have begun before. */
  readonly mayBeLonger: boolean;
}

/** How an assertion fared over the newest finished runs of a scenario. */
export interface AssertionHistory {
  readonly assertion: AssertionIdentity;
  /** In how many runs it passed or failed: `passed` + `failed`. */
  readonly decided: number;
  readonly passed: number;
  readonly failed: number;
  /** In how many runs it was skipped or in error. */
  readonly undecided: number;
  /** Of `passed`, those only after another attempt. */
  readonly flaky: number;
  /** How often it went from passed to failed or back, from one decided run to the next. */
  readonly flips: number;
  /** `null` where no run decided it. */
  readonly streak: AssertionStreak | null;
  /** The result of the newest run that has it. */
  readonly lastResultId: string;
  /** How many runs are newer than that one: 0 when the newest run has it, more when it may be gone. */
  readonly missedRuns: number;
}

/** A finished run with all its results in the order of their ids. */
export interface FinishedRun {
  readonly run: Pick<TestRun, 'runId' | 'startedAt' | 'createdAt'>;
  readonly results: Iterable<TestResult>;
}

interface Seen {
  readonly run: FinishedRun['run'];
  readonly place: number;
  readonly outcome: AssertionOutcome;
}

/**
 * The history of each assertion that occurs in the runs, the one with the newest `lastResultId` first.
 * @param runs The newest first.
 * @param hasOlder Whether there are finished runs that are older than these.
 */
export function assertionHistories(
  runs: Iterable<FinishedRun>,
  hasOlder: boolean,
): readonly AssertionHistory[] {
  const seen = new Map<string, { readonly assertion: AssertionIdentity; readonly runs: Seen[] }>();
  let place = 0;
  for (const { run, results } of runs) {
    for (const { assertion, outcome } of checkedAssertions(results)) {
      const key = assertionKey(assertion);
      const entry = seen.get(key) ?? { assertion, runs: [] };
      entry.runs.push({ run, place, outcome });
      seen.set(key, entry);
    }
    place += 1;
  }
  return [...seen.values()]
    .map((entry) => historyOf(entry.assertion, entry.runs, hasOlder))
    .sort((a, b) => (a.lastResultId > b.lastResultId ? -1 : 1));
}

function historyOf(assertion: AssertionIdentity, seen: readonly Seen[], hasOlder: boolean): AssertionHistory {
  const decided = seen.filter(({ outcome }) => outcome.status === 'passed' || outcome.status === 'failed');
  const passed = decided.filter(({ outcome }) => outcome.status === 'passed').length;
  const flips = decided.filter(
    ({ outcome }, index) => index > 0 && outcome.status !== decided[index - 1]!.outcome.status,
  ).length;
  return {
    assertion,
    decided: decided.length,
    passed,
    failed: decided.length - passed,
    undecided: seen.length - decided.length,
    flaky: seen.filter(({ outcome }) => outcome.flaky).length,
    flips,
    streak: streakOf(decided, hasOlder),
    lastResultId: seen[0]!.outcome.resultId,
    missedRuns: seen[0]!.place,
  };
}

function streakOf(decided: readonly Seen[], hasOlder: boolean): AssertionStreak | null {
  const newest = decided[0];
  if (newest === undefined) return null;
  const { status } = newest.outcome;
  const end = decided.findIndex(({ outcome }) => outcome.status !== status);
  const length = end === -1 ? decided.length : end;
  const { runId, startedAt, createdAt } = decided[length - 1]!.run;
  return {
    status: status as AssertionStreak['status'],
    length,
    firstRunId: runId,
    since: startedAt ?? createdAt,
    mayBeLonger: hasOlder && end === -1,
  };
}
