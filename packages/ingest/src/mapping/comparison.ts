import type { ResultStatus } from '@test-coordinator/domain';

/** What JUnit's and Hamcrest's messages look like. */
const COMPARISON = /expected:?\s*(?:\S+\s)?<([\s\S]{0,4096}?)>\s*but was:?\s*(?:\S+\s)?<([\s\S]{0,4096})>/i;

/** Expected and actual out of a message that compares two values, else `pass` and the message. */
export function comparisonOf(
  status: ResultStatus,
  message: string | undefined,
  fallback: string | undefined,
): { expected: string; actual: string } {
  if (status === 'passed') return { expected: 'pass', actual: 'pass' };
  const compared =
    COMPARISON.exec(message ?? '') ?? (message === undefined ? COMPARISON.exec(fallback ?? '') : null);
  if (compared !== null) return { expected: compared[1]!, actual: compared[2]! };
  const firstLine = fallback?.split('\n', 1)[0];
  return { expected: 'pass', actual: message || firstLine || status };
}
