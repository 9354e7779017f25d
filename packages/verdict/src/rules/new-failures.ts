import type { ResultStatus, StatusTransition } from '@test-coordinator/domain';

import { counted, type RuleVerdict } from '../rule-verdict.js';

/** How many assertions went from a status in the baseline to one in the run. */
export type CountedTransition = StatusTransition & { readonly count: number };

/** Whether the assertion fails in the run and did not in the baseline: it passed, was not decided, or was not there. */
export function isNewFailure({ before, after }: StatusTransition): boolean {
  return after === 'failed' && before !== 'failed';
}

/** Whether the baseline decided the assertion and the run did not, or the run alone could not check it. */
export function isUnchecked({ before, after }: StatusTransition): boolean {
  return (isDecided(before) && !isDecided(after)) || (after === 'error' && before !== 'error');
}

/**
 * Rule `no-new-failures`: nothing fails in the run that did not fail in the baseline. An assertion that is new and fails
 * is a new failure. It is unknown when none is, but some assertions were not checked: the baseline decided them, and the
 * run lacks them, skipped them or could not check them.
 */
export function judgeNewFailures(transitions: readonly CountedTransition[]): RuleVerdict {
  const rule = 'no-new-failures';
  const sumOf = (isMeant: (transition: StatusTransition) => boolean): number =>
    transitions.reduce((sum, transition) => sum + (isMeant(transition) ? transition.count : 0), 0);
  const fresh = sumOf(isNewFailure);
  const known = sumOf(({ before, after }) => before === 'failed' && after === 'failed');
  if (fresh > 0) {
    const added = sumOf(({ before, after }) => before === null && after === 'failed');
    const parts = [
      `${counted(fresh, 'new failure')}${added > 0 ? `, ${added} of them of assertions that the baseline lacks` : ''}`,
      ...(known > 0 ? [`${known} failed before`] : []),
    ];
    return { rule, outcome: 'failed', reason: parts.join('; ') };
  }
  const unchecked = sumOf(isUnchecked);
  if (unchecked > 0) {
    const gone = sumOf(({ before, after }) => isDecided(before) && after === null);
    const reason = `no new failure, but ${counted(unchecked, 'assertion')} not checked${gone > 0 ? `, ${gone} of them gone` : ''}`;
    return { rule, outcome: 'unknown', reason };
  }
  const reason = known === 0 ? 'nothing failed' : `no new failure; ${known} failed before`;
  return { rule, outcome: 'passed', reason };
}

/**
 * Rule `no-new-failures` where there is no baseline, as for the first run of a scenario: without a failure none can be
 * new. With one, or with results that could not be checked, it is unknown.
 */
export function judgeFirstFailures({ failed, error }: Readonly<Record<ResultStatus, number>>): RuleVerdict {
  const rule = 'no-new-failures';
  if (failed === 0 && error === 0)
    return { rule, outcome: 'passed', reason: 'nothing failed; there is no baseline yet' };
  const reason = `${failed} failed and ${error} could not be checked, and there is no baseline that tells which are new`;
  return { rule, outcome: 'unknown', reason };
}

function isDecided(status: ResultStatus | null): boolean {
  return status === 'passed' || status === 'failed';
}
