import { ReplayClock, StoreBehindSpool } from '@test-coordinator/adapter-spool';
import { StubAdapter, stubModule, type StubSettings } from '@test-coordinator/adapter-stub';
import {
  ActiveRuns,
  AuditLog,
  CacheRepository,
  ChaosEventsRepository,
  ExecutionLocks,
  ScenariosRepository,
  ServiceDiscoveryRepository,
  TestResultsRepository,
  TestRunsRepository,
  UnitOfWork,
  systemClock,
  type Token,
} from '@test-coordinator/ports';
import {
  milliseconds,
  namingSettings,
  openRecordStore,
  POSTGRES_VARIABLES,
  type Surroundings,
} from '@test-coordinator/settings';

import { SETTINGS, type Settings } from '../settings/setting-table.js';
import { AdapterChoiceError } from './adapter-choice-error.js';
import { AdapterFactory, type ChosenAdapter, type FactoryDependencies } from './adapter-factory.js';
import { chooseAudit } from './choose-audit.js';
import { chooseRedis, stateLimits } from './choose-redis.js';
import { chooseSpool } from './choose-spool.js';
import { scenarioCaching } from './scenario-caching.js';

export interface AdapterChoice extends Omit<FactoryDependencies, 'healthTimeoutMs'>, Surroundings {
  /**
   * Records are accepted while PostgreSQL is away, also at the start, unless the settings turn that off. For a process
   * that stays: one that ends with its work tells its caller instead. @default false
   */
  readonly spools?: boolean;
}

/** What belongs together, and is bound to one adapter. */
const RECORD_PORTS: readonly Token<unknown>[] = [
  ScenariosRepository,
  TestRunsRepository,
  ChaosEventsRepository,
  TestResultsRepository,
  AuditLog,
  UnitOfWork,
];
const STATE_PORTS: readonly Token<unknown>[] = [
  CacheRepository,
  ServiceDiscoveryRepository,
  ExecutionLocks,
  ActiveRuns,
];

/**
 * The data layer that the settings ask for, not started yet. An embedded PostgreSQL runs already; stopping the factory
 * leaves it.
 * @throws AdapterChoiceError for settings that contradict each other: memory never takes a server's place in silence.
 * @throws EmbeddedPostgresError, SettingsError
 */
export async function chooseAdapters(
  settings: Settings,
  { environment, spools = false, ...dependencies }: AdapterChoice,
): Promise<AdapterFactory> {
  refuseContradiction(settings);
  const forFactory = {
    ...dependencies,
    healthTimeoutMs: milliseconds(settings.healthCheckTimeoutSeconds),
  };
  const redis = await chooseRedis(settings);
  const audit = [chooseAudit(settings, { environment })].filter((chosen) => chosen !== undefined);
  if (settings.store === 'memory') {
    if (redis === undefined) return AdapterFactory.useStub(stubSettings(settings), forFactory, audit);
    const storage = {
      isDurable: false,
      detail: `in the memory of this process: nothing survives its end; ${IN_REDIS}`,
    };
    const records = memory(settings, RECORD_PORTS, { role: 'records', limits: 'its memory' });
    return new AdapterFactory(storage, [records, redis, ...audit], forFactory);
  }
  // TypeORM takes 0.7 s to load, which is how long a first start of the server takes.
  const [{ PostgresAdapter, postgresModule }, store] = await Promise.all([
    import('@test-coordinator/adapter-postgres'),
    openRecordStore(settings, { ...dependencies, environment }),
  ]);
  const { postgresPoolSize, postgresMaxOverflow, postgresPoolTimeoutSeconds, queryTimeoutSeconds } = settings;
  const storage = {
    isDurable: true,
    detail: `${store.detail}; ${redis === undefined ? IN_MEMORY : IN_REDIS}`,
    // Not the store itself, which holds its URL: whoever prints a factory must not print a password.
    server: { [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() },
  };
  const storeName = 'postgres';
  const isSpooled = spools && settings.spool;
  const clock = new ReplayClock(dependencies.clock ?? systemClock);
  const records: ChosenAdapter = {
    name: storeName,
    module: postgresModule({ ...store.settings, startsDegraded: isSpooled }),
    lifecycle: isSpooled ? StoreBehindSpool : PostgresAdapter,
    role: `records, ${store.detail}`,
    limits: `${postgresPoolSize} connections and ${postgresMaxOverflow} more under load; ${postgresPoolTimeoutSeconds} s for a connection, ${queryTimeoutSeconds} s for a query`,
    isOptional: isSpooled,
  };
  const spool = isSpooled
    ? [chooseSpool(settings, { environment, store: PostgresAdapter, storeName, clock })]
    : [];
  const state =
    redis ??
    memory(settings, STATE_PORTS, {
      role: 'cache, service registry, locks and live state',
      limits: stateLimits(settings),
    });
  const caching = redis === undefined ? undefined : scenarioCaching(settings, PostgresAdapter);
  // What decorates comes after what it decorates: the cache holds what the spool lets it see.
  const adapters = [records, ...spool, state, ...(caching === undefined ? [] : [caching]), ...audit];
  try {
    return await namingSettings(
      POSTGRES_VARIABLES,
      () => new AdapterFactory(storage, adapters, { ...forFactory, clock }),
    );
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}

const IN_MEMORY = 'cache, service registry, locks and live state are in the memory of this process';
const IN_REDIS = 'cache, service registry, locks and live state are in Redis';

/** The in-memory adapter for some of the ports, beside another one for the rest. */
function memory(
  settings: Settings,
  ports: readonly Token<unknown>[],
  { role, limits }: Pick<ChosenAdapter, 'role' | 'limits'>,
): ChosenAdapter {
  return {
    name: 'memory',
    module: stubModule(stubSettings(settings), ports),
    lifecycle: StubAdapter,
    role: `${role}, in the memory of this process`,
    limits,
  };
}

function stubSettings(settings: Settings): StubSettings {
  return {
    staleThresholdMs: milliseconds(settings.staleServiceThresholdSeconds),
    defaultTtlSeconds: settings.cacheTtlDefaultSeconds,
  };
}

function refuseContradiction({ store, postgresUrl }: Settings): void {
  if (store !== 'memory' || postgresUrl === undefined) return;
  throw new AdapterChoiceError(
    `${SETTINGS.store.variable} asks for memory and ${SETTINGS.postgresUrl.variable} for a server: unset one of them`,
  );
}
