import { DataAdapterError } from '@test-coordinator/ports';

import type { Spool } from './spool.js';

/**
 * The spool of this process, and before it the ones that dead processes left: those are emptied first, since what is
 * accepted now may need what they hold, and are given back when they are empty.
 */
export class SpoolChain {
  #own: Spool | undefined;
  #left: Spool[] = [];

  /** @param left What dead processes left, in the order in which it is emptied. */
  open(own: Spool, left: readonly Spool[]): void {
    this.#own = own;
    this.#left = [...left];
  }

  /** Codes: `CLOSED` before it is opened. */
  get own(): Spool {
    if (this.#own !== undefined) return this.#own;
    throw new DataAdapterError('CLOSED', 'the spool is not started; call start first');
  }

  /** In the order in which they are to be emptied. */
  get all(): readonly Spool[] {
    return [...this.#left, this.own];
  }

  get waitingRecords(): number {
    return this.#sum(({ waitingRecords }) => waitingRecords);
  }

  /** Size of all segments on disk. */
  get bytes(): number {
    return this.#sum(({ bytes }) => bytes);
  }

  /** The one whose records are the next. */
  async oldest(): Promise<Spool> {
    for (let first = this.#left[0]; first?.status.waitingRecords === 0; first = this.#left[0]) {
      this.#left.shift();
      await first.close();
    }
    return this.#left[0] ?? this.own;
  }

  /** Gives back those that were left, whatever they still hold. */
  async closeLeft(): Promise<void> {
    await Promise.all(this.#left.splice(0).map((spool) => spool.close()));
  }

  #sum(figureOf: (status: Spool['status']) => number): number {
    return this.all.reduce((sum, { status }) => sum + figureOf(status), 0);
  }
}
