import type { ResultStatus, TestRun } from '@test-coordinator/domain';

import { counted, type RuleVerdict } from '../rule-verdict.js';

type JudgedRun = Pick<TestRun, 'status' | 'unverified' | 'errorMessage' | 'exitCode'>;
type Counts = Readonly<Record<ResultStatus, number>>;

/**
 * Rule `finished`: the run ended with a decision. It passes for a run that passed or failed. It is unknown for one that is
 * pending or running, whose results are still to come, and for one that was cancelled, timed out or ended in error: a
 * broken test says nothing about the platform.
 */
export function judgeFinished({ status, errorMessage }: JudgedRun): RuleVerdict {
  const rule = 'finished';
  switch (status) {
    case 'passed':
    case 'failed':
      return { rule, outcome: 'passed', reason: `the run ended as ${status}` };
    case 'pending':
    case 'running':
      return { rule, outcome: 'unknown', reason: `the run is ${status}: it is not over` };
    case 'error':
    case 'cancelled':
    case 'timeout': {
      const because = errorMessage === undefined || errorMessage === '' ? '' : `: ${errorMessage}`;
      return {
        rule,
        outcome: 'unknown',
        reason: `the run ended as ${status}, which decides nothing${because}`,
      };
    }
  }
}

/**
 * Rule `verified`: something was checked. It passes when at least one result passed or failed, and is unknown when none
 * did, and for a run that says so itself (`unverified`).
 */
export function judgeVerified({ unverified }: JudgedRun, { passed, failed }: Counts): RuleVerdict {
  const rule = 'verified';
  if (unverified) return { rule, outcome: 'unknown', reason: 'the run is unverified: it checked nothing' };
  const decided = passed + failed;
  return decided === 0
    ? { rule, outcome: 'unknown', reason: 'no result passed or failed: nothing was checked' }
    : { rule, outcome: 'passed', reason: `${counted(decided, 'result')} decided` };
}

/**
 * Rule `run-passed`: the run's own verdict. It passes for a run that passed, and fails for one that failed. A rule that
 * judges failures more closely (`min-pass-rate`, `no-new-failures`) takes its place for a run that failed with failed
 * results; one that failed without any fails here, since no result tells why. It is unknown for every other status.
 */
export function judgeRunPassed(
  { status, errorMessage, exitCode }: JudgedRun,
  { failed, error }: Counts,
  isJudgedByResults: boolean,
): RuleVerdict {
  const rule = 'run-passed';
  if (status === 'passed') {
    const despite = failed === 0 ? '' : `, although ${counted(failed, 'result')} failed`;
    return { rule, outcome: 'passed', reason: `the run passed${despite}` };
  }
  if (status !== 'failed') return { rule, outcome: 'unknown', reason: `the run ${verbOf(status)}` };
  if (failed > 0 && isJudgedByResults) {
    const reason = `the run failed with ${counted(failed, 'failed result')}, which the rules below judge`;
    return { rule, outcome: 'passed', reason };
  }
  const told = [
    failed > 0 ? counted(failed, 'failed result') : 'no failed result tells why',
    ...(error > 0 ? [`${error} could not be checked`] : []),
    ...(exitCode === undefined ? [] : [`exit code ${exitCode}`]),
    ...(errorMessage === undefined || errorMessage === '' ? [] : [errorMessage]),
  ];
  return { rule, outcome: 'failed', reason: `the run failed: ${told.join('; ')}` };
}

function verbOf(status: Exclude<TestRun['status'], 'passed' | 'failed'>): string {
  return status === 'pending' || status === 'running' ? 'is not over' : `ended as ${status}`;
}
