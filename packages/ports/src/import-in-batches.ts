import type { NewTestResult } from '@test-coordinator/domain';

import { MAX_BULK, refuse } from './arguments.js';
import { throwIfAborted } from './call-options.js';
import { DataAdapterError } from './data-adapter-error.js';
import type { ImportAllOptions, ImportProgress, TestResultsRepository } from './test-results-repository.js';

/**
 * `importAll` by the `bulkCreate` of the same repository: each adapter's own statement, transaction and refusals, and
 * one loop for all of them. A batch is read when the one before it is stored, so a slow store slows its source.
 */
export async function importInBatches(
  repository: Pick<TestResultsRepository, 'bulkCreate'>,
  results: AsyncIterable<NewTestResult> | Iterable<NewTestResult>,
  options: ImportAllOptions = {},
): Promise<ImportProgress> {
  const { onProgress, ...call } = options;
  throwIfAborted(call);
  if (!isIterable(results)) refuse('results', 'must be an iterable or an async iterable of results');
  let recorded = 0;
  let batch: NewTestResult[] = [];
  const record = async (): Promise<void> => {
    try {
      await repository.bulkCreate(batch, call);
    } catch (error) {
      throw fromStart(error, recorded);
    }
    recorded += batch.length;
    batch = [];
    onProgress?.({ recorded });
  };
  for await (const result of results) {
    if (batch.push(result) === MAX_BULK) await record();
  }
  if (batch.length > 0) await record();
  return { recorded };
}

function isIterable(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value)
  );
}

interface PlacedProblem {
  readonly path: string;
  readonly problem: string;
}

/** The error of a batch with its places counted from the start of the load. @param before Results before the batch. */
function fromStart(error: unknown, before: number): unknown {
  if (!DataAdapterError.is(error) || before === 0) return error;
  const { code, message, entity, id, details } = error;
  const problems = details?.['problems'] as readonly PlacedProblem[] | undefined;
  if (problems === undefined) return error;
  // Only where a path begins: a key of the metadata may be called `results` too.
  const moved = (text: string): string =>
    text.replace(/(?<!\S)results\[(\d+)\]/g, (_, index) => `results[${Number(index) + before}]`);
  return new DataAdapterError(code, moved(message), {
    ...(entity !== undefined && { entity }),
    ...(id !== undefined && { id }),
    ...(details !== undefined && { details }),
    problems: problems.map(({ path, problem }) => ({ path: moved(path), problem })),
    cause: error,
  });
}
