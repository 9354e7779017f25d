import type { IdGenerator } from '@test-coordinator/ports';

import { EPOCH } from './manual-clock.js';

/** Ids of tests carry the time at which the manual clock starts: stores that partition by it have room for them. */
const TIME = EPOCH.toString(16)
  .padStart(12, '0')
  .replace(/^(.{8})(.{4})$/, '$1-$2');

/** The n-th id that a test names itself: a valid UUIDv7, before every minted one, rising with n. */
export function givenId(n: number): string {
  return `${TIME}-7000-8000-${n.toString(16).padStart(12, '0')}`;
}

/** Ids that are valid UUIDv7s and rise by one, the same in every test. */
export class SequentialIds implements IdGenerator {
  #count = 0;

  next(): string {
    this.#count += 1;
    return `${TIME}-7800-8000-${this.#count.toString(16).padStart(12, '0')}`;
  }
}
