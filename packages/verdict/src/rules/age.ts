import type { TestRun } from '@test-coordinator/domain';

import type { RuleVerdict } from '../rule-verdict.js';

/** How far clocks of machines may differ before a run counts as one of the future. */
export const CLOCK_SLACK_MS = 60_000;

/**
 * Rule `max-age`: the run ended no longer ago than this; where no end is known, it started no longer ago. An older run is
 * stale, which is unknown and no failure: it tells how the platform was. So is a run that lies in the future by more than
 * a minute, and one without times: when it was recorded does not tell when it ran.
 * @param mostMs Milliseconds.
 */
export function judgeAge(
  mostMs: number,
  { completedAt, startedAt }: Pick<TestRun, 'completedAt' | 'startedAt'>,
  now: Date,
): RuleVerdict {
  const rule = 'max-age';
  const time = completedAt ?? startedAt;
  if (time === undefined)
    return { rule, outcome: 'unknown', reason: 'nothing tells when the run was: it has no times' };
  const ageMs = now.getTime() - time.getTime();
  const told = `${completedAt === undefined ? 'started' : 'ended'} at ${time.toISOString()}`;
  if (ageMs < -CLOCK_SLACK_MS) {
    const reason = `the run ${told}, which is in the future: compare the clocks`;
    return { rule, outcome: 'unknown', reason };
  }
  const age = `${durationText(Math.max(0, ageMs))} ago`;
  return ageMs > mostMs
    ? {
        rule,
        outcome: 'unknown',
        reason: `stale: the run ${told}, ${age}, more than ${durationText(mostMs)}`,
      }
    : { rule, outcome: 'passed', reason: `the run ${told}, ${age}, at most ${durationText(mostMs)}` };
}

/** In its largest two units: `2 d 3 h`, `4 min 5 s`, `900 ms`. */
export function durationText(ms: number): string {
  const units = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1_000, 's'],
    [1, 'ms'],
  ] as const;
  const first = units.findIndex(([size]) => ms >= size);
  if (first === -1) return '0 ms';
  let rest = Math.floor(ms);
  const parts: string[] = [];
  for (const [size, name] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${name}`);
  }
  return parts.join(' ');
}
