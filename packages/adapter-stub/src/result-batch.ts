import {
  InvalidValueError,
  newTestResult,
  type NewTestResult,
  type Problem,
  type TestResult,
} from '@test-coordinator/domain';

/** At most so many problems are told of one batch. */
const MAX_PROBLEMS = 20;

/** Builds the records of a batch in the order given. Throws InvalidValueError with paths such as `results[17].status`. */
export function newTestResults(
  inputs: readonly unknown[],
  mintId: () => string,
  now: Date,
): readonly TestResult[] {
  const problems: Problem[] = [];
  const records: TestResult[] = [];
  for (let index = 0; index < inputs.length && problems.length < MAX_PROBLEMS; index += 1) {
    try {
      records.push(newTestResult(inputs[index] as NewTestResult, mintId, now));
    } catch (error) {
      if (!(error instanceof InvalidValueError)) throw error;
      const place = `results[${index}]`;
      for (const { path, problem } of error.problems) {
        problems.push({ path: isObject(inputs[index]) ? `${place}.${path}` : place, problem });
      }
    }
  }
  if (problems.length > 0) throw new InvalidValueError('results', problems.slice(0, MAX_PROBLEMS));
  return records;
}

function isObject(input: unknown): boolean {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}
