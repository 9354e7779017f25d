import type { Clock, LockHolder, LockState } from '@test-coordinator/ports';

/** What the contract says of a store of locks, on a plain map. Inputs are valid. */
export class LocksModel {
  readonly #locks = new Map<string, LockState>();
  readonly #fences = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  grant(
    resource: string,
    {
      owner,
      ttlMs,
      fenceAbove,
    }: { readonly owner: string; readonly ttlMs: number; readonly fenceAbove: number },
  ): LockState | { readonly heldBy: LockHolder } {
    const now = this.clock.now();
    const held = this.inspect(resource);
    if (held !== null) {
      const expiresInMs = held.expiresAt.getTime() - now.getTime();
      return { heldBy: { owner: held.owner, fence: held.fence, expiresInMs } };
    }
    const last = this.#fences.get(resource) ?? 0;
    const fence = Math.max(last + 1, fenceAbove + 1, now.getTime() * 1_000);
    this.#fences.set(resource, fence);
    const lock = { resource, owner, fence, acquiredAt: now, expiresAt: after(now, ttlMs) };
    this.#locks.set(resource, lock);
    return lock;
  }

  renew(resource: string, fence: number, ttlMs: number): Date | null {
    const held = this.inspect(resource);
    if (held?.fence !== fence) return null;
    const expiresAt = after(this.clock.now(), ttlMs);
    this.#locks.set(resource, { ...held, expiresAt });
    return expiresAt;
  }

  release(resource: string, fence: number): boolean {
    return this.inspect(resource)?.fence === fence && this.#locks.delete(resource);
  }

  inspect(resource: string): LockState | null {
    const lock = this.#locks.get(resource);
    return lock !== undefined && this.clock.now() < lock.expiresAt ? lock : null;
  }

  /** When the next lock lapses, in milliseconds from now; `undefined` when none is held. */
  msToNextLapse(): number | undefined {
    const nowMs = this.clock.now().getTime();
    const left = [...this.#locks.values()].map(({ expiresAt }) => expiresAt.getTime() - nowMs);
    const ahead = left.filter((ms) => ms > 0);
    return ahead.length === 0 ? undefined : Math.min(...ahead);
  }
}

function after(now: Date, ttlMs: number): Date {
  return new Date(now.getTime() + ttlMs);
}
