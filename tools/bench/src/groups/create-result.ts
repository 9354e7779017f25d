import { newTestResult, newTestResultRules } from '@test-coordinator/domain';

import type { BenchmarkGroup } from '../measure.js';
import { adapterWithRuns, ids, resultInput, type Scale } from '../records.js';

/** Results recorded one after another, each awaited. */
export async function* createResult({ divisor }: Scale): AsyncIterable<BenchmarkGroup> {
  const operations = 100_000 / divisor;
  const { runIds } = await adapterWithRuns(100);
  const inputs = Array.from({ length: operations }, (_, index) => resultInput(runIds[index % 100]!, index));
  const bare = new Map<string, unknown>();
  let fresh = await adapterWithRuns(0);
  yield {
    title: 'create of a result',
    reach: 'at least 150 k/s, awaited one after another, validation included',
    contenders: [
      {
        name: 'validate and Map.set',
        operations,
        prepare: () => bare.clear(),
        run: () => {
          for (const input of inputs) bare.set(ids.next(), newTestResultRules.read(input));
        },
      },
      {
        name: 'newTestResult alone',
        operations,
        run: () => {
          const now = new Date();
          for (const input of inputs) newTestResult(input, () => ids.next(), now);
        },
      },
      {
        name: 'testResults.create',
        operations,
        prepare: async () => {
          fresh = await adapterWithRuns(100);
          inputs.forEach((input, index) => Object.assign(input, { runId: fresh.runIds[index % 100] }));
        },
        run: async () => {
          for (const input of inputs) await fresh.adapter.ports.testResults.create(input);
        },
      },
      {
        name: 'testResults.bulkCreate of 1,000',
        operations,
        prepare: async () => {
          fresh = await adapterWithRuns(100);
          inputs.forEach((input, index) => Object.assign(input, { runId: fresh.runIds[index % 100] }));
        },
        run: async () => {
          for (let start = 0; start < operations; start += 1_000) {
            await fresh.adapter.ports.testResults.bulkCreate(inputs.slice(start, start + 1_000));
          }
        },
      },
    ],
  };
}
