import { DataAdapterError } from './data-adapter-error.js';
import type { Lease, LockState } from './execution-locks.js';
import type { LockSteps } from './lock-steps.js';

/** The part of the ttl after which a lease that was not renewed is no longer relied on. */
const SURE_PART = 0.8;
const RENEWED_AFTER = 1 / 3;
const TRIED_AGAIN_AFTER = 1 / 12;

/** A lock that was granted, as its holder has it: renewed by itself, and ended when it can no longer be relied on. */
export class HeldLease implements Lease {
  readonly resource: string;
  readonly owner: string;
  readonly fence: number;
  #expiresAt: Date;
  /** When the step was sent that the lease stands on. */
  #standsSince: number;
  #renewal: NodeJS.Timeout | undefined;
  #unsure: NodeJS.Timeout | undefined;
  #released: Promise<boolean> | undefined;
  /** Why it has ended; absent while it stands. */
  #whyEnded: (() => DataAdapterError) | undefined;
  /** Made when it is asked for, and so is the reason: together they cost as much as a step of the store. */
  #aborting: AbortController | undefined;

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
    this.#standsSince = sentAt;
    this.#watchTheEnd();
    this.#renewAfter(ttlMs * RENEWED_AFTER);
  }

  get expiresAt(): Date {
    return new Date(this.#expiresAt);
  }

  get signal(): AbortSignal {
    // After a stall of the process this is read before the timer had its turn.
    this.#endIfUnsure();
    this.#aborting ??= new AbortController();
    if (this.#whyEnded !== undefined && !this.#aborting.signal.aborted)
      this.#aborting.abort(this.#whyEnded());
    return this.#aborting.signal;
  }

  async renew(): Promise<Date> {
    this.#assertStanding();
    const sentAt = performance.now();
    const expiresAt = await this.steps.renew(this.resource, this.fence, this.ttlMs);
    if (expiresAt === null) this.#end(() => lost(this.resource));
    else this.#standOn(expiresAt, sentAt);
    this.#assertStanding();
    return this.expiresAt;
  }

  release(): Promise<boolean> {
    this.#end(() => new DataAdapterError('CLOSED', `the lease of lock ${this.resource} was released`));
    this.#released ??= this.steps.release(this.resource, this.fence);
    return this.#released;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release().catch(() => undefined);
  }

  #standOn(expiresAt: Date, sentAt: number): void {
    // Of two renewals under way, the answer to the earlier one may come last.
    if (this.#whyEnded !== undefined || sentAt < this.#standsSince) return;
    this.#expiresAt = expiresAt;
    this.#standsSince = sentAt;
    this.#watchTheEnd();
    this.#renewAfter(this.ttlMs * RENEWED_AFTER);
  }

  #renewAfter(delayMs: number): void {
    clearTimeout(this.#renewal);
    this.#renewal = setTimeout(() => {
      // A refusal has ended the lease; what did not get through is tried again until the lease is unsure.
      this.renew().catch(() => {
        if (this.#whyEnded === undefined) this.#renewAfter(this.ttlMs * TRIED_AGAIN_AFTER);
      });
    }, delayMs).unref();
  }

  get #sureForMs(): number {
    return this.#standsSince + this.ttlMs * SURE_PART - performance.now();
  }

  #watchTheEnd(): void {
    clearTimeout(this.#unsure);
    this.#unsure = setTimeout(() => {
      this.#endIfUnsure();
      // A timer may come a millisecond early.
      if (this.#whyEnded === undefined) this.#watchTheEnd();
    }, this.#sureForMs).unref();
  }

  #endIfUnsure(): void {
    if (this.#sureForMs > 0) return;
    this.#end(
      () =>
        new DataAdapterError(
          'UNAVAILABLE',
          `lock ${this.resource} could not be renewed in time; stop what it guards, and acquire it again`,
          { entity: 'lock', id: this.resource },
        ),
    );
  }

  #end(why: () => DataAdapterError): void {
    if (this.#whyEnded !== undefined) return;
    clearTimeout(this.#renewal);
    clearTimeout(this.#unsure);
    this.#whyEnded = why;
    this.onEnd(this);
    this.#aborting?.abort(why());
  }

  #assertStanding(): void {
    this.#endIfUnsure();
    if (this.#whyEnded === undefined) return;
    const reason = this.#whyEnded();
    // What has lapsed unseen is as lost as what somebody else holds.
    throw reason.code === 'CLOSED' ? reason : lost(this.resource);
  }
}

function lost(resource: string): DataAdapterError {
  return new DataAdapterError(
    'STALE_FENCE',
    `lock ${resource} has lapsed or is somebody else's; acquire it again`,
    { entity: 'lock', id: resource },
  );
}
