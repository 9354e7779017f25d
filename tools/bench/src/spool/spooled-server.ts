import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createPostgresAdapter, type PostgresAdapter } from '@test-coordinator/adapter-postgres';
import { ReplayClock, SpoolAdapter, type RecordPorts } from '@test-coordinator/adapter-spool';
import { systemClock } from '@test-coordinator/ports';
import { FaultProxy, PostgresServer } from '@test-coordinator/services';

/** How long a write waits for the store, and a read for a connection and for its answer. */
export const LIMITS = { patienceMs: 700, poolTimeoutMs: 500, queryTimeoutMs: 1_000 };

/** A PostgreSQL with a proxy before it, and the record ports as the coordinator has them, with a spool. */
export class SpooledServer implements AsyncDisposable {
  private constructor(
    readonly server: PostgresServer,
    readonly proxy: FaultProxy,
    readonly spool: SpoolAdapter,
    private readonly postgres: PostgresAdapter,
    private readonly folder: string,
  ) {}

  /** @param host Instead of the proxy's, for a name that cannot be resolved. */
  static async start({
    host,
    connections = 10,
  }: { host?: string; connections?: number } = {}): Promise<SpooledServer> {
    const server = await PostgresServer.start();
    const proxy = await FaultProxy.start({ port: server.port });
    const folder = await mkdtemp(join(tmpdir(), 'spool-outage-'));
    const url = new URL(proxy.url(server.url));
    if (host !== undefined) url.hostname = host;
    const { patienceMs, ...timeouts } = LIMITS;
    const clock = new ReplayClock(systemClock);
    const pool = { poolSize: connections, maxOverflow: 0 };
    const settings = { url: url.href, startsDegraded: true, ...pool, ...timeouts };
    const postgres = createPostgresAdapter({ clock, settings });
    await postgres.start();
    const spool = new SpoolAdapter({
      settings: { folder, patienceMs, stopDrainMs: 0, breaker: { firstWaitMs: 250, longestWaitMs: 250 } },
      store: postgres,
      clock,
    });
    await spool.start();
    return new SpooledServer(server, proxy, spool, postgres, folder);
  }

  get ports(): RecordPorts {
    return this.spool.ports;
  }

  /** A stored run to record results of. */
  async newRun(): Promise<string> {
    const scenarioId = `s-${crypto.randomUUID()}`;
    await this.ports.scenarios.create({ scenarioId, name: 'outage', scenarioType: 'combined' });
    return (await this.ports.testRuns.create({ scenarioId })).runId;
  }

  /** The server and its children stop, or go on, where they are. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    const { pid } = this.server;
    const children = execFileSync('ps', ['-o', 'pid=', '--ppid', `${pid}`], { encoding: 'utf8' });
    for (const each of [pid, ...children.trim().split(/\s+/).map(Number)]) process.kill(each, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.spool.stop();
    await this.postgres.stop();
    await this.proxy.stop();
    await this.server.stop();
    await rm(this.folder, { recursive: true });
  }
}
