import {
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

import type { Calls } from './calls.js';
import { failureOf } from './failures.js';
import { grantLock, inspectLock, releaseLock, renewLock } from './lock-scripts.js';
import { LostAttempts } from './lost-attempts.js';
import type { RedisConnections } from './redis-connections.js';
import type { RedisKeys } from './redis-keys.js';
import type { Script } from './script.js';

/** What the locks work on. */
export interface ExecutionLocksContext {
  readonly connections: RedisConnections;
  readonly keys: RedisKeys;
  readonly calls: Calls;
}

type Held = readonly [owner: string, fence: number, expiresInMs: number];

/** Locks in Redis, by Redis's clock. Each step is one script on one key, so a slot that moves holds none of them up. */
export class RedisExecutionLocks implements ExecutionLocks {
  readonly #connections: RedisConnections;
  readonly #keys: RedisKeys;
  readonly #calls: Calls;
  readonly #lost = new LostAttempts(() => performance.now());
  readonly #keeper = new LeaseKeeper({
    grant: (resource, lock) => this.#grant(resource, lock),
    renew: (resource, fence, ttlMs) => this.#renew(resource, fence, ttlMs),
    release: (resource, fence) => this.#release(resource, fence),
  });

  constructor({ connections, keys, calls }: ExecutionLocksContext) {
    this.#connections = connections;
    this.#keys = keys;
    this.#calls = calls;
  }

  acquire(resource: string, request: LockRequest): Promise<Lease> {
    const call = { operation: 'executionLocks.acquire', ids: { resource }, countsOnce: true };
    const options = typeof request === 'object' && request !== null ? request : undefined;
    return this.#calls.run(call, options, () => this.#keeper.acquire(resource, request));
  }

  inspect(resource: string, options?: CallOptions): Promise<LockState | null> {
    return this.#calls.run({ operation: 'executionLocks.inspect', ids: { resource } }, options, async () => {
      checkServiceId(resource, 'resource');
      const [fence, acquiredAtMs, expiresAtMs, , owner] = await this.#run<readonly string[]>(
        inspectLock,
        resource,
        [],
      );
      if (owner === undefined) return null;
      return {
        resource,
        owner,
        fence: Number(fence),
        acquiredAt: new Date(Number(acquiredAtMs)),
        expiresAt: new Date(Number(expiresAtMs)),
      };
    });
  }

  /** Ends every lease and every wait. Resolves when the leases are released, or their store has not answered. */
  close(): Promise<void> {
    return this.#keeper.close();
  }

  #grant(
    resource: string,
    {
      owner,
      ttlMs,
      fenceAbove,
    }: { readonly owner: string; readonly ttlMs: number; readonly fenceAbove: number },
  ): Promise<GrantedLock | { readonly heldBy: LockHolder }> {
    const attempt = this.#lost.next();
    const values = [owner, ttlMs, fenceAbove, attempt, ...this.#lost.of(resource)];
    return this.#run<string | Held>(grantLock, resource, values).then(grantOf, (error: unknown) => {
      if (failureOf(error).mayHaveRun) this.#lost.add(resource, attempt, ttlMs);
      throw error;
    });
  }

  #renew(resource: string, fence: number, ttlMs: number): Promise<Date | null> {
    const call = { operation: 'executionLocks.renew', ids: { resource, fence }, isOfLease: true };
    const request = () => this.#run<number | null>(renewLock, resource, [fence, ttlMs]);
    return this.#calls.ask(call, undefined, request, (expiresAtMs) =>
      expiresAtMs === null ? null : new Date(expiresAtMs),
    );
  }

  #release(resource: string, fence: number): Promise<boolean> {
    const ids = { resource, fence };
    const call = { operation: 'executionLocks.release', ids, countsOnce: true, isOfLease: true };
    const request = () => this.#run<number>(releaseLock, resource, [fence]);
    return this.#calls.ask(call, undefined, request, (released) => released === 1);
  }

  #run<Reply>(script: Script, resource: string, values: readonly (string | number)[]): Promise<Reply> {
    return this.#connections.run(script, [this.#keys.lock(resource)], values);
  }
}

/** @param answer The text of the lock, or who holds it. */
function grantOf(answer: string | Held): GrantedLock | { readonly heldBy: LockHolder } {
  if (typeof answer !== 'string') {
    const [owner, fence, expiresInMs] = answer;
    return { heldBy: { owner, fence, expiresInMs } };
  }
  const [fence, , expiresAtMs] = answer.split(' ', 3);
  return { fence: Number(fence), expiresAt: new Date(Number(expiresAtMs)) };
}
