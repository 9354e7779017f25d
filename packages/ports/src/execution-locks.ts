import type { CallOptions } from './call-options.js';
import { token, type Token } from './token.js';

/** Shortest time to live of a lock, in milliseconds: below it, a lock would lapse before a renewal had a chance. */
export const MIN_LOCK_TTL_MS = 50;
/** Longest time to live of a lock, and longest wait for one: a day. */
export const MAX_LOCK_TTL_MS = 86_400_000;
/**
 * The greatest `fenceAbove`: 2^52. Microseconds since 1970, which fences start from, get there in 2112. One that were
 * allowed to be greater could leave a resource without a fence that JavaScript can count on from.
 */
export const MAX_FENCE_ABOVE = 2 ** 52;

/** What is asked for. The call options are part of it, as the last argument. */
export interface LockRequest extends CallOptions {
  /** Who will hold the lock, for people: text of 1–1000 characters. Two leases of one owner are still two. */
  readonly owner: string;
  /**
   * How long the lock stands without a renewal, in whole milliseconds from 50 to a day. Choose it well above the
   * longest pause that a holder survives: a holder that stalls for longer has lost the lock.
   */
  readonly ttlMs: number;
  /** How long to wait for a lock that is held, in whole milliseconds up to a day. @default 0 */
  readonly waitMs?: number | undefined;
  /**
   * A fence that was seen elsewhere, above which the granted one must be: a whole number from 0 to 2^52. For a holder
   * whose write was `STALE_FENCE` under a new lock, with `details.fence` of that error: the store of the locks lost its
   * data and its clock was set back.
   */
  readonly fenceAbove?: number | undefined;
}

/** A lock as the store knows it. */
export interface LockState {
  readonly resource: string;
  readonly owner: string;
  readonly fence: number;
  /** When it was granted, by the store's clock. A renewal leaves it. */
  readonly acquiredAt: Date;
  /** When it lapses unless it is renewed, by the store's clock: held before, free from then on. */
  readonly expiresAt: Date;
}

/**
 * A lock that was granted. It is renewed by itself at a third of its ttl until it is released or lost; its timers never
 * keep a process alive.
 * A lease is permission to start, never proof: between a look at the signal and a write the lock can be lost, so a write
 * that must not be late carries `fence`, and the store of the record judges it.
 */
export interface Lease extends AsyncDisposable {
  readonly resource: string;
  readonly owner: string;
  /**
   * Above every fence that was granted for this resource before, and at least the store's time in microseconds since
   * 1970: so it is above them also when the store of the locks has lost its data.
   */
  readonly fence: number;
  /** When it lapses by the store's clock, as the last grant or renewal said. */
  readonly expiresAt: Date;
  /**
   * Not aborted means: held, as far as can be known. It aborts when a renewal was refused (reason `STALE_FENCE`), when
   * none got through until 20 % of the ttl was left by the holder's own monotonic clock (reason `UNAVAILABLE`), and on
   * release or stop of the adapter (reason `CLOSED`). It never turns back: acquire again.
   * After a stall of the process it is aborted as soon as it is read from the lease, before a timer had its turn: read
   * `lease.signal` where it matters, and don't rely on a signal that was taken out before.
   */
  readonly signal: AbortSignal;
  /**
   * Renews now, for the whole ttl from now, and answers with the new `expiresAt`.
   * Codes: `STALE_FENCE` when the lock has lapsed, also when nobody has taken it since, or is somebody else's; `CLOSED`
   * when the lease was released before that; `UNAVAILABLE`, `TIMEOUT` when the store does not answer: the lease stands
   * until its signal says otherwise.
   */
  renew(): Promise<Date>;
  /**
   * Gives the lock back and answers whether it was still held. Never takes a lock from somebody else. The signal aborts
   * before anything is sent. Again: the same answer. A lease whose signal has aborted is worth releasing too: the lock
   * may stand for the rest of its ttl. Codes: `UNAVAILABLE`, `TIMEOUT`, `UNKNOWN_OUTCOME`: the lock lapses by its ttl.
   */
  release(): Promise<boolean>;
  /** `release`, but a store that does not answer is not an error: the lock lapses by its ttl. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Mutual exclusion between processes, for what must not run twice at once: the execution of a scenario, the injection of
 * a fault. Starting chaos fails closed: a store that is away grants nothing and keeps no lease alive.
 * A lock is free when it was released or its ttl has passed by the store's clock. Resources are named by 1–128 letters,
 * digits and `. _ : -`, letter or digit first. Locks are not reentrant, and waiting callers are not served in order.
 * A stop of the adapter releases its leases, and ends a wait with `CLOSED`.
 * Each method may also reject with `CLOSED`, `UNAVAILABLE`, `TIMEOUT` or `INTERNAL`.
 */
export interface ExecutionLocks {
  /**
   * Takes the lock in one atomic step, or waits up to `waitMs` for it. A signal that aborts before the grant is answered
   * rejects with the signal's reason and leaves no lock behind; later it has no more effect.
   * Codes: `INVALID_ARGUMENT`; `LOCK_HELD` with `details: { owner, fence, expiresInMs }` of the holder, the last in
   * whole milliseconds; `UNKNOWN_OUTCOME`, after which a lock that was granted unseen lapses by its ttl.
   */
  acquire(resource: string, request: LockRequest): Promise<Lease>;

  /** Who holds the lock now, or `null` when it is free. Codes: `INVALID_ARGUMENT`. */
  inspect(resource: string, options?: CallOptions): Promise<LockState | null>;
}
export const ExecutionLocks: Token<ExecutionLocks> = token('ExecutionLocks');
