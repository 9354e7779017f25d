import type { AssertionType, ResultStatus } from './enumerations.js';
import { canonicalJson, type JsonValue } from './json-value.js';
import type { TestResult } from './test-result.js';

/** The members of a result's metadata that say where its assertion stands. */
export const ASSERTION_PLACE = ['phase', 'suite', 'className'] as const;
export type AssertionPlace = Readonly<Partial<Record<(typeof ASSERTION_PLACE)[number], JsonValue>>>;

/**
 * What finds an assertion again in another run. Names repeat within a run, so it takes all of this: results are of the
 * same assertion when every part is equal. What a result expected, found or said is no part of it.
 */
export interface AssertionIdentity {
  readonly assertionType: AssertionType;
  readonly name?: string;
  /**
   * Where it stands in its report: `phase`, `suite` and `className` of the result's metadata, those that are there. Not
   * the `file`, which many tools tell with the folder of their checkout, nor the `testId`, which some make anew each run.
   */
  readonly place: AssertionPlace;
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
  /** Milliseconds: `durationMs` of the result's metadata, where that is one. */
  readonly durationMs?: number;
}

/** One assertion of one run. */
export interface CheckedAssertion {
  readonly assertion: AssertionIdentity;
  readonly outcome: AssertionOutcome;
}

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
    const key = canonicalJson([result.assertionType, result.name ?? null, placeOf(result)]);
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

/** The value of a document as a duration in milliseconds, if it is a number from 0. */
export function durationOf(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 ? value : undefined;
}

/** The same text for equal identities, and for no others. */
export function assertionKey({ assertionType, name, place, occurrence }: AssertionIdentity): string {
  return canonicalJson([assertionType, name ?? null, place, occurrence]);
}

function checkedAssertion(result: TestResult, occurrence: number, attempts: number): CheckedAssertion {
  const { resultId, status, name, assertionType, metadata } = result;
  const durationMs = durationOf(metadata?.['durationMs']);
  return {
    assertion: { assertionType, ...(name !== undefined && { name }), place: placeOf(result), occurrence },
    outcome: {
      resultId,
      status,
      flaky: status === 'passed' && (result.flaky || attempts > 1),
      ...(durationMs !== undefined && { durationMs }),
    },
  };
}

function placeOf({ metadata = {} }: TestResult): AssertionPlace {
  const found = ASSERTION_PLACE.map((member) => [member, metadata[member]] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined && value !== null));
}

function isNextAttempt(before: TestResult, result: TestResult): boolean {
  if (before.status !== 'failed' && before.status !== 'error') return false;
  const isNumbered = result.metadata !== undefined && Object.hasOwn(result.metadata, 'occurrence');
  return result.attempt === before.attempt + 1 && !isNumbered;
}
