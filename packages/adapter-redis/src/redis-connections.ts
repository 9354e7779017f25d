import { Cluster, Redis } from 'ioredis';
import type { Logger } from '@test-coordinator/ports';

import { CircuitBreaker } from './circuit-breaker.js';
import { clientOptions, clusterOptions, sentinelOptions } from './client-options.js';
import { failureOf } from './failures.js';
import type { ReadRedisSettings } from './redis-settings.js';
import type { Script } from './script.js';

export type RedisClient = Redis | Cluster;

interface Connection {
  readonly client: RedisClient;
  underWay: number;
}

/** The connections to the servers, with a breaker in front of them. */
export class RedisConnections {
  readonly #settings: ReadRedisSettings;
  readonly #logger: Logger;
  readonly #breaker = new CircuitBreaker(() => performance.now());
  #connections: readonly Connection[] = [];

  constructor(settings: ReadRedisSettings, logger: Logger) {
    this.#settings = settings;
    this.#logger = logger;
  }

  /** Whether keys of different slots must be asked for one by one. */
  get isCluster(): boolean {
    return this.#settings.target.kind === 'cluster';
  }

  get readyCount(): number {
    return this.#connections.filter(({ client }) => client.status === 'ready').length;
  }

  get count(): number {
    return this.#connections.length;
  }

  /** Opens all connections, or none. Rejects with the driver's error. */
  async connect(): Promise<void> {
    let lastError: unknown;
    this.#connections = Array.from({ length: this.#settings.poolSize }, () => {
      const client = openClient(this.#settings);
      client.on('error', (error: unknown) => {
        lastError = error;
        this.#logger.warn({ adapter: 'redis' }, `a connection failed: ${failureOf(error).advice}`);
      });
      return { client, underWay: 0 };
    });
    try {
      await Promise.all(this.#connections.map(({ client }) => client.connect()));
    } catch (error) {
      // Of a refused password or a server that is away, the promise says only that the connection was closed.
      throw lastError ?? error;
    }
  }

  close(): void {
    for (const { client } of this.#connections) client.disconnect();
  }

  /** One client for each server that holds data: the nodes of a cluster, or the one server. */
  servers(): readonly Redis[] {
    const { client } = this.#connections[0]!;
    return client instanceof Cluster ? client.nodes('master') : [client];
  }

  /** Sends on the ready connection with the least to do. Rejects with the driver's error. */
  async send<Reply>(command: (client: RedisClient) => Promise<Reply>): Promise<Reply> {
    this.#breaker.enter();
    const connection = this.#leastBusy();
    connection.underWay += 1;
    try {
      const reply = await command(connection.client);
      this.#breaker.answered();
      return reply;
    } catch (error) {
      if (failureOf(error).isOutage) this.#breaker.failed();
      else this.#breaker.answered();
      throw error;
    } finally {
      connection.underWay -= 1;
    }
  }

  /** Runs a script by its digest; a server that does not know it has not run it, and gets the text. */
  run<Reply>(script: Script, keys: readonly string[], values: readonly (string | number)[]): Promise<Reply> {
    return this.send(async (client) => {
      try {
        return (await client.evalsha(script.sha, keys.length, ...keys, ...values)) as Reply;
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
        return (await client.eval(script.lua, keys.length, ...keys, ...values)) as Reply;
      }
    });
  }

  #leastBusy(): Connection {
    let best = this.#connections[0]!;
    if (best.underWay === 0 && best.client.status === 'ready') return best;
    for (const candidate of this.#connections) {
      if (candidate.client.status !== 'ready') continue;
      if (best.client.status !== 'ready' || candidate.underWay < best.underWay) best = candidate;
    }
    return best;
  }
}

function openClient(settings: ReadRedisSettings): RedisClient {
  const { kind, hosts } = settings.target;
  switch (kind) {
    case 'standalone':
      return new Redis({ ...clientOptions(settings), ...hosts[0] });
    case 'sentinel':
      return new Redis(sentinelOptions(settings));
    case 'cluster':
      return new Cluster([...hosts], clusterOptions(settings));
  }
}
