import { DataAdapterError } from '@test-coordinator/ports';

import { keysOf, writesOf, type AcceptedCommand } from './commands.js';

/** How many commands wait for each run and each scenario, since when, and under which fences. */
export class WaitingCommands {
  readonly #counts = new Map<string, number>();
  /** The highest fence of a waiting state change, for each run that waits. */
  readonly #fences = new Map<string, number>();
  #oldest: Date | undefined;

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  /** None of them was accepted before; `undefined` when there is none. */
  get oldest(): Date | undefined {
    return this.isEmpty ? undefined : this.#oldest;
  }

  has(key: string): boolean {
    return this.#counts.has(key);
  }

  /** Before it is in the spool: the drainer may have it stored before its caller goes on. */
  add(accepted: AcceptedCommand): void {
    if (this.isEmpty) this.#oldest = accepted.acceptedAt;
    for (const key of keysOf(accepted)) this.#count(key, 1);
  }

  /** It was not accepted after all. */
  takeBack(accepted: AcceptedCommand): void {
    for (const key of keysOf(accepted)) this.#count(key, -1);
  }

  /** The store has it, or refused it; what comes behind it was accepted later. */
  settle(accepted: AcceptedCommand): void {
    this.#oldest = accepted.acceptedAt;
    this.takeBack(accepted);
  }

  /** It is in the spool: state changes are judged by its fences. */
  raiseFences(accepted: AcceptedCommand): void {
    for (const { key, fence, moved } of writesOf(accepted)) {
      if (fence === undefined || moved === undefined || !this.has(key)) continue;
      this.#fences.set(key, Math.max(fence, this.#fences.get(key) ?? 0));
    }
  }

  /** @throws DataAdapterError `STALE_FENCE` for an older fence than that of a waiting change. */
  refuseStaleFence(key: string, fence: number | undefined): void {
    const seen = this.#fences.get(key) ?? 0;
    if (fence === undefined || fence >= seen) return;
    const message = `run ${key}: a newer execution lock has changed it; stop, or take the lock again`;
    throw new DataAdapterError('STALE_FENCE', message, { entity: 'run', id: key, details: { fence: seen } });
  }

  #count(key: string, by: number): void {
    const count = (this.#counts.get(key) ?? 0) + by;
    if (count > 0) this.#counts.set(key, count);
    else {
      this.#counts.delete(key);
      // From here on the store judges.
      this.#fences.delete(key);
    }
  }
}
