import type { TestResult } from '@test-coordinator/domain';

import type { BenchmarkGroup } from '../measure.js';
import { adapterWithRuns, addResults, type Scale } from '../records.js';

const PAGE = 100;

/** Pages of 100 results of one run, among many of other runs. */
export async function* listByRun({ divisor }: Scale): AsyncIterable<BenchmarkGroup> {
  const records = 1_000_000 / divisor;
  const { adapter, runIds } = await adapterWithRuns(20);
  const { testResults } = adapter.ports;
  const resultIds = await addResults(adapter, runIds, records);
  const runId = runIds[7]!;
  const all: TestResult[] = [];
  for (const resultId of resultIds) all.push((await testResults.getById(resultId))!);

  const cursors: string[] = [];
  let cursor: string | null = null;
  do {
    const page: { nextCursor: string | null } = await testResults.getByRun(
      runId,
      cursor === null ? {} : { cursor },
    );
    cursor = page.nextCursor;
    if (cursor !== null) cursors.push(cursor);
  } while (cursor !== null);
  const deep = cursors.at(-1)!;

  const pages = 200;
  let read = 0;
  const readPages = async (page: { cursor?: string }): Promise<void> => {
    for (let index = 0; index < pages; index += 1)
      read += (await testResults.getByRun(runId, page)).items.length;
  };
  yield {
    title: `page of ${PAGE} of one run among ${records.toLocaleString('en')} results`,
    reach: 'less than 200 µs, deep pages within 1.2 of the first',
    contenders: [
      { name: 'first page', operations: pages, run: () => readPages({}) },
      { name: `page ${cursors.length + 1}`, operations: pages, run: () => readPages({ cursor: deep }) },
      {
        name: 'filter over all results',
        operations: 1,
        run: () => {
          read += all.filter((result) => result.runId === runId).slice(0, PAGE).length;
        },
      },
    ],
  };
}
