import {
  DataAdapterError,
  LeaseKeeper,
  checkServiceId,
  type CallOptions,
  type ExecutionLocks,
  type GrantedLock,
  type Lease,
  type LockHolder,
  type LockRequest,
  type LockState,
} from '@test-coordinator/ports';

import { readGrantedLease, readLockState } from './answer-readers.js';
import type { Asked, CoordinatorCalls } from './coordinator-calls.js';

const OF_LEASE = { isOfLife: true };
/** What the coordinator says of a lease that it does not hold, or whose lock somebody else has. */
const LOST = new Set<unknown>(['NOT_FOUND', 'STALE_FENCE']);

/**
 * Locks over HTTP. The coordinator holds the lock, and this side renews the lease there: a holder that is silent for a ttl
 * has lost it. Waiting is asking again, as in every other adapter.
 */
export class HttpExecutionLocks implements ExecutionLocks {
  readonly #calls: CoordinatorCalls;
  /** By the fence, which no other lease of the resource has. */
  readonly #leaseIds = new Map<string, string>();
  readonly #keeper: LeaseKeeper;

  constructor(calls: CoordinatorCalls) {
    this.#calls = calls;
    this.#keeper = new LeaseKeeper({
      grant: (resource, lock, options) => this.#grant(resource, lock, options),
      renew: (resource, fence) => this.#renew(resource, fence),
      release: (resource, fence) => this.#release(resource, fence),
    });
  }

  async acquire(resource: string, request: LockRequest): Promise<Lease> {
    // What a keeper refuses of its own must not come before what the client refuses.
    this.#calls.assertOpen();
    return this.#calls.during(() => this.#keeper.acquire(resource, request));
  }

  inspect(resource: string, options?: CallOptions): Promise<LockState | null> {
    const ask = (): Asked => {
      checkServiceId(resource, 'resource');
      return { path: { resource } };
    };
    return this.#calls.find('inspectLock', options, ask, readLockState);
  }

  /** Ends every lease and every wait. Resolves when the leases are released, or the coordinator has not answered. */
  close(): Promise<void> {
    return this.#keeper.close();
  }

  async #grant(
    resource: string,
    lock: { readonly owner: string; readonly ttlMs: number; readonly fenceAbove: number },
    { actor, requestId }: CallOptions,
  ): Promise<GrantedLock | { readonly heldBy: LockHolder }> {
    const ask = (): Asked => ({ path: { resource }, body: lock, entity: 'lock', id: resource });
    try {
      // Without the signal: a lock that is granted to somebody who went away has to be given back, and so to be known.
      const options = { actor, requestId };
      const granted = await this.#calls.ask('acquireLock', options, ask, readGrantedLease);
      this.#leaseIds.set(placeOf(resource, granted.fence), granted.leaseId);
      return granted;
    } catch (error) {
      const heldBy = holderOf(error);
      if (heldBy === undefined) throw error;
      return { heldBy };
    }
  }

  async #renew(resource: string, fence: number): Promise<Date | null> {
    const ask = (): Asked => this.#about(resource, fence);
    return this.#calls.ask('renewLease', undefined, ask, readGrantedLease, OF_LEASE).then(
      ({ expiresAt }) => expiresAt,
      (error: unknown) => {
        if (DataAdapterError.is(error) && LOST.has(error.code)) return null;
        throw error;
      },
    );
  }

  async #release(resource: string, fence: number): Promise<boolean> {
    const asked = this.#about(resource, fence);
    this.#leaseIds.delete(placeOf(resource, fence));
    return this.#calls.isDone('releaseLease', undefined, () => asked, OF_LEASE);
  }

  #about(resource: string, fence: number): Asked {
    const leaseId = this.#leaseIds.get(placeOf(resource, fence))!;
    return { path: { resource, leaseId }, entity: 'lock', id: resource };
  }
}

function placeOf(resource: string, fence: number): string {
  return `${resource} ${fence}`;
}

/** Who holds the lock that was asked for, as the refusal tells it. */
function holderOf(error: unknown): LockHolder | undefined {
  if (!DataAdapterError.is(error) || error.code !== 'LOCK_HELD') return undefined;
  const { owner, fence, expiresInMs } = error.details ?? {};
  return typeof owner === 'string' && typeof fence === 'number' && typeof expiresInMs === 'number'
    ? { owner, fence, expiresInMs }
    : undefined;
}
