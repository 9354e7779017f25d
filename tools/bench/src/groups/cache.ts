import type { JsonValue } from '@test-coordinator/domain';

import type { BenchmarkGroup } from '../measure.js';
import { adapterWithRuns, picks, type Scale } from '../records.js';

/** The cache against a bare Map: reads, and writes that replace a value and its expiry. */
export async function* cache({ divisor }: Scale): AsyncIterable<BenchmarkGroup> {
  const entries = 100_000 / divisor;
  const operations = 300_000 / divisor;
  const { adapter } = await adapterWithRuns(0);
  const { cache: repository } = adapter.ports;
  const keys = Array.from({ length: entries }, (_, index) => `report:${index}`);
  const value = { rate: 0.98, passed: 49, failed: 1 };
  const bare = new Map<string, JsonValue>();
  for (const key of keys) {
    bare.set(key, value);
    await repository.set(key, value);
  }
  const wanted = picks(operations, entries).map((index) => keys[index]!);
  let found = 0;
  yield {
    title: `cache get among ${entries.toLocaleString('en')} entries`,
    contenders: [
      {
        name: 'Map.get',
        operations,
        run: () => {
          for (const key of wanted) if (bare.get(key) !== undefined) found += 1;
        },
      },
      {
        name: 'cache.get',
        operations,
        run: async () => {
          for (const key of wanted) if ((await repository.get(key)) !== null) found += 1;
        },
      },
    ],
  };
  yield {
    title: `cache set among ${entries.toLocaleString('en')} entries`,
    contenders: [
      {
        name: 'Map.set of a shallow copy',
        operations,
        run: () => {
          for (const key of wanted) bare.set(key, { ...value });
        },
      },
      {
        name: 'cache.set',
        operations,
        run: async () => {
          for (const key of wanted) await repository.set(key, value);
        },
      },
      {
        name: 'cache.set for ever',
        operations,
        run: async () => {
          for (const key of wanted) await repository.set(key, value, { ttlSeconds: null });
        },
      },
    ],
  };
}
