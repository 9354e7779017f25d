import type { Clock, LockHolder, LockState } from '@test-coordinator/ports';

import { ExpiringEntries, type Expiring } from './expiring-entries.js';

/** A lock that somebody holds; `key` is its resource. */
interface HeldLock extends Expiring {
  readonly owner: string;
  readonly fence: number;
  readonly acquiredAtMs: number;
}

/**
 * Locks in memory, by the clock of the adapter. One number counts the fences of all resources: so they rise for each of
 * them, and a resource that is free costs nothing.
 */
export class LockTable {
  readonly #locks = new ExpiringEntries<HeldLock>();
  readonly #clock: Clock;
  #lastFence = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many locks are kept, lapsed ones too. */
  get size(): number {
    return this.#locks.size;
  }

  grant(
    resource: string,
    {
      owner,
      ttlMs,
      fenceAbove,
    }: { readonly owner: string; readonly ttlMs: number; readonly fenceAbove: number },
  ): LockState | { readonly heldBy: LockHolder } {
    const nowMs = this.#nowMs();
    const held = this.#locks.get(resource, nowMs);
    if (held !== undefined)
      return { heldBy: { owner: held.owner, fence: held.fence, expiresInMs: held.expiresAtMs - nowMs } };
    // From the time on, in microseconds: so the fences of a process are above those of the one before.
    this.#lastFence = Math.max(this.#lastFence + 1, fenceAbove + 1, nowMs * 1_000);
    const fence = this.#lastFence;
    return this.#hold({ key: resource, owner, fence, acquiredAtMs: nowMs }, nowMs, ttlMs);
  }

  renew(resource: string, fence: number, ttlMs: number): Date | null {
    const nowMs = this.#nowMs();
    const held = this.#locks.get(resource, nowMs);
    return held?.fence === fence ? this.#hold(held, nowMs, ttlMs).expiresAt : null;
  }

  release(resource: string, fence: number): boolean {
    const nowMs = this.#nowMs();
    return this.#locks.get(resource, nowMs)?.fence === fence && this.#locks.delete(resource, nowMs);
  }

  inspect(resource: string): LockState | null {
    const held = this.#locks.get(resource, this.#nowMs());
    return held === undefined ? null : stateOf(held);
  }

  #hold(lock: Omit<HeldLock, 'expiresAtMs'>, nowMs: number, ttlMs: number): LockState {
    const held = { ...lock, expiresAtMs: nowMs + ttlMs };
    this.#locks.set(held, nowMs);
    return stateOf(held);
  }

  #nowMs(): number {
    return this.#clock.now().getTime();
  }
}

function stateOf({ key, owner, fence, acquiredAtMs, expiresAtMs }: HeldLock): LockState {
  return {
    resource: key,
    owner,
    fence,
    acquiredAt: new Date(acquiredAtMs),
    expiresAt: new Date(expiresAtMs),
  };
}
