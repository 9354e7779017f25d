import type { CallOptions } from './call-options.js';

/** Who holds a lock that could not be granted. */
export interface LockHolder {
  readonly owner: string;
  readonly fence: number;
  /** Whole milliseconds. */
  readonly expiresInMs: number;
}

/** A lock that was granted; a `LockState` is one. */
export interface GrantedLock {
  readonly fence: number;
  /** By the store's clock. */
  readonly expiresAt: Date;
}

/** What a store of locks does, each in one atomic step by its own clock. The fence is the token of a holder. */
export interface LockSteps {
  /**
   * Grants a free lock, or names the holder. The fence is the greatest of: the last one that was granted for the
   * resource plus one, `fenceAbove` plus one, and the store's time in microseconds since 1970.
   * @param options Of the caller, for logs.
   */
  grant(
    resource: string,
    lock: { readonly owner: string; readonly ttlMs: number; readonly fenceAbove: number },
    options: CallOptions,
  ): Promise<GrantedLock | { readonly heldBy: LockHolder }>;
  /** The new expiry, or `null` when the lock is not this fence's any more. */
  renew(resource: string, fence: number, ttlMs: number): Promise<Date | null>;
  /** Whether the lock was this fence's, and is free now. Also asked while the adapter stops. */
  release(resource: string, fence: number): Promise<boolean>;
}
