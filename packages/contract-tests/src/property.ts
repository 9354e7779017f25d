import fc from 'fast-check';

import type { ContractTest } from './contract-group.js';
import { Trial, type TrialSettings } from './trial.js';

/**
 * A test that holds for every value of an arbitrary, each in a world of its own. The message of a failure names the
 * seed and the path: `{ seed, path }` replays it.
 */
export function withProperty<Value>(
  title: string,
  values: fc.Arbitrary<Value>,
  body: (trial: Trial, value: Value) => Promise<void>,
  settings?: TrialSettings,
): ContractTest {
  return {
    title,
    async run({ harness, seed, runs, shrinks }) {
      const property = fc.asyncProperty(values, async (value) => {
        const trial = await Trial.open(harness, settings);
        try {
          await body(trial, value);
        } finally {
          await trial.close();
        }
      });
      await fc.assert(property, { seed, numRuns: runs, endOnFailure: !shrinks });
    },
  };
}
