import { DataAdapterError } from '@test-coordinator/ports';

/** When a breaker opens, and how long it waits. */
export interface BreakerSettings {
  /** So many transient failures in a row open it. @default 5 */
  readonly failuresInARow?: number | undefined;
  /** Or half of at least so many calls within ten seconds. @default 20 */
  readonly leastCalls?: number | undefined;
  /** The longest first wait, in milliseconds; each further one may be twice as long. @default 500 */
  readonly firstWaitMs?: number | undefined;
  /** No wait is longer. @default 10000 */
  readonly longestWaitMs?: number | undefined;
}

export interface BreakerDependencies {
  /** Counts milliseconds, and never jumps: waits must end also when somebody sets the wall clock back. */
  readonly monotonicMs: () => number;
  /** In [0, 1): spreads the waits, so that many processes do not come back at once. */
  readonly random: () => number;
  /** Told of each opening. */
  readonly onOpen?: (() => void) | undefined;
  readonly settings?: BreakerSettings | undefined;
}

export type BreakerState = 'closed' | 'open' | 'probing';

interface Second {
  readonly second: number;
  calls: number;
  failures: number;
}

const WINDOW_SECONDS = 10;

/**
 * Stops calling a store that does not answer. Transient failures count (the retryable codes of the ports); a refusal
 * is an answer, and counts as one. Once open, calls are refused at once until the wait is over; then one
 * call is let through, and its outcome closes the breaker or begins a longer wait.
 */
export class Breaker {
  readonly #monotonicMs: () => number;
  readonly #random: () => number;
  readonly #settings: { readonly [Name in keyof BreakerSettings]-?: number };
  readonly #onOpen: () => void;
  readonly #window: Second[] = [];
  #state: BreakerState = 'closed';
  #inARow = 0;
  #waits = 0;
  #openUntil = 0;

  constructor({ monotonicMs, random, onOpen = () => undefined, settings = {} }: BreakerDependencies) {
    this.#monotonicMs = monotonicMs;
    this.#onOpen = onOpen;
    this.#random = random;
    this.#settings = {
      failuresInARow: settings.failuresInARow ?? 5,
      leastCalls: settings.leastCalls ?? 20,
      firstWaitMs: settings.firstWaitMs ?? 500,
      longestWaitMs: settings.longestWaitMs ?? 10_000,
    };
  }

  get state(): BreakerState {
    return this.#state;
  }

  /** Milliseconds until a call would be let through; 0 when it would be now. */
  get waitMs(): number {
    if (this.#state === 'closed') return 0;
    return Math.max(0, this.#openUntil - this.#monotonicMs());
  }

  /** Whether a call made now would reach the store. */
  get letsThrough(): boolean {
    return this.#state === 'closed' || (this.#state === 'open' && this.waitMs === 0);
  }

  /** Makes the call, or rejects with `UNAVAILABLE` at once. */
  async call<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    if (!this.letsThrough) throw new DataAdapterError('UNAVAILABLE', 'the store is away; try again later');
    const isProbe = this.#state === 'open';
    if (isProbe) this.#state = 'probing';
    try {
      const answer = await work();
      this.#answered(isProbe);
      return answer;
    } catch (error) {
      if (isTransient(error)) this.#failed(isProbe);
      else this.#answered(isProbe);
      throw error;
    }
  }

  #answered(isProbe: boolean): void {
    // The answer to a call from before it opened says nothing of now.
    if (this.#state !== 'closed' && !isProbe) return;
    if (isProbe) {
      this.#state = 'closed';
      this.#waits = 0;
      this.#window.length = 0;
    }
    this.#inARow = 0;
    this.#thisSecond().calls += 1;
  }

  #failed(isProbe: boolean): void {
    if (isProbe) return this.#open();
    if (this.#state !== 'closed') return;
    this.#inARow += 1;
    const now = this.#thisSecond();
    now.calls += 1;
    now.failures += 1;
    const calls = this.#window.reduce((sum, second) => sum + second.calls, 0);
    const failures = this.#window.reduce((sum, second) => sum + second.failures, 0);
    const { failuresInARow, leastCalls } = this.#settings;
    if (this.#inARow >= failuresInARow || (calls >= leastCalls && 2 * failures >= calls)) this.#open();
  }

  #open(): void {
    const { firstWaitMs, longestWaitMs } = this.#settings;
    const longest = Math.min(longestWaitMs, firstWaitMs * 2 ** this.#waits);
    this.#waits += 1;
    this.#state = 'open';
    this.#inARow = 0;
    this.#openUntil = this.#monotonicMs() + Math.ceil(this.#random() * longest);
    this.#onOpen();
  }

  #thisSecond(): Second {
    const second = Math.floor(this.#monotonicMs() / 1_000);
    while (this.#window.length > 0 && this.#window[0]!.second <= second - WINDOW_SECONDS)
      this.#window.shift();
    const last = this.#window.at(-1);
    if (last?.second === second) return last;
    const fresh = { second, calls: 0, failures: 0 };
    this.#window.push(fresh);
    return fresh;
  }
}

/** Whether the store was not reached, was too slow or had no room: the same call may succeed later. */
export function isTransient(error: unknown): error is DataAdapterError {
  return DataAdapterError.is(error) && error.retryable;
}
