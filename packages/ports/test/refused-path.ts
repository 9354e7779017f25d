import { DataAdapterError } from '@test-coordinator/ports';

/** The path that the refusal names, or `undefined` when there is none. */
export function refusedPath(check: () => unknown): unknown {
  try {
    check();
    return undefined;
  } catch (error) {
    if (!DataAdapterError.is(error) || error.code !== 'INVALID_ARGUMENT') throw error;
    const problems = error.details?.['problems'] as readonly { path: string }[] | undefined;
    return problems?.[0]?.path;
  }
}
