import { AsyncLocalStorage } from 'node:async_hooks';

import type { Clock } from '@test-coordinator/ports';

/**
 * The clock that a spooled store must be built with: while a record that was accepted earlier is stored, it tells the time
 * of its acceptance, so that times and durations are those of what happened and not of the day on which the store came back.
 */
export class ReplayClock implements Clock {
  readonly #acceptedAt = new AsyncLocalStorage<number>();
  #underWay = 0;

  constructor(private readonly clock: Clock) {}

  now(): Date {
    const acceptedAt = this.#acceptedAt.getStore();
    return acceptedAt === undefined ? this.clock.now() : new Date(acceptedAt);
  }

  /** Runs `work`, and all that it waits for, at another time. */
  async at<Answer>(time: Date, work: () => Promise<Answer>): Promise<Answer> {
    this.#underWay += 1;
    try {
      return await this.#acceptedAt.run(time.getTime(), work);
    } finally {
      this.#underWay -= 1;
      // Up to Node 22, a storage that is in use makes every promise of the process several times as slow.
      if (this.#underWay === 0) this.#acceptedAt.disable();
    }
  }
}
