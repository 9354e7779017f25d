import type { Clock } from '@test-coordinator/ports';

/** Where a manual clock starts. The milliseconds are odd, so that a store that cuts them is seen. */
export const EPOCH = new Date('2026-01-15T10:20:30.123Z').getTime();

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  #nowMs: number;

  /** @param startMs Milliseconds since 1970. */
  constructor(startMs: number = EPOCH) {
    this.#nowMs = startMs;
  }

  now(): Date {
    return new Date(this.#nowMs);
  }

  /** @param ms Whole milliseconds; negative ones turn the clock back. */
  advance(ms: number): void {
    this.#nowMs += ms;
  }
}
