import { DataAdapterError } from './data-adapter-error.js';

/** The last, optional argument of every port method. */
export interface CallOptions {
  /** Aborted before the call: it rejects with the signal's reason and nothing is sent. */
  readonly signal?: AbortSignal | undefined;
  /** Who asks, for logs and the audit log. */
  readonly actor?: string | undefined;
  /** The request this call belongs to, for logs and the audit log. */
  readonly requestId?: string | undefined;
  /** The fence of an execution lock: a state change that carries an older one than was seen is `STALE_FENCE`. */
  readonly fence?: number | undefined;
}

/** Rejects a call whose signal was aborted before anything was sent. Throws the signal's reason. */
export function throwIfAborted(options: CallOptions | undefined): void {
  options?.signal?.throwIfAborted();
}

/** @throws DataAdapterError `INVALID_ARGUMENT` unless the fence is absent or a whole number from 0. */
export function checkFence(options: CallOptions | undefined): void {
  const fence = options?.fence;
  if (fence === undefined || (Number.isSafeInteger(fence) && fence >= 0)) return;
  throw new DataAdapterError('INVALID_ARGUMENT', 'options: fence must be a whole number from 0', {
    problems: [{ path: 'fence', problem: 'must be a whole number from 0' }],
  });
}
