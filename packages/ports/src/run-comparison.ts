import {
  COMPARISON_GROUPS,
  COMPARISON_MARKS,
  type ComparedAssertion,
  type ComparisonGroup,
  type ComparisonMark,
  type DurationThreshold,
  type StatusTransition,
} from '@test-coordinator/domain';

import { checkOneOf, checkUuid, refuse } from './arguments.js';
import { checkRequestFields } from './request-fields.js';
import type { Page } from './page.js';

/** A group or a mark: what a comparison finds. */
export type ComparisonFinding = ComparisonGroup | ComparisonMark;

export interface RunComparisonRequest {
  /** The run that the other is held against: `before`. */
  readonly baselineRunId: string;
  /** The run that is judged: `after`. */
  readonly runId: string;
  /**
   * Which assertions the page lists: those in one of these groups, or with one of these marks. An empty list matches
   * nothing. What is counted does not depend on it. @default all
   */
  readonly findings?: readonly ComparisonFinding[] | undefined;
  /** From when on an assertion is slower or faster; without it none is. */
  readonly slowerBy?: DurationThreshold | undefined;
}

/** How many assertions made a transition. */
export interface TransitionCount extends StatusTransition {
  readonly count: number;
}

/** What became of the assertions of the baseline in the run. The counts are over all of them, whatever the page lists. */
export interface RunComparison extends Page<ComparedAssertion> {
  /** They add up to the assertions that at least one of the runs has. */
  readonly counts: Readonly<Record<ComparisonGroup, number>>;
  readonly marks: Readonly<Record<ComparisonMark, number>>;
  /**
   * The same assertions by their statuses, for a rule that looks closer than the groups (those that were added and
   * failed, say). Only those that occur, in the order of STATUS_TRANSITIONS.
   */
  readonly transitions: readonly TransitionCount[];
}

const FINDINGS: readonly ComparisonFinding[] = [...COMPARISON_GROUPS, ...COMPARISON_MARKS];
const FIELDS: Readonly<Record<keyof RunComparisonRequest, true>> = {
  baselineRunId: true,
  runId: true,
  findings: true,
  slowerBy: true,
};
const THRESHOLD_FIELDS: Readonly<Record<keyof DurationThreshold, true>> = { ratio: true, ms: true };

/** @throws DataAdapterError `INVALID_ARGUMENT` that names the field. */
export function checkRunComparisonRequest(request: RunComparisonRequest): RunComparisonRequest {
  checkRequestFields(request, FIELDS, 'request');
  const { baselineRunId, runId, findings, slowerBy } = request;
  checkUuid(baselineRunId, 'baselineRunId');
  checkUuid(runId, 'runId');
  if (findings !== undefined) {
    if (!Array.isArray(findings)) refuse('findings', 'must be a list');
    for (const [index, finding] of findings.entries()) checkOneOf(finding, FINDINGS, `findings[${index}]`);
  }
  if (slowerBy !== undefined) {
    checkRequestFields(slowerBy, THRESHOLD_FIELDS, 'slowerBy');
    checkBetween(slowerBy.ratio, 'slowerBy.ratio', 1, 1_000_000);
    checkBetween(slowerBy.ms, 'slowerBy.ms', 0, Number.MAX_SAFE_INTEGER);
  }
  return request;
}

function checkBetween(value: unknown, path: string, least: number, most: number): void {
  if (typeof value !== 'number' || !(value >= least && value <= most))
    refuse(path, `must be a number from ${least} to ${most}`);
}
