import { randomBytes } from 'node:crypto';

interface LostAttempt {
  readonly attempt: string;
  /** Monotonic. Later, a lock that it was granted has lapsed. */
  readonly endsAtMs: number;
}

/**
 * Attempts at locks of which it is not known whether they were granted. The next attempt at the same lock names them, so
 * that a grant whose answer was lost does not lock its own caller out for the ttl.
 */
export class LostAttempts {
  readonly #lost = new Map<string, readonly LostAttempt[]>();
  readonly #process = randomBytes(12).toString('base64url');
  #count = 0;

  /** @param monotonicMs A clock that never goes back. */
  constructor(private readonly monotonicMs: () => number) {}

  /** A name that no attempt of any process has. */
  next(): string {
    this.#count += 1;
    return `${this.#process}-${this.#count}`;
  }

  of(resource: string): readonly string[] {
    if (this.#lost.size === 0) return [];
    this.#forgetEnded();
    return (this.#lost.get(resource) ?? []).map(({ attempt }) => attempt);
  }

  add(resource: string, attempt: string, ttlMs: number): void {
    const endsAtMs = this.monotonicMs() + ttlMs;
    this.#lost.set(resource, [...(this.#lost.get(resource) ?? []), { attempt, endsAtMs }]);
  }

  #forgetEnded(): void {
    const nowMs = this.monotonicMs();
    for (const [resource, attempts] of this.#lost) {
      const standing = attempts.filter(({ endsAtMs }) => endsAtMs > nowMs);
      if (standing.length === 0) this.#lost.delete(resource);
      else this.#lost.set(resource, standing);
    }
  }
}
