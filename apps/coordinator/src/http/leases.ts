import { randomUUID } from 'node:crypto';

import { DataAdapterError, type ExecutionLocks, type Lease, type LockRequest } from '@test-coordinator/ports';

/** Each holds a timer and a lock of the store; whoever holds more than this has lost count. */
const MAX_LEASES = 10_000;

/** A lease as its holder elsewhere has it. */
export interface RemoteLease {
  readonly leaseId: string;
  readonly resource: string;
  readonly owner: string;
  readonly fence: number;
  readonly ttlMs: number;
  readonly expiresAt: Date;
}

interface Held {
  readonly leaseId: string;
  readonly lease: Lease;
  readonly ttlMs: number;
  patience: NodeJS.Timeout;
}

/**
 * The leases of holders that are not in this process. A lease renews itself as long as it is in memory, so this keeps
 * one only as long as its holder renews it: after a ttl without a renewal it is released.
 * They are known to this process alone. When it ends, its leases are released, or lapse by their ttl when it dies;
 * their holders learn it by the 404 of their next renewal, or by the fence of their next write.
 */
export class Leases {
  readonly #held = new Map<string, Held>();

  constructor(private readonly locks: ExecutionLocks) {}

  async acquire(resource: string, request: LockRequest): Promise<RemoteLease> {
    if (this.#held.size >= MAX_LEASES)
      throw new DataAdapterError('CAPACITY', `this coordinator holds ${MAX_LEASES} leases; release some`);
    const lease = await this.locks.acquire(resource, request);
    const leaseId = randomUUID();
    const { ttlMs } = request;
    const held = { leaseId, lease, ttlMs, patience: this.#release(leaseId, ttlMs) };
    this.#held.set(leaseId, held);
    return told(held);
  }

  /** Codes: `NOT_FOUND` for a lease that is not held here; those of `Lease.renew`. */
  async renew(resource: string, leaseId: string): Promise<RemoteLease> {
    const held = this.#get(resource, leaseId);
    if (held === undefined) throw unknown(resource, leaseId);
    clearTimeout(held.patience);
    held.patience = this.#release(leaseId, held.ttlMs);
    try {
      await held.lease.renew();
    } catch (error) {
      if (held.lease.signal.aborted) this.#forget(held);
      throw error;
    }
    return told(held);
  }

  /** Answers whether it was held. */
  async release(resource: string, leaseId: string): Promise<boolean> {
    const held = this.#get(resource, leaseId);
    if (held === undefined) return false;
    this.#forget(held);
    return held.lease.release();
  }

  #get(resource: string, leaseId: string): Held | undefined {
    const held = this.#held.get(leaseId);
    return held?.lease.resource === resource ? held : undefined;
  }

  #forget({ leaseId, patience }: Held): void {
    clearTimeout(patience);
    this.#held.delete(leaseId);
  }

  #release(leaseId: string, afterMs: number): NodeJS.Timeout {
    return setTimeout(() => {
      const held = this.#held.get(leaseId);
      if (held === undefined) return;
      this.#forget(held);
      void held.lease[Symbol.asyncDispose]();
    }, afterMs).unref();
  }
}

function told({ leaseId, lease, ttlMs }: Held): RemoteLease {
  const { resource, owner, fence, expiresAt } = lease;
  return { leaseId, resource, owner, fence, ttlMs, expiresAt };
}

function unknown(resource: string, leaseId: string): DataAdapterError {
  return new DataAdapterError(
    'NOT_FOUND',
    `there is no such lease of ${resource} here: it lapsed, was released, or another coordinator granted it; stop, and acquire it again`,
    { entity: 'lease', id: leaseId },
  );
}
