import type { AssertionType, ResultStatus } from './enumerations.js';
import type { JsonObject } from './json-value.js';
import type { TestResult } from './test-result.js';

/**
 * What finds an assertion again in another run. Names repeat within a run, so it takes all of this: results are of the
 * same assertion when every part is equal. What a result expected, found or said is no part of it.
 */
export interface AssertionIdentity {
  readonly assertionType: AssertionType;
  readonly name?: string;
  /**
   * Where it stands in its report: `phase`, `suite` and `className` of the result's metadata, in this order, those that
   * are there as text. Not the `file`, which many tools tell with the folder of their checkout, nor the `testId`, which
   * some make anew in each run.
   */
  readonly path: readonly string[];
  /** Which of the otherwise equal ones of its run, in the order they were recorded, from 1. */
  readonly occurrence: number;
}

/** How an assertion fared in one run: its last attempt decides. */
export interface AssertionOutcome {
  /** The result that decided. */
  readonly resultId: string;
  readonly status: ResultStatus;
  /** Passed, but only after another attempt had not. */
  readonly flaky: boolean;
  /** Milliseconds: `durationMs` of the result's metadata, where that is a number from 0. */
  readonly durationMs?: number;
}

/** One assertion of one run. */
export interface CheckedAssertion {
  readonly assertion: AssertionIdentity;
  readonly outcome: AssertionOutcome;
}

/** The members of a result's metadata that say where its assertion stands, from the outside in. */
export const ASSERTION_PATH = ['phase', 'suite', 'className'] as const;

/**
 * The assertions of one run, each as its last attempt left it, in the order of the results that decided.
 *
 * A result is the next attempt at the equal one recorded before it when that one failed or ended in error, its `attempt`
 * is higher by one, and no importer has numbered it as an occurrence of its own (`occurrence` in its metadata).
 * Every other result is an assertion of its own.
 * @param results All results of the run, in the order of their ids.
 */
export function checkedAssertions(results: Iterable<TestResult>): readonly CheckedAssertion[] {
  const latest = new Map<string, { result: TestResult; occurrence: number; attempts: number }>();
  const decided = new Map<string, CheckedAssertion>();
  for (const result of results) {
    const key = JSON.stringify([result.assertionType, result.name ?? null, pathOf(result.metadata)]);
    const before = latest.get(key);
    const isRetry = before !== undefined && isNextAttempt(before.result, result);
    const occurrence = (before?.occurrence ?? 0) + (isRetry ? 0 : 1);
    const attempts = isRetry ? before.attempts + 1 : 1;
    latest.set(key, { result, occurrence, attempts });
    if (isRetry) decided.delete(before.result.resultId);
    decided.set(result.resultId, checkedAssertion(result, occurrence, attempts));
  }
  return [...decided.values()];
}

/** The same text for equal identities, and for no others. */
export function assertionKey({ assertionType, name, path, occurrence }: AssertionIdentity): string {
  return JSON.stringify([assertionType, name ?? null, path, occurrence]);
}

function checkedAssertion(result: TestResult, occurrence: number, attempts: number): CheckedAssertion {
  const { resultId, status, name, assertionType, metadata } = result;
  const durationMs = metadata?.['durationMs'];
  return {
    assertion: { assertionType, ...(name !== undefined && { name }), path: pathOf(metadata), occurrence },
    outcome: {
      resultId,
      status,
      flaky: status === 'passed' && (result.flaky || attempts > 1),
      ...(typeof durationMs === 'number' && durationMs >= 0 && { durationMs }),
    },
  };
}

function pathOf(metadata: JsonObject | undefined): readonly string[] {
  if (metadata === undefined) return [];
  return ASSERTION_PATH.flatMap((member) => {
    const part = metadata[member];
    return typeof part === 'string' ? [part] : [];
  });
}

function isNextAttempt(before: TestResult, result: TestResult): boolean {
  if (before.status !== 'failed' && before.status !== 'error') return false;
  const isNumbered = result.metadata !== undefined && Object.hasOwn(result.metadata, 'occurrence');
  return result.attempt === before.attempt + 1 && !isNumbered;
}
