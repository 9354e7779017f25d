import { StubAdapter, stubModule, type StubSettings } from '@test-coordinator/adapter-stub';
import { CacheRepository, ServiceDiscoveryRepository } from '@test-coordinator/ports';

import { SETTINGS, type Settings } from '../settings/setting-table.js';
import { AdapterChoiceError } from './adapter-choice-error.js';
import { AdapterFactory, type FactoryDependencies } from './adapter-factory.js';
import { namingSettings, openRecordStore, type Surroundings } from './record-store.js';

/**
 * The data layer that the settings ask for, not started yet. An embedded PostgreSQL runs already; stopping the factory
 * leaves it.
 * @throws AdapterChoiceError for a server that this build cannot use: memory never takes its place in silence.
 * @throws EmbeddedPostgresError, SettingsError
 */
export async function chooseAdapters(
  settings: Settings,
  { environment, ...dependencies }: Omit<FactoryDependencies, 'healthTimeoutMs'> & Surroundings,
): Promise<AdapterFactory> {
  refuseWhatIsNotThere(settings);
  const healthTimeoutMs = settings.healthCheckTimeoutSeconds * 1_000;
  const forFactory = { ...dependencies, healthTimeoutMs };
  const stubSettings: StubSettings = {
    staleThresholdMs: settings.staleServiceThresholdSeconds * 1_000,
    defaultTtlSeconds: settings.cacheTtlDefaultSeconds,
  };
  if (settings.store === 'memory') return AdapterFactory.useStub(stubSettings, forFactory);
  // TypeORM takes 0.7 s to load, which is how long a first start of the server takes.
  const [{ PostgresAdapter, postgresModule }, store] = await Promise.all([
    import('@test-coordinator/adapter-postgres'),
    openRecordStore(settings, { ...dependencies, environment }),
  ]);
  const { postgresPoolSize, postgresMaxOverflow, postgresPoolTimeoutSeconds, queryTimeoutSeconds } = settings;
  const storage = {
    isDurable: true,
    detail: `${store.detail}; cache and service registry are in the memory of this process`,
    server: store,
  };
  const adapters = [
    {
      name: 'postgres',
      module: postgresModule(store.settings),
      lifecycle: PostgresAdapter,
      role: `records, ${store.detail}`,
      limits: `${postgresPoolSize} connections and ${postgresMaxOverflow} more under load; ${postgresPoolTimeoutSeconds} s for a connection, ${queryTimeoutSeconds} s for a query`,
    },
    {
      name: 'memory',
      module: stubModule(stubSettings, [CacheRepository, ServiceDiscoveryRepository]),
      lifecycle: StubAdapter,
      role: 'cache and service registry, in the memory of this process',
      limits: `${settings.cacheTtlDefaultSeconds} s for a cache entry; a service is stale after ${settings.staleServiceThresholdSeconds} s`,
    },
  ];
  try {
    return await namingSettings(() => new AdapterFactory(storage, adapters, forFactory));
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}

function refuseWhatIsNotThere({ store, postgresUrl, redisUrl }: Settings): void {
  if (redisUrl !== undefined) {
    throw new AdapterChoiceError(
      `${SETTINGS.redisUrl.variable} is set, and this build has no adapter for it: unset it to keep cache and service registry in memory`,
    );
  }
  if (store === 'memory' && postgresUrl !== undefined) {
    throw new AdapterChoiceError(
      `${SETTINGS.store.variable} asks for memory and ${SETTINGS.postgresUrl.variable} for a server: unset one of them`,
    );
  }
}
