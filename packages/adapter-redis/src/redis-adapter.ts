import { setTimeout as delay } from 'node:timers/promises';

import {
  DataAdapterError,
  silentLogger,
  type ActiveRuns,
  type AdapterHealth,
  type AdapterLifecycle,
  type CacheRepository,
  type ExecutionLocks,
  type Logger,
  type ServiceDiscoveryRepository,
} from '@test-coordinator/ports';

import { CacheEntries } from './cache-entries.js';
import { CacheIndex } from './cache-index.js';
import { Calls } from './calls.js';
import { portError, reasonOf } from './failures.js';
import { RedisActiveRuns } from './redis-active-runs.js';
import { RedisCacheRepository } from './redis-cache-repository.js';
import { RedisConnections } from './redis-connections.js';
import { RedisExecutionLocks } from './redis-execution-locks.js';
import { RedisKeys } from './redis-keys.js';
import { RedisServiceDiscoveryRepository } from './redis-service-discovery-repository.js';
import { readRedisSettings, type ReadRedisSettings, type RedisSettings } from './redis-settings.js';
import { checkServers } from './server-requirements.js';

/** What an adapter is built from. What is left out: no log. Times are Redis's, so there is no clock. */
export interface RedisDependencies {
  readonly settings: RedisSettings;
  readonly logger?: Logger | undefined;
}

const START = { operation: 'start', ids: {}, countsOnce: false } as const;
/** How long a server that was not reached at the start is left alone before it is tried again. */
const RETRY_MS = 1_000;

/** Every port of the adapter, on one Redis. */
export interface RedisPorts {
  readonly serviceDiscovery: ServiceDiscoveryRepository;
  readonly cache: CacheRepository;
  readonly executionLocks: ExecutionLocks;
  readonly activeRuns: ActiveRuns;
}

/**
 * Cache, service discovery, execution locks and live states in Redis, and their life. Built by `createRedisAdapter` or by `redisModule`. Adapters with
 * the same server and key prefix share their data.
 */
export class RedisAdapter implements AdapterLifecycle {
  readonly ports: RedisPorts;
  readonly #settings: ReadRedisSettings;
  readonly #logger: Logger;
  readonly #calls: Calls;
  readonly #connections: RedisConnections;
  readonly #locks: RedisExecutionLocks;
  readonly #activeRuns: RedisActiveRuns;
  #state: 'new' | 'started' | 'stopped' = 'new';
  /** Why the server is still waited for, after a degraded start. */
  #awaitedBecause: string | undefined;
  readonly #stopAsked = new AbortController();
  #awaiting: Promise<void> | undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor({ settings, logger = silentLogger }: RedisDependencies) {
    const read = readRedisSettings(settings);
    const connections = new RedisConnections(read, logger);
    const calls = new Calls(logger);
    const keys = new RedisKeys(read.keyPrefix);
    this.#settings = read;
    this.#logger = logger;
    this.#calls = calls;
    this.#connections = connections;
    this.#locks = new RedisExecutionLocks({ connections, keys, calls });
    this.#activeRuns = new RedisActiveRuns({
      connections,
      keys: keys.activeRuns,
      calls,
      ttlMs: read.activeRunTtlMs,
      window: read.watchWindow,
      blockMs: Math.ceil(read.socketTimeoutMs / 2),
    });
    const index = new CacheIndex(connections, keys);
    this.ports = Object.freeze({
      serviceDiscovery: new RedisServiceDiscoveryRepository({
        connections,
        keys: keys.registry,
        calls,
        staleThresholdMs: read.staleThresholdMs,
      }),
      cache: new RedisCacheRepository({
        entries: new CacheEntries({ connections, keys, index }),
        index,
        calls,
        defaultTtlSeconds: read.defaultTtlSeconds,
      }),
      executionLocks: this.#locks,
      activeRuns: this.#activeRuns,
    });
  }

  /** May be tried again when it failed. Besides the codes of calls: `UNSUPPORTED` for a server that could lose locks. */
  start(): Promise<void> {
    if (this.#isStopped) return Promise.reject(stopped());
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    return this.#starting;
  }

  /** Releases the leases and waits for the calls under way, which their time limit bounds. */
  stop(): Promise<void> {
    this.#state = 'stopped';
    this.#stopAsked.abort();
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async checkHealth(): Promise<AdapterHealth> {
    const begun = performance.now();
    const [status, detail] = await this.#probe();
    return { name: 'redis', status, latencyMs: Math.round(performance.now() - begun), detail };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #start(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      const failed = portError(error, START);
      if (!this.#settings.startsDegraded || !failed.retryable || this.#isStopped) throw failed;
      this.#awaiting = this.#awaitServer(error);
    }
    this.#state = 'started';
  }

  /** Tries until a server is reached or the adapter is stopped; calls are told why they are refused meanwhile. */
  async #awaitServer(firstError: unknown): Promise<void> {
    const { signal } = this.#stopAsked;
    for (let error = firstError; error !== undefined && !signal.aborted;) {
      this.#refuseBecause(error);
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
      error = await this.#open().catch((caught: unknown) => caught);
    }
  }

  #refuseBecause(error: unknown): void {
    const reason = reasonOf(error);
    const { code, retryable } = portError(error, START);
    this.#calls.refuse(retryable ? 'UNAVAILABLE' : code, `Redis is still waited for: ${reason}`);
    if (reason === this.#awaitedBecause) return;
    this.#awaitedBecause = reason;
    this.#logger.warn({ adapter: 'redis' }, `started without Redis, which is waited for: ${reason}`);
  }

  /** Connects, and lets calls in. Rejects with the driver's error, and leaves nothing open then. */
  async #open(): Promise<void> {
    try {
      await this.#connections.connect();
      await checkServers(this.#connections.servers());
      if (this.#isStopped) throw stopped();
    } catch (error) {
      this.#connections.close();
      throw error;
    }
    this.#awaitedBecause = undefined;
    this.#calls.open();
    const { poolSize, target } = this.#settings;
    this.#logger.info({ adapter: 'redis', kind: target.kind, poolSize }, 'started the Redis adapter');
  }

  async #stop(): Promise<void> {
    await this.#starting?.catch(() => undefined);
    await this.#awaiting;
    this.#calls.close();
    this.#activeRuns.close();
    await this.#locks.close();
    await this.#calls.drained();
    this.#connections.close();
    this.#logger.info({ adapter: 'redis' }, 'stopped the Redis adapter');
  }

  async #probe(): Promise<readonly [AdapterHealth['status'], string]> {
    if (this.#state !== 'started') return ['down', this.#state === 'new' ? 'not started yet' : 'stopped'];
    if (this.#awaitedBecause !== undefined) return ['down', `is waited for: ${this.#awaitedBecause}`];
    try {
      await this.#connections.ping();
    } catch (error) {
      return ['down', reasonOf(error)];
    }
    const { readyCount, count, topology } = this.#connections;
    const answers = `${topology}, answers on ${readyCount} of ${count} connections`;
    return readyCount === count ? ['up', answers] : ['degraded', `${answers}; the others are being restored`];
  }

  get #isStopped(): boolean {
    return this.#state === 'stopped';
  }
}

/** An adapter that is not started yet. Throws `INVALID_ARGUMENT` for bad settings. */
export function createRedisAdapter(dependencies: RedisDependencies): RedisAdapter {
  return new RedisAdapter(dependencies);
}

function stopped(): DataAdapterError {
  return new DataAdapterError('CLOSED', 'the Redis adapter has been stopped; build another one');
}
