import type { Problem } from '@test-coordinator/domain';
import { DataAdapterError } from '@test-coordinator/ports';

import { SettingsError } from './settings-error.js';

/**
 * Does what reads the settings of an adapter, which judges them further than we do.
 * @param variables The variable of each of the adapter's settings.
 * @throws SettingsError, with our names, for what it refuses.
 */
export async function namingSettings<Value>(
  variables: Readonly<Record<string, string>>,
  read: () => Value | Promise<Value>,
): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    if (!DataAdapterError.is(error) || error.code !== 'INVALID_ARGUMENT') throw error;
    const problems = error.details?.['problems'] as readonly Problem[];
    throw new SettingsError(
      problems.map(({ path, problem }) => ({ variable: variables[path] ?? path, problem })),
    );
  }
}
