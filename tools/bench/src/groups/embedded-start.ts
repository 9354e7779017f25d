import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { startEmbeddedPostgres, type EmbeddedPostgres } from '@test-coordinator/embedded-postgres';
import { PostgresServer } from '@test-coordinator/services';
import pg from 'pg';

import type { BenchmarkGroup } from '../measure.js';

/** How long a user waits for the embedded server. What is started is stopped outside of what is measured. */
export async function* embeddedStart(): AsyncIterable<BenchmarkGroup> {
  const parent = mkdtempSync(join(tmpdir(), 'bench-embedded-'));
  // The server of root runs as another user, who has to pass.
  chmodSync(parent, 0o755);
  const kept = join(parent, 'kept');
  let folders = 0;
  let thrownAway: PostgresServer | undefined;
  let running: EmbeddedPostgres | undefined;
  let joined: EmbeddedPostgres | undefined;
  const stopAll = async (): Promise<void> => {
    await thrownAway?.stop();
    await joined?.stop();
    await running?.stop();
    thrownAway = joined = running = undefined;
  };
  const startKept = async (): Promise<void> => {
    await stopAll();
    running = await startEmbeddedPostgres({ dataDir: kept });
  };
  try {
    // The copy of the binaries that root needs belongs to no round.
    await startKept();
    yield {
      title: 'embedded server, until it answers',
      contenders: [
        {
          name: 'initdb and postgres by hand, without fsync',
          operations: 1,
          prepare: stopAll,
          run: async () => {
            thrownAway = await PostgresServer.start();
          },
        },
        {
          name: 'first start',
          operations: 1,
          prepare: stopAll,
          run: async () => {
            running = await startEmbeddedPostgres({ dataDir: join(parent, String((folders += 1))) });
          },
        },
        {
          name: 'later start',
          operations: 1,
          prepare: async () => {
            await startKept();
            await stopAll();
          },
          run: async () => {
            running = await startEmbeddedPostgres({ dataDir: kept });
          },
        },
        {
          name: 'joining a server that runs',
          operations: 1,
          prepare: startKept,
          run: async () => {
            joined = await startEmbeddedPostgres({ dataDir: kept });
          },
        },
        {
          name: 'back after kill -9 of the server',
          operations: 1,
          prepare: startKept,
          run: async () => {
            process.kill(serverPid(kept), 'SIGKILL');
            await answers(running!.url);
          },
        },
      ],
    };
  } finally {
    await stopAll();
    rmSync(parent, { recursive: true, force: true, maxRetries: 10 });
  }
}

function serverPid(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

/** Resolves once the server answers a query; asks every few milliseconds. */
async function answers(url: string): Promise<void> {
  for (const deadline = performance.now() + 60_000; ; await delay(5)) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
