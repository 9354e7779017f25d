import type { RuleVerdict } from '../rule-verdict.js';

/**
 * Rule `complete`: every answer that the verdict is made of was made with all of the store. A coordinator whose store is
 * away answers with what it has, and says so: then this is unknown, since a failure may be missing.
 */
export function judgeCompleteness(wasDegraded: boolean): RuleVerdict {
  const rule = 'complete';
  return wasDegraded
    ? { rule, outcome: 'unknown', reason: 'a part of the store is away: what is recorded may be missing' }
    : { rule, outcome: 'passed', reason: 'all of the store answered' };
}
