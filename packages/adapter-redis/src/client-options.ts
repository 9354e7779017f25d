import type { ClusterOptions, RedisOptions } from 'ioredis';

import type { ReadRedisSettings } from './redis-settings.js';

/** How long a socket that was closed may take to say so: a dead one never does. */
const DISCONNECT_MS = 50;
const KEEP_ALIVE_MS = 5_000;
const MAX_RECONNECT_DELAY_MS = 1_000;
/** How often a command follows a cluster that rearranges itself; its time limit ends it sooner. */
const MAX_REDIRECTIONS = 64;
const REDIRECTION_DELAY_MS = 50;

/** What `CLIENT LIST` shows the connections as. */
const CLIENT_NAME = 'test-coordinator';

/** Of every connection: to one server, or to a node of a cluster. */
function connectionOptions(settings: ReadRedisSettings) {
  const { target, tls, socketTimeoutMs, connectTimeoutMs } = settings;
  const encryption = {
    ...(tls.ca !== undefined && { ca: tls.ca }),
    ...(tls.serverName !== undefined && { servername: tls.serverName }),
  };
  return {
    connectionName: CLIENT_NAME,
    disableClientInfo: true,
    connectTimeout: connectTimeoutMs,
    // Of what the driver itself asks, such as the handshake. `Connection` ends the calls, and gives dead sockets up.
    commandTimeout: socketTimeoutMs,
    disconnectTimeout: DISCONNECT_MS,
    keepAlive: KEEP_ALIVE_MS,
    // A command whose reply was lost may have been executed: sent again, an increment would count twice.
    autoResendUnfulfilledCommands: false,
    // ioredis 6.0.0 never settles what was under way when the link broke unless the queue is flushed at once.
    maxRetriesPerRequest: 0,
    // After a failover the socket may still lead to the old master, a replica now.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
    ...(target.user !== undefined && { username: target.user }),
    ...(target.password !== undefined && { password: target.password }),
    ...(target.database !== 0 && { db: target.database }),
    ...(target.isEncrypted && { tls: encryption }),
  };
}

/** Of a connection to one server. */
export function clientOptions(settings: ReadRedisSettings) {
  return {
    ...connectionOptions(settings),
    lazyConnect: true,
    enableOfflineQueue: false,
    retryStrategy: reconnectDelayMs,
  } satisfies RedisOptions;
}

/** Of a connection to the master that the sentinels name. */
export function sentinelOptions(settings: ReadRedisSettings): RedisOptions & { replyMapping?: 'legacy' } {
  const { target } = settings;
  const options = clientOptions(settings);
  return {
    ...options,
    sentinels: [...target.hosts],
    name: target.masterName,
    failoverDetector: true,
    sentinelRetryStrategy: reconnectDelayMs,
    ...(target.isEncrypted && { enableTLSForSentinelMode: true, sentinelTLS: options.tls }),
  };
}

/** Of the connections to the nodes of a cluster. */
export function clusterOptions(settings: ReadRedisSettings) {
  return {
    lazyConnect: true,
    // Inside redisOptions this one has no effect.
    enableOfflineQueue: false,
    redisOptions: connectionOptions(settings),
    clusterRetryStrategy: reconnectDelayMs,
    slotsRefreshTimeout: settings.connectTimeoutMs,
    maxRedirections: MAX_REDIRECTIONS,
    retryDelayOnTryAgain: REDIRECTION_DELAY_MS,
    retryDelayOnClusterDown: REDIRECTION_DELAY_MS,
    // Any other number sends a command again whose connection was lost, executed or not.
    retryDelayOnFailover: 0,
    // Host names in a certificate are checked against the name, so nodes are reached by it.
    ...(settings.target.isEncrypted && {
      dnsLookup: (address: string, done: (error: null, address: string) => void) => {
        done(null, address);
      },
    }),
  } satisfies ClusterOptions;
}

function reconnectDelayMs(attempt: number): number {
  return Math.min(50 * 2 ** Math.min(attempt - 1, 10), MAX_RECONNECT_DELAY_MS);
}
