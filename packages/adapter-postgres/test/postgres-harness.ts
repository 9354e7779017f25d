import { createPostgresAdapter, type PostgresSettings } from '@test-coordinator/adapter-postgres';
import type { AdapterHarness, World, WorldDependencies } from '@test-coordinator/contract-tests';
import pg from 'pg';

import { migratedDatabase } from './backend/test-databases.js';

/** One database for all worlds of a contract: rows are deleted when a world opens, so that what a failed test left can be looked at. */
export function postgresHarness(settings: Omit<PostgresSettings, 'url'> = {}): AdapterHarness {
  let url = '';
  let admin: pg.Client;
  const schema = settings.schema ?? 'test_coordination';

  function open(dependencies: WorldDependencies): World {
    const { clock, ids } = dependencies;
    const build = () =>
      createPostgresAdapter({
        clock,
        ids,
        settings: { queryTimeoutMs: 7_000, poolSize: 4, maxOverflow: 4, ...settings, url },
      });
    const adapter = build();
    const peers: (typeof adapter)[] = [];
    return {
      ports: adapter.ports,
      lifecycle: adapter,
      async peer() {
        const peer = build();
        peers.push(peer);
        await peer.start();
        return peer.ports;
      },
      async reopen() {
        return open(dependencies);
      },
      async close() {
        await Promise.all([adapter, ...peers].map((each) => each.stop()));
      },
    };
  }

  return {
    name: 'postgres',
    capabilities: {
      ports: ['scenarios', 'testRuns', 'chaosEvents', 'testResults', 'unitOfWork'],
      durable: true,
      shared: true,
      transactions: true,
      interruptible: { no: 'not built yet' },
      clock: { kind: 'manual' },
    },
    async start() {
      url = await migratedDatabase();
      admin = new pg.Client({ connectionString: url });
      await admin.connect();
    },
    async stop() {
      await admin.end();
    },
    async openWorld(dependencies) {
      await admin.query(
        `DELETE FROM "${schema}".test_runs; DELETE FROM "${schema}".scenarios; DELETE FROM "${schema}".chaos_events; DELETE FROM "${schema}".test_results`,
      );
      return open(dependencies);
    },
  };
}
