import { randomUUID } from 'node:crypto';

import { createPostgresAdapter, migrate, type PostgresPorts } from '@test-coordinator/adapter-postgres';
import { createRedisAdapter } from '@test-coordinator/adapter-redis';
import { createStubAdapter } from '@test-coordinator/adapter-stub';
import { CachedScenariosRepository, CachedUnitOfWork, ScenarioCache } from '@test-coordinator/caching';
import type { AdapterHarness, World, WorldDependencies } from '@test-coordinator/contract-tests';
import type { AdapterLifecycle, CacheRepository } from '@test-coordinator/ports';
import { startTestRedis, TestPostgres, type TestRedis } from '@test-coordinator/services';
import pg from 'pg';

/** One client of a store and of a cache, not started yet. */
interface Client {
  readonly records: AdapterLifecycle & { readonly ports: PostgresPorts };
  readonly caches: AdapterLifecycle & { readonly ports: { readonly cache: CacheRepository } };
}

/** A world of instances with a cache before their scenarios; each has a client of its own. */
function cachedWorld(connect: () => Client): World {
  const scope = randomUUID();
  const opened: AdapterLifecycle[] = [];
  function instance() {
    const { records, caches } = connect();
    const cache = new ScenarioCache({ cache: caches.ports.cache, scope: () => Promise.resolve(scope) });
    const lifecycle: AdapterLifecycle = {
      async start() {
        await caches.start();
        await records.start();
      },
      async stop() {
        await cache.stop();
        await records.stop();
        await caches.stop();
      },
      checkHealth: () => records.checkHealth(),
      [Symbol.asyncDispose]: () => lifecycle.stop(),
    };
    opened.push(lifecycle);
    const ports = {
      scenarios: new CachedScenariosRepository(records.ports.scenarios, cache),
      testRuns: records.ports.testRuns,
      chaosEvents: records.ports.chaosEvents,
      testResults: records.ports.testResults,
      unitOfWork: new CachedUnitOfWork(records.ports.unitOfWork, cache),
    };
    return { ports, lifecycle };
  }
  return {
    ...instance(),
    async peer() {
      const { ports, lifecycle } = instance();
      await lifecycle.start();
      return ports;
    },
    async close() {
      for (const lifecycle of opened) await lifecycle.stop();
    },
  };
}

const CAPABILITIES = {
  ports: ['scenarios', 'testRuns', 'chaosEvents', 'testResults', 'unitOfWork'],
  durable: { no: 'that is the business of the store' },
  shared: true,
  transactions: true,
  interruptible: { no: 'that is the business of the store' },
  clock: { kind: 'manual' },
} as const;

/** Store and cache in memory. */
export const cachedInMemory: AdapterHarness = {
  name: 'memory behind a cache',
  capabilities: CAPABILITIES,
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  openWorld({ clock, ids }: WorldDependencies) {
    // Clients of one memory: it ends with the first that stops.
    const client = { records: createStubAdapter({ clock, ids }), caches: createStubAdapter() };
    return Promise.resolve(cachedWorld(() => client));
  },
};

/** PostgreSQL behind Redis, with connections of its own for each instance. */
export function cachedOnServers(): AdapterHarness {
  let postgres: TestPostgres;
  let redis: TestRedis;
  let url: string;
  let admin: pg.Client;
  return {
    name: 'PostgreSQL behind Redis',
    capabilities: CAPABILITIES,
    async start() {
      [postgres, redis] = await Promise.all([TestPostgres.start(), startTestRedis()]);
      url = await postgres.createDatabase();
      await migrate({ url });
      admin = new pg.Client({ connectionString: url });
      await admin.connect();
    },
    async stop() {
      await admin.end();
      await Promise.all([postgres.stop(), redis.stop()]);
    },
    async openWorld({ clock, ids }) {
      await admin.query(
        'DELETE FROM test_coordination.test_runs; DELETE FROM test_coordination.scenarios; DELETE FROM test_coordination.chaos_events; DELETE FROM test_coordination.test_results',
      );
      const keyPrefix = `t${randomUUID()}:`;
      return cachedWorld(() => ({
        records: createPostgresAdapter({ clock, ids, settings: { url, poolSize: 4 } }),
        caches: createRedisAdapter({ settings: { url: redis.url, poolSize: 1, keyPrefix } }),
      }));
    },
  };
}
