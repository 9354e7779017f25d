import { Cluster, Redis } from 'ioredis';
import type { Logger } from '@test-coordinator/ports';

import { CircuitBreaker } from './circuit-breaker.js';
import { clientOptions, clusterOptions, sentinelOptions } from './client-options.js';
import { Connection, type RedisClient } from './connection.js';
import { failureOf } from './failures.js';
import type { ReadRedisSettings } from './redis-settings.js';
import type { Script } from './script.js';
import type { CommandArguments } from './sent-command.js';

/**
 * Commands under way from which a connection counts as full. Filling one before the next is taken lets Node write and
 * read many commands at once: spread over ten connections, 32 callers do half as many calls.
 */
const FULL = 64;

/** The connections to the servers, with a breaker in front of them. */
export class RedisConnections {
  readonly #settings: ReadRedisSettings;
  readonly #logger: Logger;
  readonly #breaker = newBreaker();
  readonly #breakers = new Map<string, CircuitBreaker>();
  readonly #warnings = new Set<string>();
  #connections: readonly Connection[] = [];
  #blocking: Connection | undefined;

  constructor(settings: ReadRedisSettings, logger: Logger) {
    this.#settings = settings;
    this.#logger = logger;
  }

  /** Whether keys of different slots must be asked for one by one. */
  get isCluster(): boolean {
    return this.#settings.target.kind === 'cluster';
  }

  get readyCount(): number {
    return this.#connections.filter(({ isReady }) => isReady).length;
  }

  get count(): number {
    return this.#connections.length;
  }

  /** What the server is, for a person. */
  get topology(): string {
    const { target } = this.#settings;
    const kinds = {
      standalone: () => 'one server',
      sentinel: () => `a master behind ${target.hosts.length} sentinels`,
      cluster: () => `a cluster of ${this.servers().length} masters`,
    };
    return kinds[target.kind]() + (target.isEncrypted ? ' over TLS' : '');
  }

  /** Opens all connections, or none. Rejects with the driver's error. */
  async connect(): Promise<void> {
    let lastError: unknown;
    this.#connections = Array.from({ length: this.#settings.poolSize }, () => {
      const connection = this.#open();
      connection.client.on('error', (error: unknown) => {
        lastError = error;
      });
      return connection;
    });
    try {
      await Promise.all(this.#connections.map(connected));
    } catch (error) {
      // Of a refused password or a server that is away, the promise says only that the connection was closed.
      throw lastError ?? error;
    }
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
    this.#blocking?.close();
  }

  /**
   * The one connection for commands that block, which others would wait behind. It is not of the pool, and opened when it
   * is first asked for. Rejects with the driver's error.
   */
  async blocking(): Promise<Connection> {
    if (this.#blocking !== undefined) return this.#blocking;
    const connection = this.#open();
    this.#blocking = connection;
    try {
      await connected(connection);
    } catch (error) {
      connection.close();
      this.#blocking = undefined;
      throw error;
    }
    return connection;
  }

  /** Reaches the server, or some node of the cluster. */
  async ping(): Promise<void> {
    await this.send('', 'ping', []);
  }

  /** One client for each server that holds data: the nodes of a cluster, or the one server. */
  servers(): readonly Redis[] {
    const { client } = this.#connections[0]!;
    return client instanceof Cluster ? client.nodes('master') : [client];
  }

  /**
   * Sends on a ready connection that is not full. Rejects with the driver's error.
   * @param key One of those that the command touches.
   * @param instead What to do when the server does not know the script that it was asked to run.
   */
  send<Reply>(
    key: string,
    command: string,
    values: CommandArguments,
    instead?: () => Promise<Reply>,
  ): Promise<Reply> {
    const breaker = this.#breakerOf(key);
    const refusal = breaker.enter();
    if (refusal !== undefined) return Promise.reject(refusal);
    return this.#chooseConnection().send<Reply>(
      command,
      values,
      (reply) => {
        breaker.answered();
        return reply as Reply;
      },
      (error) => {
        if (failureOf(error).isOutage) breaker.failed();
        else breaker.answered();
        if (instead !== undefined && error instanceof Error && error.message.startsWith('NOSCRIPT'))
          return instead();
        throw error;
      },
    );
  }

  /** Runs a script by its digest; a server that does not know it has not run it, and gets the text. */
  run<Reply>(script: Script, keys: readonly string[], values: CommandArguments): Promise<Reply> {
    const [key] = keys as readonly [string];
    return this.send<Reply>(key, 'evalsha', [script.sha, keys.length, ...keys, ...values], () =>
      this.send<Reply>(key, 'eval', [script.lua, keys.length, ...keys, ...values]),
    );
  }

  #open(): Connection {
    const client = openClient(this.#settings);
    client.on('error', (error: unknown) => this.#warn(failureOf(error).advice));
    client.on('ready', () => this.#noteRecovery());
    return new Connection(client, this.#settings.socketTimeoutMs);
  }

  /** Once for each reason: while the server is away, every connection fails again every second. */
  #warn(advice: string): void {
    if (this.#warnings.has(advice)) return;
    this.#warnings.add(advice);
    this.#logger.warn({ adapter: 'redis' }, `a connection failed, and is tried again: ${advice}`);
  }

  #noteRecovery(): void {
    if (this.#warnings.size === 0 || this.readyCount < this.count) return;
    this.#warnings.clear();
    this.#logger.info({ adapter: 'redis' }, 'all connections are back');
  }

  /** In a cluster one for each slot: a node that is away takes its own slots with it, and no others. */
  #breakerOf(key: string): CircuitBreaker {
    if (!this.isCluster) return this.#breaker;
    const slot = key.slice(0, key.indexOf('}'));
    let breaker = this.#breakers.get(slot);
    if (breaker === undefined) {
      breaker = newBreaker();
      this.#breakers.set(slot, breaker);
    }
    return breaker;
  }

  /** The first that is ready and not full, else the one with the least to do. */
  #chooseConnection(): Connection {
    let leastBusy = this.#connections[0]!;
    for (const candidate of this.#connections) {
      if (!candidate.isReady) continue;
      if (candidate.load < FULL) return candidate;
      if (!leastBusy.isReady || candidate.load < leastBusy.load) leastBusy = candidate;
    }
    return leastBusy;
  }
}

function newBreaker(): CircuitBreaker {
  return new CircuitBreaker(() => performance.now());
}

/** A cluster connects to a node on its first command, and refuses what comes until that is done. */
async function connected({ client }: Connection): Promise<void> {
  await client.connect();
  if (client instanceof Cluster) await Promise.all(client.nodes('all').map((node) => node.ping()));
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
