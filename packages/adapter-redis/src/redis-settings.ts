import {
  DEFAULT_ACTIVE_RUN_TTL_MS,
  DEFAULT_CACHE_TTL_SECONDS,
  DEFAULT_STALE_THRESHOLD_MS,
  DEFAULT_WATCH_WINDOW,
  refuse,
} from '@test-coordinator/ports';

import { readConnectionUrl, type ConnectionTarget } from './connection-url.js';

const DEFAULT_KEY_PREFIX = 'tc:';

/** Settings of the Redis adapter. */
export interface RedisSettings {
  /**
   * `redis://[user:password@]host[:port][/db]`, `redis+sentinel://…@host,host/master`, `redis+cluster://…@host,host`;
   * `rediss` in place of `redis` speaks TLS. Reserved characters of user and password are percent-encoded.
   */
  readonly url: string;
  /** What every key starts with; adapters with one prefix share their data. Without braces. @default 'tc:' */
  readonly keyPrefix?: string | undefined;
  /** How many connections are held to each server. @default 10 */
  readonly poolSize?: number | undefined;
  /** A call without a reply for so many milliseconds fails, and its connection is replaced. @default 5000 */
  readonly socketTimeoutMs?: number | undefined;
  /** How long connecting may take, in milliseconds. @default 5000 */
  readonly connectTimeoutMs?: number | undefined;
  /** An instance that was not seen for so many milliseconds is stale. @default DEFAULT_STALE_THRESHOLD_MS (300 000) */
  readonly staleThresholdMs?: number | undefined;
  /** How long a cache entry lives when a write names no ttl, in seconds. @default DEFAULT_CACHE_TTL_SECONDS (300) */
  readonly defaultTtlSeconds?: number | undefined;
  /**
   * `start` resolves although no server is reached: calls are `UNAVAILABLE` until one is, which is tried every second.
   * What waiting does not mend, such as a wrong password, still fails the start. @default false
   */
  readonly startsDegraded?: boolean | undefined;
  /** How long a live state stands that nobody publishes again, in ms. @default DEFAULT_ACTIVE_RUN_TTL_MS (3 600 000) */
  readonly activeRunTtlMs?: number | undefined;
  /** How many of the latest changes of live states are kept for watchers. @default DEFAULT_WATCH_WINDOW (10 000) */
  readonly watchWindow?: number | undefined;
  /** For `rediss` URLs. */
  readonly tls?: RedisTlsSettings | undefined;
}

/** How the server proves who it is. */
export interface RedisTlsSettings {
  /** Certificates that are trusted, in PEM, in place of the system's. */
  readonly ca?: string | undefined;
  /** The name in the server's certificate, where it is not the host of the URL. */
  readonly serverName?: string | undefined;
}

/** The settings with their defaults, and the URL read. */
export interface ReadRedisSettings {
  readonly target: ConnectionTarget;
  readonly keyPrefix: string;
  readonly poolSize: number;
  readonly socketTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly staleThresholdMs: number;
  readonly defaultTtlSeconds: number;
  readonly startsDegraded: boolean;
  readonly activeRunTtlMs: number;
  readonly watchWindow: number;
  readonly tls: RedisTlsSettings;
}

const MAX_POOL_SIZE = 1_000;

/** @throws DataAdapterError `INVALID_ARGUMENT` that names the setting and holds no part of the URL. */
export function readRedisSettings(settings: RedisSettings): ReadRedisSettings {
  const {
    url,
    keyPrefix = DEFAULT_KEY_PREFIX,
    poolSize = 10,
    socketTimeoutMs = 5_000,
    connectTimeoutMs = 5_000,
    staleThresholdMs = DEFAULT_STALE_THRESHOLD_MS,
    defaultTtlSeconds = DEFAULT_CACHE_TTL_SECONDS,
    startsDegraded = false,
    activeRunTtlMs = DEFAULT_ACTIVE_RUN_TTL_MS,
    watchWindow = DEFAULT_WATCH_WINDOW,
    tls = {},
  } = settings;
  if (!/^[^{}\s]{1,128}$/.test(keyPrefix))
    refuse('keyPrefix', 'must be 1–128 characters, no braces, no spaces');
  if (!Number.isInteger(poolSize) || poolSize < 1 || poolSize > MAX_POOL_SIZE)
    refuse('poolSize', `must be a whole number from 1 to ${MAX_POOL_SIZE}`);
  const milliseconds = { socketTimeoutMs, connectTimeoutMs, staleThresholdMs, activeRunTtlMs };
  for (const [name, value] of Object.entries(milliseconds)) {
    if (!Number.isInteger(value) || value < 1) refuse(name, 'must be a whole number of milliseconds from 1');
  }
  if (!Number.isSafeInteger(watchWindow) || watchWindow < 1)
    refuse('watchWindow', 'must be a whole number from 1');
  if (!Number.isFinite(defaultTtlSeconds) || defaultTtlSeconds < 0.001)
    refuse('defaultTtlSeconds', 'must be a positive number');
  const target = readConnectionUrl(url);
  return {
    target,
    keyPrefix,
    poolSize,
    socketTimeoutMs,
    connectTimeoutMs,
    staleThresholdMs,
    defaultTtlSeconds,
    startsDegraded,
    activeRunTtlMs,
    watchWindow,
    tls,
  };
}
