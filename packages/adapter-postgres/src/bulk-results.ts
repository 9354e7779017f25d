import {
  frozenDate,
  newTestResult,
  readResultBatch,
  type NewTestResult,
  type TestResult,
} from '@test-coordinator/domain';
import { refused, type Clock, type IdGenerator } from '@test-coordinator/ports';

/**
 * The records of a batch, each under the rules of `create`; ids are minted in the order given.
 * @throws DataAdapterError `INVALID_ARGUMENT`; the paths start with the place: `results[17].status`.
 */
export function newResults(
  results: readonly NewTestResult[],
  { clock, ids }: { readonly clock: Clock; readonly ids: IdGenerator },
): readonly TestResult[] {
  // Frozen here, it is one Date for all of them.
  const now = frozenDate(clock.now());
  const mint = (): string => ids.next();
  return refused(() => readResultBatch(results, (result) => newTestResult(result, mint, now)));
}
