import {
  ActiveRuns,
  CacheRepository,
  ExecutionLocks,
  Logger,
  ServiceDiscoveryRepository,
  type Token,
} from '@test-coordinator/ports';
import { ContainerModule } from 'inversify';

import { RedisAdapter, type RedisPorts } from './redis-adapter.js';
import { readRedisSettings, type RedisSettings } from './redis-settings.js';

/**
 * Binds the ports of the adapter, and `RedisAdapter` for their life, to one adapter of the container. It takes `Logger`
 * from the container where it is bound. The adapter is not started by it.
 * @throws DataAdapterError `INVALID_ARGUMENT` for bad settings, when the module is made and not when it is used.
 */
export function redisModule(settings: RedisSettings): ContainerModule {
  readRedisSettings(settings);
  return new ContainerModule(({ bind }) => {
    bind(RedisAdapter)
      .toResolvedValue(
        (logger?: Logger) => new RedisAdapter({ settings, logger }),
        [{ serviceIdentifier: Logger, optional: true }],
      )
      .inSingletonScope();

    const bindPort = <Port>(token: Token<Port>, portOf: (ports: RedisPorts) => Port): void => {
      bind<Port>(token)
        .toResolvedValue((adapter: RedisAdapter) => portOf(adapter.ports), [RedisAdapter])
        .inSingletonScope();
    };
    bindPort(ServiceDiscoveryRepository, ({ serviceDiscovery }) => serviceDiscovery);
    bindPort(CacheRepository, ({ cache }) => cache);
    bindPort(ExecutionLocks, ({ executionLocks }) => executionLocks);
    bindPort(ActiveRuns, ({ activeRuns }) => activeRuns);
  });
}
