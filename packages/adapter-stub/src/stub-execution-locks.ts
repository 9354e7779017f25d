import {
  LeaseKeeper,
  checkServiceId,
  type CallOptions,
  type ExecutionLocks,
  type Lease,
  type LockHolder,
  type LockRequest,
  type LockState,
} from '@test-coordinator/ports';

import type { Calls } from './calls.js';
import type { LockTable } from './lock-table.js';

/** Locks between the callers of one process. Whether one has lapsed is told by the clock of the adapter. */
export class StubExecutionLocks implements ExecutionLocks {
  readonly #locks: LockTable;
  readonly #calls: Calls;
  readonly #keeper: LeaseKeeper;

  constructor(locks: LockTable, calls: Calls) {
    this.#locks = locks;
    this.#calls = calls;
    this.#keeper = new LeaseKeeper({
      grant: (resource, lock, options) => {
        const ids = (answer: LockState | { readonly heldBy: LockHolder }) =>
          'heldBy' in answer ? { resource, heldBy: answer.heldBy.fence } : { resource, fence: answer.fence };
        return calls.write('executionLocks.acquire', ids, options, () => locks.grant(resource, lock));
      },
      renew: (resource, fence, ttlMs) =>
        calls.write('executionLocks.renew', { resource, fence }, undefined, () =>
          locks.renew(resource, fence, ttlMs),
        ),
      release: (resource, fence) =>
        calls.write('executionLocks.release', { resource, fence }, undefined, () =>
          locks.release(resource, fence),
        ),
    });
  }

  acquire(resource: string, request: LockRequest): Promise<Lease> {
    return this.#keeper.acquire(resource, request);
  }

  inspect(resource: string, options?: CallOptions): Promise<LockState | null> {
    return this.#calls.read('executionLocks.inspect', { resource }, options, () => {
      checkServiceId(resource, 'resource');
      return this.#locks.inspect(resource);
    });
  }

  /** Ends every lease and every wait. Its releases are over when its promise is handed out. */
  close(): Promise<void> {
    return this.#keeper.close();
  }
}
