import { milliseconds, namingSettings } from '@test-coordinator/settings';

import { SETTINGS, type Settings } from '../settings/setting-table.js';
import type { ChosenAdapter } from './adapter-factory.js';

/** Under which variables we read what the adapter may refuse. */
const REDIS_VARIABLES: Readonly<Record<string, string>> = {
  url: SETTINGS.redisUrl.variable,
  keyPrefix: SETTINGS.redisKeyPrefix.variable,
};

/**
 * The Redis that the settings name, for cache, service registry, locks and live state; `undefined` when they name none. The app starts and
 * goes on without it: records do not need it.
 * @throws SettingsError
 */
export async function chooseRedis(settings: Settings): Promise<ChosenAdapter | undefined> {
  const { redisUrl, redisPoolSize: poolSize, redisSocketTimeoutSeconds: timeoutSeconds } = settings;
  if (redisUrl === undefined) return undefined;
  const { RedisAdapter, redisModule } = await import('@test-coordinator/adapter-redis');
  const module = await namingSettings(REDIS_VARIABLES, () =>
    redisModule({
      url: redisUrl.reveal(),
      keyPrefix: settings.redisKeyPrefix,
      poolSize,
      socketTimeoutMs: milliseconds(timeoutSeconds),
      connectTimeoutMs: milliseconds(settings.redisSocketConnectTimeoutSeconds),
      staleThresholdMs: milliseconds(settings.staleServiceThresholdSeconds),
      defaultTtlSeconds: settings.cacheTtlDefaultSeconds,
      startsDegraded: true,
    }),
  );
  return {
    name: 'redis',
    module,
    lifecycle: RedisAdapter,
    role: `cache, service registry, locks and live state, shared by all that use this Redis with the keys ${settings.redisKeyPrefix}*`,
    limits: `${poolSize} connections to each server, ${timeoutSeconds} s for a command; ${stateLimits(settings)}`,
    isOptional: true,
  };
}

/** What cache, service registry, locks and live state keep to, wherever they are. */
export function stateLimits({ cacheTtlDefaultSeconds, staleServiceThresholdSeconds }: Settings): string {
  return `${cacheTtlDefaultSeconds} s for a cache entry; a service is stale after ${staleServiceThresholdSeconds} s`;
}
