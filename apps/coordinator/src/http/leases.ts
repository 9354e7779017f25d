import { randomUUID } from 'node:crypto';

import { DataAdapterError, type ExecutionLocks, type Lease, type LockRequest } from '@test-coordinator/ports';

import { checkSameBody, type RepeatableRequest } from './idempotency-keys.js';

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

/** What a request that may come again was answered with, or will be. */
interface Repeatable extends Pick<RepeatableRequest, 'body'> {
  readonly granted: Promise<Held>;
}

interface Held {
  readonly leaseId: string;
  readonly lease: Lease;
  readonly ttlMs: number;
  readonly repeatableAs: string | undefined;
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
  readonly #repeatable = new Map<string, Repeatable>();

  constructor(private readonly locks: ExecutionLocks) {}

  /**
   * A request that comes again while its lease is held here, or waited for, is answered with that one.
   * @throws DataAdapterError `ALREADY_EXISTS` when its key came with another body before.
   */
  async acquire(
    resource: string,
    request: LockRequest,
    again: RepeatableRequest | undefined,
  ): Promise<RemoteLease> {
    if (again === undefined) return told(await this.#acquire(resource, request));
    const name = `${again.name} ${resource}`;
    for (let before = this.#repeatable.get(name); ; before = this.#repeatable.get(name)) {
      if (before === undefined) return told(await this.#acquireOnce(resource, request, name, again));
      checkSameBody(before.body, again);
      // When the first one fails, or its client has gone, this one asks for itself.
      const held = await before.granted.catch(() => undefined);
      if (held === undefined) continue;
      if (!held.lease.signal.aborted) return told(held);
      this.#forget(held);
    }
  }

  #acquireOnce(
    resource: string,
    request: LockRequest,
    name: string,
    { body }: RepeatableRequest,
  ): Promise<Held> {
    const granted = this.#acquire(resource, request, name).catch((error: unknown) => {
      this.#repeatable.delete(name);
      throw error;
    });
    this.#repeatable.set(name, { body, granted });
    return granted;
  }

  async #acquire(resource: string, request: LockRequest, repeatableAs?: string): Promise<Held> {
    if (this.#held.size >= MAX_LEASES)
      throw new DataAdapterError('CAPACITY', `this coordinator holds ${MAX_LEASES} leases; release some`);
    const lease = await this.locks.acquire(resource, request);
    const leaseId = randomUUID();
    const { ttlMs } = request;
    const held = { leaseId, lease, ttlMs, repeatableAs, patience: this.#release(leaseId, ttlMs) };
    this.#held.set(leaseId, held);
    return held;
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

  #forget({ leaseId, patience, repeatableAs }: Held): void {
    clearTimeout(patience);
    this.#held.delete(leaseId);
    if (repeatableAs !== undefined) this.#repeatable.delete(repeatableAs);
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
