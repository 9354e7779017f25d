import { fileURLToPath } from 'node:url';

import { createPostgresAdapter, migrate } from '@test-coordinator/adapter-postgres';
import { createCoordinatorClient, type CoordinatorClient } from '@test-coordinator/client';
import { freePort } from '@test-coordinator/embedded-postgres';
import { PostgresServer, removeFolder, ServerProcess, temporaryFolder } from '@test-coordinator/services';

const MAIN = fileURLToPath(new URL('main.js', import.meta.resolve('@test-coordinator/coordinator')));
const ADAPTER = 'TEST_COORDINATOR_ADAPTER_';
/** As many as work at once, each over a connection of its own that stays open. */
export const CALLERS = 64;
/** On a machine that does other things besides, 64 batches of 1,000 take a while. */
const LONGEST_CALL_MS = 300_000;
const SCENARIO = 'order-latency';

/** A coordinator in a process of its own, as `npm start` runs it, on a PostgreSQL that syncs. */
export class ServedCoordinator implements AsyncDisposable {
  private constructor(
    readonly postgres: PostgresServer,
    readonly client: CoordinatorClient,
    readonly url: string,
    private readonly process: ServerProcess,
    private readonly folder: string,
  ) {}

  static async start(): Promise<ServedCoordinator> {
    const postgres = await PostgresServer.start({ settings: { fsync: 'on', full_page_writes: 'on' } });
    await migrate({ url: postgres.url });
    const folder = temporaryFolder('bench-coordinator');
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const process = await ServerProcess.start(
      {
        command: globalThis.process.execPath,
        args: [MAIN, 'serve'],
        env: {
          [`${ADAPTER}POSTGRES_URL`]: postgres.url,
          [`${ADAPTER}DATA_DIR`]: folder,
          TEST_COORDINATOR_HTTP_PORT: `${port}`,
        },
        stopSignal: 'TERM',
        folder,
      },
      () => answers(`${url}/livez`),
    );
    const settings = { baseUrl: url, maxConnections: CALLERS, timeoutMs: LONGEST_CALL_MS };
    const client = createCoordinatorClient({ settings });
    await client.start();
    await client.ports.scenarios.create({
      scenarioId: SCENARIO,
      name: 'Order latency',
      scenarioType: 'network_latency',
    });
    return new ServedCoordinator(postgres, client, url, process, folder);
  }

  /** A new run to record results of. */
  async newRun(): Promise<string> {
    return (await this.client.ports.testRuns.create({ scenarioId: SCENARIO })).runId;
  }

  /** The adapter of the same PostgreSQL, with the settings that a coordinator gives it unless it is told otherwise. */
  async adapter(): Promise<ReturnType<typeof createPostgresAdapter>> {
    const adapter = createPostgresAdapter({ settings: { url: this.postgres.url, poolTimeoutMs: 30_000 } });
    await adapter.start();
    return adapter;
  }

  /** What the coordinator holds of the machine's memory, in bytes. */
  async memory(): Promise<{ readonly rss: number; readonly heap: number }> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const bytesOf = (name: string): number => {
      const [, value] = new RegExp(`^${name} (\\S+)$`, 'm').exec(text) ?? [];
      if (value === undefined) throw new Error(`the coordinator tells no ${name}`);
      return Number(value);
    };
    return { rss: bytesOf('process_resident_memory_bytes'), heap: bytesOf('nodejs_heap_size_used_bytes') };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.stop();
    await this.process.stop();
    await this.postgres.stop();
    removeFolder(this.folder);
  }
}

async function answers(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** So many calls in all, as many callers at once as there are. */
export async function byCallers(count: number, call: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const caller = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      await call(index);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
}
