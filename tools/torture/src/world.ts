import { FaultProxy, RedisServer, TestPostgres, type PostgresServer } from '@test-coordinator/services';

import { ApiClient } from './api-client.js';
import { Coordinator } from './coordinator.js';
import { SpoolDisk } from './spool-disk.js';
import { Witness } from './witness.js';

const CALL_TIMEOUT_MS = 3_000;

/** The servers, which outlive a world. */
export interface Servers {
  readonly databases: TestPostgres;
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
}

/** Runs the work on a PostgreSQL and a Redis of its own. */
export async function withServers<Answer>(work: (servers: Servers) => Promise<Answer>): Promise<Answer> {
  await using databases = await TestPostgres.startOwn();
  await using redis = await RedisServer.start();
  return await work({ databases, postgres: databases.server!, redis });
}

export interface WorldOptions {
  readonly servers: Servers;
  readonly seed: number;
  /** For the node of the coordinator. */
  readonly nodeOptions: readonly string[];
}

/** All that is tortured: a coordinator with its spool, and what it talks to. */
export class World {
  readonly witness = new Witness();
  /** What went wrong with a process that no fault had touched. */
  readonly accidents: string[] = [];
  /** Characters that a result carries along, to fill a spool that has no disk to be filled. */
  padding = 0;

  private constructor(
    readonly servers: Servers,
    /** Of this world's database, past the proxy. */
    readonly databaseUrl: string,
    /** Between coordinator and PostgreSQL. */
    readonly link: FaultProxy,
    readonly disk: SpoolDisk,
    private started: { readonly coordinator: Coordinator; readonly api: ApiClient } | undefined,
  ) {}

  static async open({ servers, seed, nodeOptions }: WorldOptions): Promise<World> {
    const databaseUrl = await servers.databases.createDatabase();
    const link = await FaultProxy.start({ port: servers.postgres.port }, seed);
    const world = new World(servers, databaseUrl, link, new SpoolDisk(), undefined);
    try {
      const coordinator = await Coordinator.start({
        postgresUrl: link.url(databaseUrl),
        redisUrl: servers.redis.url,
        spoolFolder: world.spoolFolder,
        spoolMaxBytes: world.disk.spoolMaxBytes,
        nodeOptions,
        onUnexpectedEnd: (code) => world.accidents.push(`the coordinator ended by itself with ${code}`),
      });
      world.started = { coordinator, api: new ApiClient(coordinator.port, CALL_TIMEOUT_MS) };
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  get spoolFolder(): string {
    return `${this.disk.folder}/spool`;
  }

  get coordinator(): Coordinator {
    return this.started!.coordinator;
  }

  get api(): ApiClient {
    return this.started!.api;
  }

  async close(): Promise<void> {
    this.started?.api.close();
    await this.started?.coordinator.remove();
    await this.link.stop();
    this.disk.remove();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
