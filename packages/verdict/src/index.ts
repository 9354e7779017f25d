export {
  OUTCOMES,
  RULES,
  counted,
  overallOutcome,
  type Outcome,
  type Rule,
  type RuleVerdict,
} from './rule-verdict.js';
export { judgeFinished, judgeRunPassed, judgeVerified } from './rules/run-state.js';
export { judgeCompleteness } from './rules/completeness.js';
export { judgePassRate } from './rules/pass-rate.js';
export { judgeRecovery } from './rules/recovery.js';
export {
  isNewFailure,
  isUnchecked,
  judgeFirstFailures,
  judgeNewFailures,
  type CountedTransition,
} from './rules/new-failures.js';
export { judgeFlaky } from './rules/flaky.js';
export { CLOCK_SLACK_MS, durationText, judgeAge } from './rules/age.js';
export { findBaseline, findNewestRun, findRunNamed, getRunNamed, type BaselineChoice } from './find-runs.js';
export {
  MAX_NEW_FAILURES,
  judgeRun,
  unansweredVerdict,
  type GateContext,
  type GateRequest,
  type GateRules,
  type Verdict,
} from './judge-run.js';
