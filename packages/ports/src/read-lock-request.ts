import { checkServiceId, checkText, checkWhole, refuse } from './arguments.js';
import type { CallOptions } from './call-options.js';
import { MAX_FENCE_ABOVE, MAX_LOCK_TTL_MS, MIN_LOCK_TTL_MS, type LockRequest } from './execution-locks.js';

/** A request for a lock with its defaults filled in. */
export interface ReadLockRequest {
  readonly owner: string;
  readonly ttlMs: number;
  readonly waitMs: number;
  readonly fenceAbove: number;
  readonly options: CallOptions;
}

/** @throws DataAdapterError `INVALID_ARGUMENT` for a bad resource or a bad field of the request. */
export function readLockRequest(resource: unknown, request: unknown): ReadLockRequest {
  checkServiceId(resource, 'resource');
  if (typeof request !== 'object' || request === null) refuse('request', 'must be an object');
  const { owner, ttlMs, waitMs = 0, fenceAbove = 0, signal, actor, requestId } = request as LockRequest;
  checkText(owner, 'owner');
  checkWhole(ttlMs, 'ttlMs', MIN_LOCK_TTL_MS, MAX_LOCK_TTL_MS);
  checkWhole(waitMs, 'waitMs', 0, MAX_LOCK_TTL_MS);
  checkWhole(fenceAbove, 'fenceAbove', 0, MAX_FENCE_ABOVE);
  return { owner, ttlMs, waitMs, fenceAbove, options: { signal, actor, requestId } };
}
