import { join, resolve } from 'node:path';

import type { Clock, Logger } from '@test-coordinator/ports';

import { AccessError } from '../security/access-error.js';
import { isExpired } from '../security/api-key.js';
import { ApiKeyFile } from '../security/api-key-file.js';
import { ApiKeyAuthentication, type Authentication } from '../security/authentication.js';
import { dataFolder } from '../settings/data-folder.js';
import { SETTINGS, type Settings } from '../settings/setting-table.js';

const FILE_NAME = 'api-keys.json';
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i;

type Environment = Readonly<Record<string, string | undefined>>;

/** The file of API keys that the settings name, or the one in the data folder. */
export function apiKeyFile({ apiKeysFile, dataDir }: Settings, environment: Environment): ApiKeyFile {
  return new ApiKeyFile(
    apiKeysFile === undefined ? join(dataFolder({ dataDir }, environment), FILE_NAME) : resolve(apiKeysFile),
  );
}

/**
 * How callers are told apart, or `undefined` when nobody is asked: by default where only this machine can call, and
 * nowhere else.
 * @throws AccessError when others could call and nobody would be asked, or when no key would open anything.
 */
export async function chooseAuthentication(
  settings: Settings,
  {
    environment,
    clock,
    logger,
  }: { readonly environment: Environment; readonly clock: Clock; readonly logger: Logger },
): Promise<Authentication | undefined> {
  const isLoopback = LOOPBACK.test(settings.httpHost);
  const { httpAuth = isLoopback ? 'none' : 'keys' } = settings;
  if (httpAuth === 'none') {
    if (isLoopback) return undefined;
    throw new AccessError(
      `${SETTINGS.httpHost.variable} lets other machines call, and ${SETTINGS.httpAuth.variable}=none asks nobody for a key: change one of them.`,
    );
  }
  const file = apiKeyFile(settings, environment);
  const authentication = await ApiKeyAuthentication.open(file, clock, logger);
  const now = clock.now();
  if (![...authentication.keys].some((key) => !isExpired(key, now))) {
    throw new AccessError(
      `Every caller is asked for a key, and there is none in ${file.path}: make one with the command keys create.`,
    );
  }
  if (await file.isOpenToOthers())
    logger.warn({ file: file.path }, 'other users of this machine may read or write the API keys');
  return authentication;
}
