import {
  DataAdapterError,
  silentLogger,
  type AdapterHealth,
  type AdapterLifecycle,
  type CacheRepository,
  type Logger,
  type ServiceDiscoveryRepository,
} from '@test-coordinator/ports';

import { CacheEntries } from './cache-entries.js';
import { Calls } from './calls.js';
import { failureOf, portError } from './failures.js';
import { RedisCacheRepository } from './redis-cache-repository.js';
import { RedisConnections } from './redis-connections.js';
import { RedisKeys } from './redis-keys.js';
import { RedisServiceDiscoveryRepository } from './redis-service-discovery-repository.js';
import { readRedisSettings, type ReadRedisSettings, type RedisSettings } from './redis-settings.js';
import { checkServers } from './server-requirements.js';

/** What an adapter is built from. What is left out: no log. Times are Redis's, so there is no clock. */
export interface RedisDependencies {
  readonly settings: RedisSettings;
  readonly logger?: Logger | undefined;
}

/** Every port of the adapter, on one Redis. */
export interface RedisPorts {
  readonly serviceDiscovery: ServiceDiscoveryRepository;
  readonly cache: CacheRepository;
}

/**
 * Cache and service discovery in Redis, and their life. Built by `createRedisAdapter` or by `redisModule`. Adapters with
 * the same server and key prefix share their data.
 */
export class RedisAdapter implements AdapterLifecycle {
  readonly ports: RedisPorts;
  readonly #settings: ReadRedisSettings;
  readonly #logger: Logger;
  readonly #calls: Calls;
  readonly #connections: RedisConnections;
  #state: 'new' | 'started' | 'stopped' = 'new';
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
    this.ports = Object.freeze({
      serviceDiscovery: new RedisServiceDiscoveryRepository({
        connections,
        keys: keys.registry,
        calls,
        staleThresholdMs: read.staleThresholdMs,
      }),
      cache: new RedisCacheRepository({
        entries: new CacheEntries(connections, keys),
        calls,
        defaultTtlSeconds: read.defaultTtlSeconds,
      }),
    });
  }

  /** May be tried again when it failed. Besides the codes of calls: `UNSUPPORTED` for a server that could lose locks. */
  start(): Promise<void> {
    if (this.#state === 'stopped') return Promise.reject(stopped());
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    return this.#starting;
  }

  /** Waits for the calls under way, which their time limit bounds. */
  stop(): Promise<void> {
    this.#state = 'stopped';
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
      await this.#connections.connect();
      await checkServers(this.#connections.servers());
    } catch (error) {
      this.#connections.close();
      throw portError(error, { operation: 'start', ids: {}, countsOnce: false });
    }
    if (this.#state === 'stopped') throw stopped();
    this.#state = 'started';
    this.#calls.open();
    const { poolSize, target } = this.#settings;
    this.#logger.info({ adapter: 'redis', kind: target.kind, poolSize }, 'started the Redis adapter');
  }

  async #stop(): Promise<void> {
    await this.#starting?.catch(() => undefined);
    await this.#calls.close();
    this.#connections.close();
    this.#logger.info({ adapter: 'redis' }, 'stopped the Redis adapter');
  }

  async #probe(): Promise<readonly [AdapterHealth['status'], string]> {
    if (this.#state !== 'started') return ['down', this.#state === 'new' ? 'not started yet' : 'stopped'];
    try {
      await this.#connections.ping();
    } catch (error) {
      return ['down', DataAdapterError.is(error) ? error.message : failureOf(error).advice];
    }
    const { readyCount, count } = this.#connections;
    return readyCount === count
      ? ['up', `answers on ${count} of ${count} connections`]
      : ['degraded', `answers on ${readyCount} of ${count} connections; the others are being restored`];
  }
}

/** An adapter that is not started yet. Throws `INVALID_ARGUMENT` for bad settings. */
export function createRedisAdapter(dependencies: RedisDependencies): RedisAdapter {
  return new RedisAdapter(dependencies);
}

function stopped(): DataAdapterError {
  return new DataAdapterError('CLOSED', 'the Redis adapter has been stopped; build another one');
}
