import { RESULT_STATUSES, type EventStatus, type ResultStatus, type RunStatus } from './enumerations.js';

/** Why a run is not in the pass rate; `unverified` passed without having checked anything. */
export type ExcludedRun = Exclude<RunStatus, 'passed' | 'failed'> | 'unverified';
/** Why a result is not in the pass rate. */
export type ExcludedResult = Exclude<ResultStatus, 'passed' | 'failed'>;

/**
 * How often the platform held. `rate` = passed / (passed + failed), from 0 to 1, `null` when nothing was
 * decided. What says nothing about the platform is counted in `excluded`, by its reason, and never in the rate.
 */
export interface PassRate<Reason extends string> {
  readonly rate: number | null;
  readonly passed: number;
  readonly failed: number;
  readonly excluded: Readonly<Record<Reason, number>>;
}

/** Percentiles are nearest rank: a value that was measured, never one in between. All are `null` over none. */
export interface DurationStatistics {
  /** Mean in milliseconds, not rounded. */
  readonly mean: number | null;
  /** How many durations the figures are made of. */
  readonly count: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/**
 * Recovery times in milliseconds, and every event that has none, by the reason: the parts
 * (`count`, `unmeasured`, `neverRecovered`, `failed`, `pending`) add up to all the events asked about.
 */
export interface RecoveryStatistics extends DurationStatistics {
  /** Recovered, but nothing told how long it took. */
  readonly unmeasured: number;
  /** The fault is in place and no recovery was recorded. */
  readonly neverRecovered: number;
  /** The fault did not take, or the recovery was given up. */
  readonly failed: number;
  /** Not injected yet. */
  readonly pending: number;
}

/** How one kind of assertion fared. */
export interface AssertionStatistics<Type extends string> {
  readonly assertionType: Type;
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly error: number;
  /** Of `total`, those that passed only after another attempt. */
  readonly flaky: number;
  /** passed / (passed + failed), `null` when nothing was decided. */
  readonly rate: number | null;
}

export function rateOf(passed: number, failed: number): number | null {
  return passed + failed === 0 ? null : passed / (passed + failed);
}

/** `unverified` is how many of the passed runs checked nothing; they are excluded, not passed. */
export function runPassRate(
  counts: Readonly<Record<RunStatus, number>>,
  unverified: number,
): PassRate<ExcludedRun> {
  const { pending, running, error, cancelled, timeout, failed } = counts;
  const passed = counts.passed - unverified;
  const excluded = { pending, running, error, cancelled, timeout, unverified };
  return { rate: rateOf(passed, failed), passed, failed, excluded };
}

export function resultPassRate(counts: Readonly<Record<ResultStatus, number>>): PassRate<ExcludedResult> {
  const { passed, failed, skipped, error } = counts;
  return { rate: rateOf(passed, failed), passed, failed, excluded: { skipped, error } };
}

/** The nearest-rank percentile of ascending values: the smallest that at least `p` (0–1] of them do not exceed. */
export function nearestRank(ascending: readonly number[], p: number): number | null {
  return ascending[Math.max(1, Math.ceil(p * ascending.length)) - 1] ?? null;
}

export function durationStatistics(durationsMs: readonly number[]): DurationStatistics {
  const ascending = [...durationsMs].sort((a, b) => a - b);
  const count = ascending.length;
  const sum = ascending.reduce((total, duration) => total + duration, 0);
  return {
    mean: count === 0 ? null : sum / count,
    count,
    p50: nearestRank(ascending, 0.5),
    p95: nearestRank(ascending, 0.95),
    p99: nearestRank(ascending, 0.99),
    max: ascending.at(-1) ?? null,
  };
}

export function recoveryStatistics(
  events: Iterable<{ readonly status: EventStatus; readonly recoveryTimeMs?: number }>,
): RecoveryStatistics {
  const measured: number[] = [];
  const without = { unmeasured: 0, neverRecovered: 0, failed: 0, pending: 0 };
  for (const { status, recoveryTimeMs } of events) {
    if (status === 'pending' || status === 'failed') without[status] += 1;
    else if (status !== 'recovered') without.neverRecovered += 1;
    else if (recoveryTimeMs === undefined) without.unmeasured += 1;
    else measured.push(recoveryTimeMs);
  }
  return { ...durationStatistics(measured), ...without };
}

/** Counts by status with a zero for every status that does not occur. */
export function countResults(statuses: Iterable<ResultStatus>): Record<ResultStatus, number> {
  const counts = Object.fromEntries(RESULT_STATUSES.map((status) => [status, 0])) as Record<
    ResultStatus,
    number
  >;
  for (const status of statuses) counts[status] += 1;
  return counts;
}
