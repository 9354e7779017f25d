import type { LockHolder, LockState, LockSteps } from '@test-coordinator/ports';

/** How the store answers to the steps of holders: as it should, not at all, or with an error. */
export type Mood = 'answers' | 'hangs' | 'rejects';

interface Held extends LockState {
  readonly expiresAtMs: number;
}

/** A store of locks in memory, by the process's own clock, that can be made to misbehave. */
export class MemoryLockSteps implements LockSteps {
  mood: Mood = 'answers';
  /** When a renewal came in, by `performance.now()`. */
  readonly renewedAt: number[] = [];
  readonly released: number[] = [];
  /** What a call waits for before it is looked at. */
  delay: Promise<unknown> = Promise.resolve();
  readonly #held = new Map<string, Held>();
  #fence = 0;

  async grant(
    resource: string,
    {
      owner,
      ttlMs,
      fenceAbove,
    }: { readonly owner: string; readonly ttlMs: number; readonly fenceAbove: number },
  ): Promise<LockState | { readonly heldBy: LockHolder }> {
    await this.#answer();
    const held = this.holder(resource);
    if (held !== undefined) {
      const { fence, expiresAtMs } = held;
      const expiresInMs = Math.ceil(expiresAtMs - performance.now());
      return { heldBy: { owner: held.owner, fence, expiresInMs } };
    }
    this.#fence = Math.max(this.#fence, fenceAbove) + 1;
    return this.#hold({ resource, owner, fence: this.#fence, acquiredAt: new Date(0) }, ttlMs);
  }

  async renew(resource: string, fence: number, ttlMs: number): Promise<Date | null> {
    this.renewedAt.push(performance.now());
    await this.#answer();
    const held = this.holder(resource);
    return held?.fence === fence ? this.#hold(held, ttlMs).expiresAt : null;
  }

  async release(resource: string, fence: number): Promise<boolean> {
    this.released.push(fence);
    await this.#answer();
    return this.holder(resource)?.fence === fence && this.#held.delete(resource);
  }

  /** The lock, unless it has lapsed. */
  holder(resource: string): Held | undefined {
    const held = this.#held.get(resource);
    return held !== undefined && performance.now() < held.expiresAtMs ? held : undefined;
  }

  /** As if the store had lost its data. */
  forget(): void {
    this.#held.clear();
  }

  #hold(lock: Omit<LockState, 'expiresAt'>, ttlMs: number): Held {
    const expiresAtMs = performance.now() + ttlMs;
    const held = {
      ...lock,
      expiresAtMs,
      expiresAt: new Date(Math.round(performance.timeOrigin + expiresAtMs)),
    };
    this.#held.set(lock.resource, held);
    return held;
  }

  async #answer(): Promise<void> {
    const { mood } = this;
    await this.delay;
    if (mood === 'hangs') await new Promise(() => undefined);
    if (mood === 'rejects') throw new Error('the store is away');
  }
}
