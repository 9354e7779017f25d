import { counted, type RuleVerdict } from '../rule-verdict.js';

/** Rule `max-flaky`: at most this many results passed only after another attempt had not. */
export function judgeFlaky(most: number, flaky: number): RuleVerdict {
  const rule = 'max-flaky';
  const told = counted(flaky, 'flaky result');
  return flaky > most
    ? { rule, outcome: 'failed', reason: `${told}, more than ${most}` }
    : { rule, outcome: 'passed', reason: `${told}, at most ${most}` };
}
