import { inspect } from 'node:util';

import { DataAdapterError, maskSecrets } from '@test-coordinator/ports';

import { AdapterChoiceError } from '../composition/adapter-choice-error.js';
import { SettingsError } from '../settings/read-settings.js';
import { EXIT, UsageError } from './command.js';

/** What a person is told of an error that ended a command, and the exit code that it ends with. */
export function errorText(error: unknown): { readonly code: number; readonly text: string } {
  const { code, text } = told(error);
  return { code, text: `${maskSecrets(text)}\n` };
}

function told(error: unknown): { code: number; text: string } {
  if (error instanceof UsageError) {
    return { code: EXIT.usage, text: `${error.message}\nRun it with --help to see what there is.` };
  }
  if (error instanceof SettingsError || error instanceof AdapterChoiceError) {
    return { code: EXIT.usage, text: error.message };
  }
  if (DataAdapterError.is(error)) {
    return error.code === 'INVALID_ARGUMENT'
      ? { code: EXIT.usage, text: error.message }
      : { code: EXIT.storeUnavailable, text: `${error.message} (${error.code})` };
  }
  return { code: EXIT.unexpected, text: `Something went wrong that nobody expected: ${inspect(error)}` };
}
