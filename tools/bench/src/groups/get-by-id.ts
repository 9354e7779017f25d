import type { BenchmarkGroup } from '../measure.js';
import { adapterWithRuns, addResults, picks, type Scale } from '../records.js';

/** One result by its id, in random order, against a bare Map of the same records. */
export async function* getById({ divisor }: Scale): AsyncIterable<BenchmarkGroup> {
  yield await groupOf(100_000 / divisor, 500_000 / divisor);
  yield await groupOf(1_000_000 / divisor, 500_000 / divisor);
}

async function groupOf(records: number, operations: number): Promise<BenchmarkGroup> {
  const { adapter, runIds } = await adapterWithRuns(100);
  const { testResults } = adapter.ports;
  const resultIds = await addResults(adapter, runIds, records);
  const wanted = picks(operations, records).map((index) => resultIds[index]!);
  const bare = new Map<string, unknown>();
  for (const resultId of resultIds) bare.set(resultId, await testResults.getById(resultId));
  const asynchronous = async (id: string): Promise<unknown> => bare.get(id);
  let found = 0;
  return {
    title: `getById of a result among ${records.toLocaleString('en')}`,
    reach: 'at least 1 M/s at 100,000 records, and 0.7 of an awaited Map.get',
    contenders: [
      {
        name: 'Map.get in an async function',
        operations,
        run: async () => {
          for (const id of wanted) if ((await asynchronous(id)) !== undefined) found += 1;
        },
      },
      {
        name: 'testResults.getById',
        operations,
        run: async () => {
          for (const id of wanted) if ((await testResults.getById(id)) !== null) found += 1;
        },
      },
      {
        name: 'Map.get, nothing awaited',
        operations,
        run: () => {
          for (const id of wanted) if (bare.get(id) !== undefined) found += 1;
        },
      },
    ],
  };
}
