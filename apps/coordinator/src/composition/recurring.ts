import { setTimeout as delay } from 'node:timers/promises';

/**
 * Does the work at once, and then again and again with a pause between two turns, until it is disposed of: then the turn
 * under way is told by its signal, and waited for.
 */
export class Recurring implements AsyncDisposable {
  readonly #stopAsked = new AbortController();
  readonly #turns: Promise<void>;

  /** @param turn Never rejects. */
  constructor(
    private readonly pauseMs: number,
    private readonly turn: (signal: AbortSignal) => Promise<void>,
  ) {
    this.#turns = this.#repeat();
  }

  async #repeat(): Promise<void> {
    const { signal } = this.#stopAsked;
    while (!signal.aborted) {
      await this.turn(signal);
      await delay(this.pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopAsked.abort();
    await this.#turns;
  }
}
