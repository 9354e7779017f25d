import { DataAdapterError } from '@test-coordinator/ports';

/** Outages in a row after which calls are refused at once. */
const OUTAGES_TO_OPEN = 5;
/** How long calls are refused before one of them may try. */
const OPEN_MS = 500;

/**
 * Refuses calls at once while the server is away, so that callers do not pile up behind time limits. After a while one
 * call, and one alone, tries; the others go on being refused until it is known how that one went.
 */
export class CircuitBreaker {
  #outages = 0;
  #openedAtMs: number | undefined;
  #isProbing = false;

  /** @param monotonicMs A clock that never goes back. */
  constructor(private readonly monotonicMs: () => number) {}

  /** Lets a call in, or answers while it is open with the error to refuse it with, `UNAVAILABLE`. */
  enter(): DataAdapterError | undefined {
    if (this.#openedAtMs === undefined) return undefined;
    if (!this.#isProbing && this.monotonicMs() - this.#openedAtMs >= OPEN_MS) {
      this.#isProbing = true;
      return undefined;
    }
    return new DataAdapterError('UNAVAILABLE', 'Redis did not answer the last calls; try again in a second');
  }

  /** Told of every call that was let in and got an answer, whatever it said. */
  answered(): void {
    if (this.#outages === 0) return;
    this.#outages = 0;
    this.#openedAtMs = undefined;
    this.#isProbing = false;
  }

  /** Told of every call that was let in and got none. */
  failed(): void {
    this.#outages += 1;
    this.#isProbing = false;
    if (this.#outages >= OUTAGES_TO_OPEN) this.#openedAtMs = this.monotonicMs();
  }
}
