import { DataAdapterError, LeaseKeeper, type LockRequest } from '@test-coordinator/ports';

import { MemoryLockSteps } from './memory-lock-steps.js';

export const RESOURCE = 'engine';
/** Long enough for no timer to come into play. */
const LONG_MS = 60_000;
/** Longest wait for what must come. */
export const PATIENCE_MS = 5_000;

export function openedKeeper(): { readonly steps: MemoryLockSteps; readonly keeper: LeaseKeeper } {
  const steps = new MemoryLockSteps();
  return { steps, keeper: new LeaseKeeper(steps) };
}

export function request(fields: Partial<LockRequest> = {}): LockRequest {
  return { owner: 'ada', ttlMs: LONG_MS, ...fields };
}

export function codeOf(error: unknown): string {
  if (!DataAdapterError.is(error)) throw new Error('no error of the ports', { cause: error });
  return error.code;
}

/** The error of the ports that the call was refused with. */
export async function refusalOf(call: Promise<unknown>): Promise<DataAdapterError> {
  const [settled] = await Promise.allSettled([call]);
  if (settled.status === 'fulfilled') throw new Error('the call was answered');
  codeOf(settled.reason);
  return settled.reason as DataAdapterError;
}
