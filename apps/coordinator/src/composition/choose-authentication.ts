import { join, resolve } from 'node:path';

import type { Clock, Logger } from '@test-coordinator/ports';
import { dataFolder, isLoopback } from '@test-coordinator/settings';

import { AccessError } from '../security/access-error.js';
import { isExpired } from '../security/api-key.js';
import { ApiKeyFile } from '../security/api-key-file.js';
import { anyOf, ApiKeyAuthentication, type Authentication } from '../security/authentication.js';
import { SETTINGS, type Settings } from '../settings/setting-table.js';

const FILE_NAME = 'api-keys.json';

type Environment = Readonly<Record<string, string | undefined>>;

/** The file of API keys that the settings name, or the one in the data folder. */
export function apiKeyFile({ apiKeysFile, dataDir }: Settings, environment: Environment): ApiKeyFile {
  return new ApiKeyFile(
    apiKeysFile === undefined ? join(dataFolder({ dataDir }, environment), FILE_NAME) : resolve(apiKeysFile),
  );
}

interface Surroundings {
  readonly environment: Environment;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * How callers are told apart, or `undefined` when nobody is asked: by default where only this machine can call and no
 * issuer of tokens is named, and nowhere else.
 * @throws AccessError when others could call and nobody would be asked, when nothing would open anything, or when the
 * settings contradict each other.
 */
export async function chooseAuthentication(
  settings: Settings,
  surroundings: Surroundings,
): Promise<Authentication | undefined> {
  const { httpHost, httpAuth, oidcIssuer } = settings;
  const isLocal = isLoopback(httpHost);
  const isOpen = httpAuth === 'none' || (httpAuth === undefined && isLocal && oidcIssuer === undefined);
  if (isOpen) {
    if (oidcIssuer !== undefined)
      throw new AccessError(
        `${SETTINGS.oidcIssuer.variable} names an issuer of tokens, and ${SETTINGS.httpAuth.variable}=none asks nobody for one: change one of them.`,
      );
    if (isLocal) return undefined;
    throw new AccessError(
      `${SETTINGS.httpHost.variable} lets other machines call, and ${SETTINGS.httpAuth.variable}=none asks nobody for a key: change one of them.`,
    );
  }
  const takesTokens = httpAuth === 'oidc' || (httpAuth === undefined && oidcIssuer !== undefined);
  const chosen: Authentication[] = [];
  if (httpAuth !== 'oidc') chosen.push(await keyAuthentication(settings, surroundings, takesTokens));
  if (takesTokens) chosen.push(await tokenAuthentication(settings, surroundings));
  return anyOf(chosen);
}

async function keyAuthentication(
  settings: Settings,
  { environment, clock, logger }: Surroundings,
  mayBeWithoutKeys: boolean,
): Promise<Authentication> {
  const file = apiKeyFile(settings, environment);
  const authentication = await ApiKeyAuthentication.open(file, clock, logger);
  const now = clock.now();
  if (!mayBeWithoutKeys && ![...authentication.keys].some((key) => !isExpired(key, now))) {
    throw new AccessError(
      `Every caller is asked for a key, and there is none in ${file.path}: make one with the command keys create.`,
    );
  }
  if (await file.isOpenToOthers())
    logger.warn({ file: file.path }, 'other users of this machine may read or write the API keys');
  return authentication;
}

async function tokenAuthentication(
  settings: Settings,
  { clock, logger }: Surroundings,
): Promise<Authentication> {
  const { oidcIssuer: issuer, oidcAudience: audience } = settings;
  if (issuer === undefined || audience === undefined)
    throw new AccessError(
      `Tokens cannot be checked without both ${SETTINGS.oidcIssuer.variable} and ${SETTINGS.oidcAudience.variable}: set them.`,
    );
  // Who takes no tokens does not load what checks them.
  const { TokenAuthentication } = await import('../security/token-authentication.js');
  return TokenAuthentication.open({
    issuer,
    jwksUrl: settings.oidcJwksUrl,
    audience,
    algorithms: settings.oidcAlgorithms,
    scopeClaim: settings.oidcScopeClaim,
    scopeNames: settings.oidcScopeNames,
    clockToleranceSeconds: settings.oidcClockToleranceSeconds,
    clock,
    logger,
  });
}
