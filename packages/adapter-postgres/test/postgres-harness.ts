import {
  createPostgresAdapter,
  migrate,
  type PostgresAdapter,
  type PostgresSettings,
} from '@test-coordinator/adapter-postgres';
import type { AdapterHarness, World, WorldDependencies } from '@test-coordinator/contract-tests';
import { FaultProxy } from '@test-coordinator/services';
import pg from 'pg';

/** Where a contract runs, and how. */
export interface HarnessOptions {
  readonly name: string;
  /** The URL of a database of its own. */
  readonly database: () => Promise<string>;
  /** What stands between the adapters and the database, and how to end it. */
  readonly through?: (url: string) => Promise<{ readonly url: string; readonly stop: () => Promise<void> }>;
  readonly settings?: Omit<PostgresSettings, 'url'>;
}

/** Limits that let a test see them. */
const LIMITS = { poolSize: 4, maxOverflow: 4, queryTimeoutMs: 7_000, poolTimeoutMs: 2_000 };

/**
 * One database for all worlds of a contract. Its rows are deleted when a world opens (0.7 ms, a clone takes 40), so that
 * what a failed test left can be looked at. Every adapter but the peers goes through a proxy that can be broken.
 */
export function postgresHarness({ name, database, through, settings = {} }: HarnessOptions): AdapterHarness {
  const schema = settings.schema ?? 'test_coordination';
  const tables = ['test_runs', 'scenarios', 'chaos_events', 'test_results', 'audit_entries'];
  const emptied = tables.map((table) => `DELETE FROM "${schema}".${table}`).join('; ');
  let url: string;
  let admin: pg.Client | undefined;
  let proxy: FaultProxy | undefined;
  let between: { readonly url: string; readonly stop: () => Promise<void> } | undefined;

  function adapter({ clock, ids }: WorldDependencies, at: string): PostgresAdapter {
    return createPostgresAdapter({ clock, ids, settings: { ...LIMITS, ...settings, url: at } });
  }

  function open(dependencies: WorldDependencies): World {
    const ours = adapter(dependencies, proxy!.url(url));
    const peers: PostgresAdapter[] = [];
    return {
      ports: ours.ports,
      lifecycle: ours,
      async peer() {
        const peer = adapter(dependencies, url);
        peers.push(peer);
        await peer.start();
        return peer.ports;
      },
      reopen: () => Promise.resolve(open(dependencies)),
      interrupt(kind) {
        if (kind === 'reset') {
          proxy!.inject({ kind: 'refuse' });
          proxy!.cut();
        } else {
          proxy!.inject({ kind: 'black hole' });
        }
        return Promise.resolve(() => {
          proxy!.heal();
          return Promise.resolve();
        });
      },
      async close() {
        proxy!.heal();
        await Promise.all([ours, ...peers].map((each) => each.stop()));
      },
    };
  }

  return {
    name,
    capabilities: {
      ports: ['scenarios', 'testRuns', 'chaosEvents', 'testResults', 'auditLog', 'unitOfWork'],
      durable: true,
      shared: true,
      transactions: true,
      interruptible: true,
      clock: { kind: 'manual' },
    },
    async start() {
      const direct = await database();
      await migrate({ url: direct, schema });
      admin = new pg.Client({ connectionString: direct });
      await admin.connect();
      between = await through?.(direct);
      url = between?.url ?? direct;
      proxy = await FaultProxy.start({ port: Number(new URL(url).port) });
    },
    async stop() {
      await admin?.end();
      await proxy?.stop();
      await between?.stop();
    },
    async openWorld(dependencies) {
      await admin!.query(emptied);
      return open(dependencies);
    },
  };
}
