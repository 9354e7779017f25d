import { InvalidValueError, type Problem } from './invalid-value-error.js';

/** At most so many problems are told of one batch. */
const MAX_PROBLEMS = 20;

/**
 * Each result of a batch as `read` reads one, in the order given.
 * @throws InvalidValueError with the place before each path: `results[17].status`.
 */
export function readResultBatch<Given, Read>(
  results: readonly Given[],
  read: (result: Given) => Read,
): readonly Read[] {
  const problems: Problem[] = [];
  const batch: Read[] = [];
  for (let index = 0; index < results.length && problems.length < MAX_PROBLEMS; index += 1) {
    const result = results[index]!;
    try {
      batch.push(read(result));
    } catch (error) {
      if (!(error instanceof InvalidValueError)) throw error;
      const place = `results[${index}]`;
      for (const { path, problem } of error.problems)
        problems.push({ path: isObject(result) ? `${place}.${path}` : place, problem });
    }
  }
  if (problems.length > 0) throw new InvalidValueError('results', problems.slice(0, MAX_PROBLEMS));
  return batch;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
