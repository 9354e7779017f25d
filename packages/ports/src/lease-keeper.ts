import { throwIfAborted } from './call-options.js';
import { DataAdapterError } from './data-adapter-error.js';
import type { Lease, LockRequest } from './execution-locks.js';
import { HeldLease, type LeaseCare } from './held-lease.js';
import type { LockHolder, LockSteps } from './lock-steps.js';
import { readLockRequest } from './read-lock-request.js';

const FIRST_PAUSE_MS = 8;
const LONGEST_PAUSE_MS = 250;

/**
 * The holder's side of `ExecutionLocks`, one for all adapters: waiting, renewing, and knowing when a lease can no
 * longer be relied on. Time is the process's monotonic clock, counted from before a step was sent, so neither a slow
 * answer nor a wall clock that is set makes a lease look longer than it is.
 */
export class LeaseKeeper {
  /** Each knows its place. A Set that much is added to and taken from costs the collector more than the leases do. */
  readonly #leases: HeldLease[] = [];
  readonly #waits = new Set<AbortController>();
  readonly #care: LeaseCare;
  /** One for all leases: two for each cost more than the rest of a lease. */
  #timer: NodeJS.Timeout | undefined;
  #wakesAt = Infinity;
  #isClosed = false;

  constructor(private readonly steps: LockSteps) {
    this.#care = {
      steps,
      wakeBy: (dueAt) => this.#wakeBy(dueAt),
      ended: (lease) => this.#forget(lease),
    };
  }

  async acquire(resource: string, request: LockRequest): Promise<Lease> {
    const { owner, ttlMs, waitMs, fenceAbove, options } = readLockRequest(resource, request);
    const { signal } = options;
    throwIfAborted(options);
    if (this.#isClosed) throw closed();
    const deadline = performance.now() + waitMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const sentAt = performance.now();
      const answer = await this.steps.grant(resource, { owner, ttlMs, fenceAbove }, options);
      if (!('heldBy' in answer)) {
        const lease = new HeldLease(this.#care, resource, owner, ttlMs, answer, sentAt);
        lease.place = this.#leases.push(lease) - 1;
        if (!this.#isClosed && signal?.aborted !== true) return lease;
        await lease[Symbol.asyncDispose]();
        throw this.#isClosed ? closed() : signal?.reason;
      }
      if (this.#isClosed) throw closed();
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw lockHeld(resource, answer.heldBy);
      // Half of the pause is left to chance, so that those who wait for one lock do not ask in step.
      const chosenMs = pauseMs * (0.5 + Math.random() / 2);
      await this.#pause(Math.min(leftMs, answer.heldBy.expiresInMs + 1, chosenMs), signal);
    }
  }

  /**
   * For an adapter's `stop`: every wait and every lease ends with `CLOSED`, and nothing is granted any more. Resolves
   * when the leases are released; a lock whose store does not answer lapses. A grant that is under way is given back
   * when it is answered: wait for its `acquire` as for any other call.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const wait of this.#waits) wait.abort(closed());
    await Promise.all([...this.#leases].map((lease) => lease[Symbol.asyncDispose]()));
  }

  #forget({ place }: HeldLease): void {
    const last = this.#leases.pop()!;
    if (place === this.#leases.length) return;
    this.#leases[place] = last;
    last.place = place;
  }

  #wakeBy(dueAt: number): void {
    if (dueAt >= this.#wakesAt) return;
    clearTimeout(this.#timer);
    this.#wakesAt = dueAt;
    this.#timer = setTimeout(() => this.#wake(), dueAt - performance.now()).unref();
  }

  /** Looks at all leases, which takes 10 µs for 1,000 of them. The timer of those that have ended meanwhile comes in vain. */
  #wake(): void {
    this.#wakesAt = Infinity;
    const now = performance.now();
    let nextAt = Infinity;
    // From the end, since one that ends leaves its place to the last. Whoever listens to a signal may end others, too.
    for (let place = this.#leases.length - 1; place >= 0; place -= 1) {
      const lease = this.#leases[place];
      if (lease === undefined) continue;
      lease.doWhatIsDue(now);
      nextAt = Math.min(nextAt, lease.dueAt);
    }
    if (nextAt !== Infinity) this.#wakeBy(nextAt);
  }

  async #pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
    const wait = new AbortController();
    this.#waits.add(wait);
    try {
      await pause(delayMs, signal === undefined ? [wait.signal] : [wait.signal, signal]);
    } finally {
      this.#waits.delete(wait);
    }
  }
}

function closed(): DataAdapterError {
  return new DataAdapterError('CLOSED', 'the adapter that holds the locks has been stopped');
}

function lockHeld(resource: string, holder: LockHolder): DataAdapterError {
  const { owner, fence, expiresInMs } = holder;
  return new DataAdapterError(
    'LOCK_HELD',
    `lock ${resource} is held for another ${expiresInMs} ms unless it is renewed; wait, or ask its owner`,
    { entity: 'lock', id: resource, details: { owner, fence, expiresInMs } },
  );
}

/** Resolves after the time, or rejects with the reason of the first signal that aborts. */
async function pause(delayMs: number, signals: readonly AbortSignal[]): Promise<void> {
  for (const signal of signals) signal.throwIfAborted();
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve, reject) => {
    timer = setTimeout(resolve, delayMs);
    for (const signal of signals)
      signal.addEventListener('abort', () => reject(signal.reason), { signal: over.signal });
  }).finally(() => {
    clearTimeout(timer);
    over.abort();
  });
}
