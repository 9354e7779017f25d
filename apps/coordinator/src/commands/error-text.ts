import { inspect } from 'node:util';

import { EmbeddedPostgresError, type EmbeddedPostgresErrorCode } from '@test-coordinator/embedded-postgres';
import { DataAdapterError, maskSecrets } from '@test-coordinator/ports';
import { SettingsError } from '@test-coordinator/settings';

import { AdapterChoiceError } from '../composition/adapter-choice-error.js';
import { AccessError } from '../security/access-error.js';
import { SETTINGS } from '../settings/setting-table.js';
import { EXIT, UsageError } from './command.js';

const FOLDER = ` ${SETTINGS.dataDir.variable} names the folder.`;
const SERVER = ` ${SETTINGS.postgresUrl.variable} names a server.`;
/** The setting that helps, where one does. */
const ADVICE: Partial<Record<EmbeddedPostgresErrorCode, string>> = {
  PLATFORM_UNSUPPORTED: SERVER,
  BINARIES_MISSING: SERVER,
  FOLDER_UNUSABLE: FOLDER,
  OTHER_MAJOR_VERSION: FOLDER,
  DISK_FULL: FOLDER,
  UNREACHABLE: FOLDER,
};

/** What a person is told of an error that ended a command, and the exit code that it ends with. */
export function errorText(error: unknown): { readonly code: number; readonly text: string } {
  const { code, text } = told(error);
  return { code, text: `${maskSecrets(text)}\n` };
}

function told(error: unknown): { code: number; text: string } {
  if (error instanceof UsageError) {
    return { code: EXIT.usage, text: `${error.message}\nRun it with --help to see what there is.` };
  }
  if ([SettingsError, AdapterChoiceError, AccessError].some((kind) => error instanceof kind)) {
    return { code: EXIT.usage, text: (error as Error).message };
  }
  if (error instanceof EmbeddedPostgresError) {
    const text = `${error.message}${ADVICE[error.code] ?? ''} (${error.code})`;
    return { code: EXIT.storeUnavailable, text };
  }
  if (DataAdapterError.is(error)) {
    if (error.code === 'NOT_FOUND') return { code: EXIT.badInput, text: error.message };
    return error.code === 'INVALID_ARGUMENT'
      ? { code: EXIT.usage, text: error.message }
      : { code: EXIT.storeUnavailable, text: `${error.message} (${error.code})` };
  }
  return { code: EXIT.unexpected, text: `Something went wrong that nobody expected: ${inspect(error)}` };
}
