import type { TestRun } from '@test-coordinator/domain';

/** What is told of a run in JSON: what it was made with can be large, and is left out. */
export function runFacts({
  configurationSnapshot: _snapshot,
  ...facts
}: TestRun): Omit<TestRun, 'configurationSnapshot'> {
  return facts;
}
