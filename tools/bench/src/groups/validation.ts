import { newTestResultRules, type NewTestResult } from '@test-coordinator/domain';
import { validateSync } from 'class-validator';

import type { BenchmarkGroup } from '../measure.js';
import { ids, resultInput, type Scale } from '../records.js';
import { isSoundResult } from './hand-written-check.js';

const BATCH = 1_000;

/** A batch of 1,000 results checked three ways: by the compiled rules, by class-validator, and by hand. */
export async function* validation({ divisor }: Scale): AsyncIterable<BenchmarkGroup> {
  const repeats = Math.max(1, Math.floor(20 / divisor));
  const runId = ids.next();
  const inputs = Array.from({ length: BATCH }, (_, index) => resultInput(runId, index));
  const instances = inputs.map((input) => Object.assign(new newTestResultRules.ruleClass(), input));
  const check = (
    name: string,
    items: readonly NewTestResult[],
    isSound: (item: NewTestResult) => boolean,
  ) => ({
    name,
    operations: repeats,
    run: () => {
      for (let repeat = 0; repeat < repeats; repeat += 1) {
        if (!items.every(isSound)) throw new Error(`${name} refuses a sound result`);
      }
    },
  });
  yield {
    title: 'validation of 1,000 results',
    reach: 'at most 2 ms',
    contenders: [
      check('compiled rules', inputs, (input) => newTestResultRules.problems(input).length === 0),
      check('compiled rules, with the copy', inputs, (input) => newTestResultRules.read(input).attempt === 1),
      check('hand-written', inputs, isSoundResult),
      check('class-validator validateSync', instances, (instance) => validateSync(instance).length === 0),
    ],
  };
}
