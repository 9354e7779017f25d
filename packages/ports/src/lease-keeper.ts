import { checkServiceId, checkText, refuse } from './arguments.js';
import { throwIfAborted } from './call-options.js';
import { DataAdapterError } from './data-adapter-error.js';
import {
  MAX_LOCK_TTL_MS,
  MIN_LOCK_TTL_MS,
  type Lease,
  type LockRequest,
  type LockState,
} from './execution-locks.js';

/** Who holds a lock that could not be granted. */
export interface LockHolder {
  readonly owner: string;
  readonly fence: number;
  readonly expiresInMs: number;
}

/** What a store of locks does, each in one atomic step by its own clock. The fence is the token of a holder. */
export interface LockSteps {
  /** Grants a free lock with a fence above all before and above `fenceAbove`, or names the holder. */
  grant(
    resource: string,
    lock: { readonly owner: string; readonly ttlMs: number; readonly fenceAbove: number },
  ): Promise<LockState | { readonly heldBy: LockHolder }>;
  /** The new expiry, or `null` when the lock is not this fence's any more. */
  renew(resource: string, fence: number, ttlMs: number): Promise<Date | null>;
  /** Whether the lock was this fence's, and is free now. */
  release(resource: string, fence: number): Promise<boolean>;
}

/** The part of the ttl after which a lease that was not renewed is no longer relied on. */
const SURE_PART = 0.8;
const RENEWED_AFTER = 1 / 3;
const TRIED_AGAIN_AFTER = 1 / 12;
const FIRST_PAUSE_MS = 8;
const LONGEST_PAUSE_MS = 250;

/**
 * The holder's side of `ExecutionLocks`, one for all adapters: waiting, renewing, and knowing when a lease can no
 * longer be relied on. Time is the process's monotonic clock, counted from before a step was sent, so neither a slow
 * answer nor a wall clock that is set makes a lease look longer than it is.
 */
export class LeaseKeeper {
  readonly #leases = new Set<HeldLease>();

  constructor(private readonly steps: LockSteps) {}

  async acquire(resource: string, request: LockRequest): Promise<Lease> {
    checkLockRequest(resource, request);
    throwIfAborted(request);
    const { owner, ttlMs, waitMs = 0, fenceAbove = 0, signal } = request;
    const deadline = performance.now() + waitMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const sentAt = performance.now();
      const answer = await this.steps.grant(resource, { owner, ttlMs, fenceAbove });
      if (!('heldBy' in answer)) {
        const lease = new HeldLease(this.steps, answer, ttlMs, sentAt, (ended) => this.#leases.delete(ended));
        this.#leases.add(lease);
        if (signal?.aborted !== true) return lease;
        await lease[Symbol.asyncDispose]();
        throw signal.reason;
      }
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw lockHeld(resource, answer.heldBy);
      // Half of the pause is left to chance, so that those who wait for one lock do not ask in step.
      await pause(
        Math.min(leftMs, answer.heldBy.expiresInMs + 1, pauseMs * (0.5 + Math.random() / 2)),
        signal,
      );
    }
  }

  /** Ends every lease; one whose store does not answer lapses. For an adapter's `stop`. */
  async releaseAll(): Promise<void> {
    await Promise.all([...this.#leases].map((lease) => lease[Symbol.asyncDispose]()));
  }
}

class HeldLease implements Lease {
  readonly resource: string;
  readonly owner: string;
  readonly fence: number;
  #expiresAt: Date;
  #sureUntil: number;
  #renewal: NodeJS.Timeout | undefined;
  #end: NodeJS.Timeout | undefined;
  #released: Promise<boolean> | undefined;
  readonly #aborting = new AbortController();

  constructor(
    private readonly steps: LockSteps,
    granted: LockState,
    private readonly ttlMs: number,
    sentAt: number,
    private readonly onEnd: (lease: HeldLease) => void,
  ) {
    this.resource = granted.resource;
    this.owner = granted.owner;
    this.fence = granted.fence;
    this.#expiresAt = granted.expiresAt;
    this.#sureUntil = sentAt + ttlMs * SURE_PART;
    this.#watchTheEnd();
    this.#renewAfter(ttlMs * RENEWED_AFTER);
  }

  get expiresAt(): Date {
    return new Date(this.#expiresAt);
  }

  get signal(): AbortSignal {
    // After a stall of the process this is read before the timer had its turn.
    this.#endIfUnsure();
    return this.#aborting.signal;
  }

  async renew(): Promise<Date> {
    this.#endIfUnsure();
    this.#throwIfEnded();
    const sentAt = performance.now();
    const expiresAt = await this.steps.renew(this.resource, this.fence, this.ttlMs);
    if (expiresAt === null) this.#abort(lost(this.resource));
    this.#throwIfEnded();
    this.#expiresAt = expiresAt as Date;
    this.#sureUntil = sentAt + this.ttlMs * SURE_PART;
    this.#watchTheEnd();
    this.#renewAfter(this.ttlMs * RENEWED_AFTER);
    return this.expiresAt;
  }

  release(): Promise<boolean> {
    this.#abort(new DataAdapterError('CLOSED', `the lease of lock ${this.resource} was released`));
    this.#released ??= this.steps.release(this.resource, this.fence);
    return this.#released;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release().catch(() => undefined);
  }

  #renewAfter(delayMs: number): void {
    clearTimeout(this.#renewal);
    this.#renewal = setTimeout(() => {
      // A refusal has ended the lease; what did not get through is tried again until the lease is unsure.
      this.renew().catch(() => {
        if (!this.#aborting.signal.aborted) this.#renewAfter(this.ttlMs * TRIED_AGAIN_AFTER);
      });
    }, delayMs).unref();
  }

  #watchTheEnd(): void {
    clearTimeout(this.#end);
    this.#end = setTimeout(() => {
      // A timer may come a millisecond early.
      if (!this.#endIfUnsure()) this.#watchTheEnd();
    }, this.#sureUntil - performance.now()).unref();
  }

  #endIfUnsure(): boolean {
    if (performance.now() < this.#sureUntil) return false;
    this.#abort(
      new DataAdapterError(
        'UNAVAILABLE',
        `lock ${this.resource} could not be renewed in time; stop what it guards, and acquire it again`,
        { entity: 'lock', id: this.resource },
      ),
    );
    return true;
  }

  #abort(reason: DataAdapterError): void {
    if (this.#aborting.signal.aborted) return;
    clearTimeout(this.#renewal);
    clearTimeout(this.#end);
    this.onEnd(this);
    this.#aborting.abort(reason);
  }

  #throwIfEnded(): void {
    const { aborted, reason } = this.#aborting.signal;
    if (!aborted) return;
    // What has lapsed unseen is as lost as what somebody else holds.
    throw reason.code === 'CLOSED' ? reason : lost(this.resource);
  }
}

function checkLockRequest(resource: unknown, request: LockRequest): void {
  checkServiceId(resource, 'resource');
  checkText(request.owner, 'owner');
  checkWhole(request.ttlMs, 'ttlMs', MIN_LOCK_TTL_MS, MAX_LOCK_TTL_MS);
  if (request.waitMs !== undefined) checkWhole(request.waitMs, 'waitMs', 0, MAX_LOCK_TTL_MS);
  if (request.fenceAbove !== undefined)
    checkWhole(request.fenceAbove, 'fenceAbove', 0, Number.MAX_SAFE_INTEGER - 1);
}

function checkWhole(value: unknown, path: string, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most)
    refuse(path, `must be a whole number from ${least} to ${most}`);
}

function lockHeld(resource: string, { owner, fence, expiresInMs }: LockHolder): DataAdapterError {
  return new DataAdapterError(
    'LOCK_HELD',
    `lock ${resource} is held by ${owner} for another ${expiresInMs} ms unless it is renewed; wait, or ask its holder`,
    { entity: 'lock', id: resource, details: { owner, fence, expiresInMs } },
  );
}

function lost(resource: string): DataAdapterError {
  return new DataAdapterError(
    'STALE_FENCE',
    `lock ${resource} has lapsed or is somebody else's; acquire it again`,
    {
      entity: 'lock',
      id: resource,
    },
  );
}

function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, delayMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
  });
}
