import pg from 'pg';
import { DataSource } from 'typeorm';

import { clientOptions } from './client-options.js';
import { scenarioSchema } from './entities/scenario-schema.js';
import { testRunSchema } from './entities/test-run-schema.js';
import { GuardedPool, type GuardedPoolOptions } from './guarded-pool.js';
import { HostRoute } from './host-route.js';
import type { ResolvedSettings } from './postgres-settings.js';

/** Idle connections above the pool's size are closed after so long; each takes its prepared statements with it. */
const IDLE_TIMEOUT_MS = 60_000;

/**
 * TypeORM's DataSource on the guarded pool. The schema is made by this package's migrations alone. pg is named, else
 * TypeORM switches to pg-native where that can be loaded.
 * @param onIdleLoss Told of each connection that broke while nobody used it.
 */
export function dataSourceFor(settings: ResolvedSettings, onIdleLoss: () => void): DataSource {
  const { target, options } = clientOptions(settings);
  const pool: GuardedPoolOptions = {
    ...options,
    route: new HostRoute(target.hosts),
    min: settings.poolSize,
    max: settings.poolSize + settings.maxOverflow,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    maxLifetimeSeconds: settings.maxLifetimeSeconds,
  };
  return new DataSource({
    type: 'postgres',
    driver: { ...pg, Pool: GuardedPool },
    schema: settings.schema,
    entities: [scenarioSchema, testRunSchema],
    synchronize: false,
    migrationsRun: false,
    installExtensions: false,
    logging: false,
    poolErrorHandler: onIdleLoss,
    extra: pool,
  });
}
