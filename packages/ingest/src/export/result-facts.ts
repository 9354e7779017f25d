import { ASSERTION_PLACE, type TestResult } from '@test-coordinator/domain';

import { textOf } from '../source/json-access.js';

/** Where the assertion stands in its run, as far as its record says. */
export function placeOf({ metadata }: TestResult): readonly string[] {
  return ASSERTION_PLACE.flatMap((member) => textOf(metadata?.[member]) ?? []);
}

/** How long it took, in milliseconds, where the record says so. */
export function durationOf({ metadata }: TestResult): number | undefined {
  const told = metadata?.['durationMs'];
  return typeof told === 'number' && told >= 0 ? told : undefined;
}

/** What JUnit's own assertions say, which readers of reports take apart again. */
export function comparisonText({ expectedValue, actualValue }: TestResult): string {
  return `expected: <${expectedValue}> but was: <${actualValue}>`;
}

export function nameOf({ name }: TestResult): string {
  return name ?? '(unnamed)';
}
