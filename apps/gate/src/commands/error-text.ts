import { inspect } from 'node:util';

import { EmbeddedPostgresError } from '@test-coordinator/embedded-postgres';
import { DataAdapterError, maskSecrets } from '@test-coordinator/ports';
import { SettingsError } from '@test-coordinator/settings';

import { EXIT, UsageError } from './gate-command.js';

/** What a person is told of an error that ended a command, and the exit code that it ends with. */
export function errorText(error: unknown): { readonly code: number; readonly text: string } {
  if (isUsage(error)) {
    const advice = error instanceof SettingsError ? '' : '\nRun it with --help to see what there is.';
    return { code: EXIT.usage, text: `${maskSecrets(error.message)}${advice}\n` };
  }
  return { code: EXIT.unknown, text: `Can't tell: ${cannotTellReason(error)}\n` };
}

/** Why nothing can be told; fit to print. */
export function cannotTellReason(error: unknown): string {
  const told =
    DataAdapterError.is(error) || error instanceof EmbeddedPostgresError
      ? `${error.message} (${error.code})`
      : `something went wrong that nobody expected: ${inspect(error)}`;
  return maskSecrets(told);
}

/** Whether the caller has to say something else: an argument or a setting is wrong. */
export function isUsage(error: unknown): error is Error {
  if (error instanceof UsageError || error instanceof SettingsError) return true;
  if (DataAdapterError.is(error)) return error.code === 'INVALID_ARGUMENT';
  // What parseArgs refuses.
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');
}
