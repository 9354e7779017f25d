import { rateOf, type ResultStatus } from '@test-coordinator/domain';

import { counted, type RuleVerdict } from '../rule-verdict.js';

/**
 * Rule `min-pass-rate`: of the results that decided, at least this part passed: passed / (passed + failed) ≥ `least`.
 * Skipped results are left out. Results in error could not be checked: where the rate holds only because they are left
 * out (it would not if all of them had failed), it is unknown. So it is when nothing was decided.
 * @param least From 0 to 1.
 */
export function judgePassRate(
  least: number,
  { passed, failed, skipped, error }: Readonly<Record<ResultStatus, number>>,
): RuleVerdict {
  const rule = 'min-pass-rate';
  const rate = rateOf(passed, failed);
  if (rate === null)
    return { rule, outcome: 'unknown', reason: 'no result passed or failed: there is no pass rate' };
  const figures = `${asPercent(rate)} passed (${passed} of ${counted(passed + failed, 'decided result')})`;
  const leftOut = skipped === 0 ? '' : `; ${skipped} skipped`;
  if (rate < least)
    return { rule, outcome: 'failed', reason: `${figures}, less than ${asPercent(least)}${leftOut}` };
  const worst = passed / (passed + failed + error);
  if (worst < least) {
    const reason = `${figures}, but ${error} could not be checked: had they failed, it would be ${asPercent(worst)}, less than ${asPercent(least)}${leftOut}`;
    return { rule, outcome: 'unknown', reason };
  }
  return { rule, outcome: 'passed', reason: `${figures}, at least ${asPercent(least)}${leftOut}` };
}

/** 100 % only for all, and 0 % only for none. Digits enough to tell 999,999 of a million from all of them. */
function asPercent(rate: number): string {
  return `${Number((rate * 100).toFixed(4))} %`;
}
