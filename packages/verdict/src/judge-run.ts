import type { ComparedAssertion, ResultStatus, Scenario, TestRun } from '@test-coordinator/domain';
import { MAX_PAGE_LIMIT, refuse, type Repositories } from '@test-coordinator/ports';

import { findBaseline, findNewestRun, findRunNamed, type BaselineChoice } from './find-runs.js';
import { overallOutcome, type Outcome, type RuleVerdict } from './rule-verdict.js';
import { judgeAge } from './rules/age.js';
import { judgeCompleteness } from './rules/completeness.js';
import { judgeFlaky } from './rules/flaky.js';
import { isNewFailure, judgeFirstFailures, judgeNewFailures } from './rules/new-failures.js';
import { judgePassRate } from './rules/pass-rate.js';
import { judgeRecovery } from './rules/recovery.js';
import { judgeFinished, judgeRunPassed, judgeVerified } from './rules/run-state.js';

/** What a run is judged by besides its own state; a rule that is left out is not asked for. */
export interface GateRules {
  /** From 0 to 1. */
  readonly minPassRate?: number | undefined;
  readonly maxRecoveryP95Ms?: number | undefined;
  /** @default false */
  readonly noNewFailures?: boolean | undefined;
  readonly maxFlaky?: number | undefined;
  readonly maxAgeMs?: number | undefined;
}

export interface GateRequest {
  readonly scenarioId: string;
  /** Id or externalId. @default the run of the scenario that was recorded last */
  readonly run?: string | undefined;
  /** @default last-passed */
  readonly baseline?: BaselineChoice | undefined;
  readonly rules: GateRules;
}

export interface GateContext {
  readonly now: Date;
  /** Asked at the end: whether an answer was made without all of the store. */
  readonly wasDegraded: () => boolean;
}

/** What the gate says of a run, and of what. */
export interface Verdict {
  readonly outcome: Outcome;
  readonly judgedAt: Date;
  readonly scenarioId: string;
  /** `null` where the scenario is not recorded. */
  readonly scenario: Scenario | null;
  /** `null` where there is none. */
  readonly run: TestRun | null;
  /** What the run was held against; `null` where no rule asks for it, or there is none. */
  readonly baseline: TestRun | null;
  /** Of the run; `null` where there is none. */
  readonly results: Readonly<Record<ResultStatus, number>> | null;
  readonly rules: readonly RuleVerdict[];
  /** What fails in the run and did not in the baseline, the first of them; the rule's reason has the count. */
  readonly newFailures: readonly ComparedAssertion[];
}

/** Most new failures that a verdict lists. */
export const MAX_NEW_FAILURES = 20;

/**
 * Judges a run of a scenario in at most ten reads, each one statement, whatever its size. What is not recorded gives an
 * `unknown` verdict, and no error.
 * Codes: `INVALID_ARGUMENT`, also for a run or a baseline of another scenario and a run that is its own baseline; those
 * of reads.
 */
export async function judgeRun(
  repositories: Repositories,
  request: GateRequest,
  context: GateContext,
): Promise<Verdict> {
  const { scenarioId } = request;
  const scenario = await repositories.scenarios.getById(scenarioId);
  const run = scenario === null ? null : await judgedRun(repositories, request);
  const shared = { judgedAt: context.now, scenarioId, scenario, run };
  if (run === null) {
    const reason = missing(request, scenario);
    const rules: RuleVerdict[] = [{ rule: 'found', outcome: 'unknown', reason }];
    return { ...shared, outcome: 'unknown', baseline: null, results: null, rules, newFailures: [] };
  }
  const results = await repositories.testResults.countByStatus({ runId: run.runId });
  const isOver = run.status !== 'pending' && run.status !== 'running';
  const judged = isOver
    ? await judgeByRules(repositories, run, results, request, context)
    : { rules: [], baseline: null, newFailures: [] };
  const rules: readonly RuleVerdict[] = [
    { rule: 'found', outcome: 'passed', reason: `run ${run.runId} is recorded` },
    judgeFinished(run),
    judgeCompleteness(context.wasDegraded()),
    ...judged.rules,
  ];
  return { ...shared, ...judged, outcome: overallOutcome(rules), results, rules };
}

async function judgedRun(
  { testRuns }: Repositories,
  { scenarioId, run: name }: GateRequest,
): Promise<TestRun | null> {
  if (name === undefined) return findNewestRun(testRuns, scenarioId);
  const run = await findRunNamed(testRuns, name);
  if (run !== null && run.scenarioId !== scenarioId)
    refuse('run', `is of the scenario ${run.scenarioId}, not of ${scenarioId}`);
  return run;
}

function missing({ scenarioId, run }: GateRequest, scenario: Scenario | null): string {
  if (scenario === null) return `no scenario ${scenarioId} is recorded`;
  if (run === undefined) return `no run of the scenario ${scenarioId} is recorded`;
  return `no run has the id or the externalId ${JSON.stringify(run)}`;
}

/** The rules over a run that is over: what its results say, whether or not it decided. */
async function judgeByRules(
  repositories: Repositories,
  run: TestRun,
  results: Readonly<Record<ResultStatus, number>>,
  { baseline: choice = 'last-passed', rules: asked }: GateRequest,
  { now }: GateContext,
): Promise<Pick<Verdict, 'rules' | 'baseline' | 'newFailures'>> {
  const { runId } = run;
  const { minPassRate, maxRecoveryP95Ms, noNewFailures = false, maxFlaky, maxAgeMs } = asked;
  const isJudgedByResults = minPassRate !== undefined || noNewFailures;
  const rules = [judgeVerified(run, results), judgeRunPassed(run, results, isJudgedByResults)];
  // The comparison takes longer than all the others: they need not wait for it.
  const [recovery, compared, byType] = await Promise.all([
    maxRecoveryP95Ms === undefined
      ? undefined
      : repositories.chaosEvents.calculateAverageRecoveryTime({ runId }),
    noNewFailures ? compareWithBaseline(repositories, run, results, choice) : NOT_COMPARED,
    maxFlaky === undefined ? undefined : repositories.testResults.getAssertionStatistics({ runId }),
  ]);
  if (minPassRate !== undefined) rules.push(judgePassRate(minPassRate, results));
  if (maxRecoveryP95Ms !== undefined && recovery !== undefined)
    rules.push(judgeRecovery(maxRecoveryP95Ms, recovery));
  if (compared.rule !== undefined) rules.push(compared.rule);
  if (maxFlaky !== undefined && byType !== undefined) {
    const flaky = byType.reduce((sum, type) => sum + type.flaky, 0);
    rules.push(judgeFlaky(maxFlaky, flaky));
  }
  if (maxAgeMs !== undefined) rules.push(judgeAge(maxAgeMs, run, now));
  const { baseline, newFailures } = compared;
  return { rules, baseline, newFailures };
}

interface Compared extends Pick<Verdict, 'baseline' | 'newFailures'> {
  readonly rule: RuleVerdict | undefined;
}

const NOT_COMPARED: Compared = { rule: undefined, baseline: null, newFailures: [] };

async function compareWithBaseline(
  { testRuns, testResults }: Repositories,
  run: TestRun,
  results: Readonly<Record<ResultStatus, number>>,
  choice: BaselineChoice,
): Promise<Compared> {
  const baseline = await findBaseline(testRuns, run, choice);
  if (baseline === null) {
    if (typeof choice !== 'object') return { rule: judgeFirstFailures(results), baseline, newFailures: [] };
    const reason = `no run has the id or the externalId ${JSON.stringify(choice.run)}`;
    return { rule: { rule: 'no-new-failures', outcome: 'unknown', reason }, baseline, newFailures: [] };
  }
  if (baseline.runId === run.runId) refuse('baseline', 'is the run that is judged');
  if (baseline.scenarioId !== run.scenarioId)
    refuse('baseline', `is of the scenario ${baseline.scenarioId}, not of ${run.scenarioId}`);
  if (baseline.status !== 'passed' && baseline.status !== 'failed') {
    const reason = `the baseline ${baseline.runId} is ${baseline.status}: it decided nothing`;
    return { rule: { rule: 'no-new-failures', outcome: 'unknown', reason }, baseline, newFailures: [] };
  }
  const comparison = await testResults.compareRuns(
    {
      baselineRunId: baseline.runId,
      runId: run.runId,
      findings: ['newly_failed', 'added', 'undecided'],
    },
    { limit: MAX_PAGE_LIMIT },
  );
  const newFailures = comparison.items
    .filter(({ before, after }) =>
      isNewFailure({ before: before?.status ?? null, after: after?.status ?? null }),
    )
    .slice(0, MAX_NEW_FAILURES);
  return { rule: judgeNewFailures(comparison.transitions), baseline, newFailures };
}

/** What can be said of a run when the store does not answer: nothing. @param reason Fit to print. */
export function unansweredVerdict({ scenarioId }: GateRequest, now: Date, reason: string): Verdict {
  return {
    outcome: 'unknown',
    judgedAt: now,
    scenarioId,
    scenario: null,
    run: null,
    baseline: null,
    results: null,
    rules: [{ rule: 'complete', outcome: 'unknown', reason }],
    newFailures: [],
  };
}
