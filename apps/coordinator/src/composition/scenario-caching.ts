import { ContainerModule } from 'inversify';

import type { PostgresAdapter } from '@test-coordinator/adapter-postgres';
import { CachedScenariosRepository, CachedUnitOfWork, ScenarioCache } from '@test-coordinator/caching';
import { CacheRepository, Logger, ScenariosRepository, UnitOfWork } from '@test-coordinator/ports';

import type { Settings } from '../settings/setting-table.js';
import type { ChosenAdapter } from './adapter-factory.js';

/**
 * Puts a cache before the scenarios of PostgreSQL; `undefined` when the settings want none. The cache must be one that
 * all coordinators share: in the memory of one, entries would outlive what the others change.
 */
export function scenarioCaching(
  { cacheTtlScenariosSeconds: ttlSeconds }: Settings,
  postgres: typeof PostgresAdapter,
): ChosenAdapter | undefined {
  if (ttlSeconds === 0) return undefined;
  const module = new ContainerModule(({ bind, onActivation }) => {
    bind(ScenarioCache)
      .toResolvedValue(
        (cache: CacheRepository, store: PostgresAdapter, logger: Logger) =>
          new ScenarioCache({ cache, scope: () => store.storeId(), ttlSeconds, logger }),
        [CacheRepository, postgres, Logger],
      )
      .inSingletonScope();
    onActivation<ScenariosRepository>(
      ScenariosRepository,
      (context, scenarios) => new CachedScenariosRepository(scenarios, context.get(ScenarioCache)),
    );
    onActivation<UnitOfWork>(
      UnitOfWork,
      (context, units) => new CachedUnitOfWork(units, context.get(ScenarioCache)),
    );
  });
  return {
    name: 'scenario-cache',
    module,
    lifecycle: ScenarioCache,
    role: 'scenarios that were read by their id, in Redis',
    limits: `${ttlSeconds} s for each`,
    isOptional: true,
  };
}
