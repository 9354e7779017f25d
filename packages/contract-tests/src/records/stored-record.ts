import { expect } from 'chai';

import { snapshot } from '../snapshot.js';
import type { Trial } from '../trial.js';
import type { Input, RecordKind } from './record-kind.js';

/**
 * Holds a record that was created just now to exactly what must be in it: nothing missing, nothing more, no optional
 * field that is there with the value `undefined`.
 */
export function expectStored(trial: Trial, { stamps }: RecordKind, record: object, expected: Input): void {
  const { createdAt, updatedAt } = record as { readonly createdAt: Date; readonly updatedAt?: Date };
  trial.expectNow(createdAt, 'createdAt');
  if (stamps.updatedAt) trial.expectNow(updatedAt, 'updatedAt');
  expect(snapshot(record)).to.deep.equal(
    snapshot({
      ...expected,
      createdAt,
      ...(stamps.updatedAt && { updatedAt }),
      ...(stamps.version && { version: 1 }),
    }),
  );
}
