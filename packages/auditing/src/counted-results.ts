import type { NewTestResult } from '@test-coordinator/domain';

import type { Tally } from './tally.js';

/** The results as they are read, each counted. */
export function countedResults(
  results: AsyncIterable<NewTestResult> | Iterable<NewTestResult>,
  tally: Tally,
): AsyncIterable<NewTestResult> | Iterable<NewTestResult> {
  const count = (result: NewTestResult): NewTestResult => {
    tally.add('results', result, result?.resultId ?? undefined);
    return result;
  };
  if (typeof results === 'object' && results !== null && Symbol.asyncIterator in results)
    return countedAsync(results, count);
  if (typeof results === 'object' && results !== null && Symbol.iterator in results)
    return counted(results, count);
  return results;
}

async function* countedAsync<Item>(
  items: AsyncIterable<Item>,
  count: (item: Item) => Item,
): AsyncIterable<Item> {
  for await (const item of items) yield count(item);
}

function* counted<Item>(items: Iterable<Item>, count: (item: Item) => Item): Iterable<Item> {
  for (const item of items) yield count(item);
}
