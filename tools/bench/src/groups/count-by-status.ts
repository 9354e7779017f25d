import { countResults, type TestResult } from '@test-coordinator/domain';

import type { BenchmarkGroup } from '../measure.js';
import { adapterWithRuns, addResults, type Scale } from '../records.js';

/** Counts of results by status: by counters, by the results of one filter, and by looking at all. */
export async function* countByStatus({ divisor }: Scale): AsyncIterable<BenchmarkGroup> {
  const records = 1_000_000 / divisor;
  const { adapter, runIds } = await adapterWithRuns(20);
  const { testResults } = adapter.ports;
  const resultIds = await addResults(adapter, runIds, records);
  const runId = runIds[7]!;
  const all: TestResult[] = [];
  for (const resultId of resultIds) all.push((await testResults.getById(resultId))!);
  const calls = 1_000;
  yield {
    title: `countByStatus over ${records.toLocaleString('en')} results`,
    reach: 'no look at the results, neither for all nor for one run',
    contenders: [
      {
        name: 'of all results',
        operations: calls,
        run: async () => {
          for (let index = 0; index < calls; index += 1) await testResults.countByStatus();
        },
      },
      {
        name: 'of one run',
        operations: calls,
        run: async () => {
          for (let index = 0; index < calls; index += 1) await testResults.countByStatus({ runId });
        },
      },
      {
        name: `of one run and type, through ${(records / 20).toLocaleString('en')} results`,
        operations: 1,
        run: async () => {
          await testResults.countByStatus({ runId, types: ['latency'] });
        },
      },
      {
        name: 'a look at all results',
        operations: 1,
        run: () => {
          countResults(all.map(({ status }) => status));
        },
      },
    ],
  };
}
