import type { RecoveryStatistics } from '@test-coordinator/domain';

import { counted, type RuleVerdict } from '../rule-verdict.js';

/**
 * Rule `max-recovery-p95`: of the run's faults, 95 of 100 recovered within this time (nearest rank, a time that was
 * measured). A fault that never recovered is over every limit: with one, the rule fails. It is unknown when there is no
 * fault, and when some have no time: recovered unmeasured, not injected, or one that did not take.
 * @param mostMs Milliseconds.
 */
export function judgeRecovery(mostMs: number, statistics: RecoveryStatistics): RuleVerdict {
  const rule = 'max-recovery-p95';
  const { count, p95, neverRecovered, unmeasured, failed, pending } = statistics;
  if (neverRecovered > 0) {
    const all = count + neverRecovered + unmeasured + failed + pending;
    return {
      rule,
      outcome: 'failed',
      reason: `${neverRecovered} of ${counted(all, 'fault')} never recovered`,
    };
  }
  if (p95 !== null && p95 > mostMs) {
    const reason = `the p95 of ${counted(count, 'recovery time')} is ${p95} ms, more than ${mostMs} ms`;
    return { rule, outcome: 'failed', reason };
  }
  const without = [
    ...(unmeasured > 0 ? [`${unmeasured} recovered without a time`] : []),
    ...(failed > 0 ? [`${failed} did not take`] : []),
    ...(pending > 0 ? [`${pending} not injected`] : []),
  ];
  if (without.length > 0)
    return { rule, outcome: 'unknown', reason: `not every fault has a recovery time: ${without.join(', ')}` };
  if (p95 === null) return { rule, outcome: 'unknown', reason: 'no fault is recorded for the run' };
  const reason = `the p95 of ${counted(count, 'recovery time')} is ${p95} ms, at most ${mostMs} ms`;
  return { rule, outcome: 'passed', reason };
}
