import { DataAdapterError } from './data-adapter-error.js';

/** The last, optional argument of every port method. Arguments count as they are at the call: changing them later changes nothing. */
export interface CallOptions {
  /** Aborted before the call: it rejects with the signal's reason and nothing is sent. */
  readonly signal?: AbortSignal | undefined;
  /** Who asks, for logs and the audit log. */
  readonly actor?: string | undefined;
  /** The request this call belongs to, for logs and the audit log. */
  readonly requestId?: string | undefined;
  /**
   * The fence of an execution lock, a whole number from 0. State changes of a run and of its events share the run's
   * fence: one that carries an older fence than a change before it is `STALE_FENCE`, also where nothing would change, and
   * changes nothing; `details.fence` is the one that was seen. A change that was refused, or changed nothing, leaves no
   * fence behind; a change without a fence is not judged by it.
   */
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
