import { DataAdapterError } from './data-adapter-error.js';
import type { Lease } from './execution-locks.js';
import type { GrantedLock, LockSteps } from './lock-steps.js';

/** The part of the ttl after which a lease that was not renewed is no longer relied on. */
const SURE_PART = 0.8;
const RENEWED_AFTER = 1 / 3;
const TRIED_AGAIN_AFTER = 1 / 12;

/** Who looks after the leases of an adapter. Times are of the monotonic clock of the process, in ms. */
export interface LeaseCare {
  readonly steps: LockSteps;
  /** Something of a lease is due then, and not later. */
  wakeBy(dueAt: number): void;
  ended(lease: HeldLease): void;
}

/** A lock that was granted, as its holder has it: renewed by itself, and ended when it can no longer be relied on. */
export class HeldLease implements Lease {
  readonly fence: number;
  /** Kept by who looks after it: where it has it. */
  place = 0;
  #expiresAt: Date;
  /** When the step was sent that the lease stands on. */
  #standsSince: number;
  /** `Infinity` while a renewal is under way. */
  #renewalAt: number;
  #released: Promise<boolean> | undefined;
  /** Why it has ended; absent while it stands. */
  #whyEnded: (() => DataAdapterError) | undefined;
  /** Made when it is asked for, and so is the reason: together they cost as much as a step of the store. */
  #aborting: AbortController | undefined;

  constructor(
    private readonly care: LeaseCare,
    readonly resource: string,
    readonly owner: string,
    private readonly ttlMs: number,
    granted: GrantedLock,
    sentAt: number,
  ) {
    this.fence = granted.fence;
    this.#expiresAt = granted.expiresAt;
    this.#standsSince = sentAt;
    this.#renewalAt = sentAt + ttlMs * RENEWED_AFTER;
    care.wakeBy(this.dueAt);
  }

  /** When the lease is to be renewed, or is no longer sure; `Infinity` once it has ended. */
  get dueAt(): number {
    return this.#whyEnded !== undefined ? Infinity : Math.min(this.#renewalAt, this.#sureUntil);
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
    const expiresAt = await this.care.steps.renew(this.resource, this.fence, this.ttlMs);
    if (expiresAt === null) this.#end(() => lost(this.resource));
    else this.#standOn(expiresAt, sentAt);
    this.#assertStanding();
    return this.expiresAt;
  }

  release(): Promise<boolean> {
    this.#end(() => new DataAdapterError('CLOSED', `the lease of lock ${this.resource} was released`));
    this.#released ??= this.care.steps.release(this.resource, this.fence);
    return this.#released;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release().catch(() => undefined);
  }

  /** For who looks after it. */
  doWhatIsDue(now: number): void {
    this.#endIfUnsure();
    if (this.#whyEnded !== undefined || now < this.#renewalAt) return;
    this.#renewalAt = Infinity;
    this.renew().catch(() => {
      // A refusal has ended the lease; what did not get through is tried again until the lease is unsure.
      if (this.#whyEnded === undefined) this.#renewBy(performance.now() + this.ttlMs * TRIED_AGAIN_AFTER);
    });
  }

  #standOn(expiresAt: Date, sentAt: number): void {
    // Of two renewals under way, the answer to the earlier one may come last.
    if (this.#whyEnded !== undefined || sentAt < this.#standsSince) return;
    this.#expiresAt = expiresAt;
    this.#standsSince = sentAt;
    this.#renewBy(sentAt + this.ttlMs * RENEWED_AFTER);
  }

  #renewBy(renewalAt: number): void {
    this.#renewalAt = renewalAt;
    this.care.wakeBy(this.dueAt);
  }

  get #sureUntil(): number {
    return this.#standsSince + this.ttlMs * SURE_PART;
  }

  #endIfUnsure(): void {
    if (performance.now() < this.#sureUntil) return;
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
    this.#whyEnded = why;
    this.care.ended(this);
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
