/** `unknown`: what is recorded does not tell. It is never taken for passed. */
export const OUTCOMES = ['passed', 'failed', 'unknown'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** The rules, in the order in which a verdict tells them. The first five are always judged, the others when asked for. */
export const RULES = [
  'found',
  'finished',
  'complete',
  'verified',
  'run-passed',
  'min-pass-rate',
  'max-recovery-p95',
  'no-new-failures',
  'max-flaky',
  'max-age',
] as const;
export type Rule = (typeof RULES)[number];

/** What one rule says of a run. */
export interface RuleVerdict {
  readonly rule: Rule;
  readonly outcome: Outcome;
  /** One sentence for a person, with the figures that decided. */
  readonly reason: string;
}

/** What all rules say together: failed when one did, else unknown when one is, and passed only when every one passed. None is unknown. */
export function overallOutcome(verdicts: readonly Pick<RuleVerdict, 'outcome'>[]): Outcome {
  if (verdicts.some(({ outcome }) => outcome === 'failed')) return 'failed';
  const allPassed = verdicts.length > 0 && verdicts.every(({ outcome }) => outcome === 'passed');
  return allPassed ? 'passed' : 'unknown';
}

/** A count with its word: `1 result`, `2 results`. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
