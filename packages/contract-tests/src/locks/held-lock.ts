import { expect } from 'chai';
import type { Lease, LockRequest } from '@test-coordinator/ports';

import type { Ports } from '../adapter-harness.js';
import { asDataAdapterError } from '../outcome.js';
import type { Trial } from '../trial.js';

export const RESOURCE = 'run:engine-1';
/** Long enough for no renewal to come into play. */
export const LONG_MS = 60_000;
/** Short enough to wait for. */
export const SHORT_MS = 240;

/** Takes the lock. @param fields What shall differ: by default `ada` takes it for a minute. */
export function acquire(
  { executionLocks }: Ports,
  fields: Partial<LockRequest> = {},
  resource: string = RESOURCE,
): Promise<Lease> {
  return executionLocks.acquire(resource, { owner: 'ada', ttlMs: LONG_MS, ...fields });
}

/** Holds the lock to be this lease's; `undefined` to be free. */
export async function expectHolder({ executionLocks }: Ports, lease: Lease | undefined): Promise<void> {
  const state = await executionLocks.inspect(lease?.resource ?? RESOURCE);
  if (lease === undefined) expect(state, 'who holds the lock').to.equal(null);
  else expect(state, 'who holds the lock').to.include({ owner: lease.owner, fence: lease.fence });
}

/** Holds the lease to have ended for this reason. */
export function expectEnded({ signal }: Lease, code: 'STALE_FENCE' | 'UNAVAILABLE' | 'CLOSED'): void {
  expect(signal.aborted, 'that the signal is aborted').to.equal(true);
  expect(asDataAdapterError(signal.reason).code, 'reason of the signal').to.equal(code);
}

/**
 * Lets the ttl of a lock pass before its holder renews it: on the manual clock, or by holding this process up while the
 * store's time goes on.
 */
export function outlast(trial: Trial, ttlMs: number): void {
  if (trial.isClockManual) trial.clock.advance(ttlMs);
  else trial.stall(ttlMs);
}
