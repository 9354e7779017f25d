/** What is cached: a short text, or a JSON object of 1 KB. */
export type CachedValue = string | object;

/** A client of Redis at work. One that lacks a method takes no part in that comparison. */
export interface RedisContender {
  get?(key: string): Promise<unknown>;
  /** Stores for five minutes. */
  set?(key: string, value: CachedValue): Promise<unknown>;
  getMany?(keys: readonly string[]): Promise<readonly unknown[]>;
  setMany?(entries: readonly (readonly [key: string, value: CachedValue])[]): Promise<unknown>;
  /** Adds 1 to a counter, and answers with the sum. */
  increment?(key: string): Promise<number>;
  /** Removes every key that starts like this, and answers how many there were, where the client says so. */
  removeAll?(start: string): Promise<unknown>;
  /** Makes an instance known. */
  register?(id: string): Promise<unknown>;
  heartbeat?(id: string): Promise<unknown>;
  /** All instances, up to 1,000. */
  list?(): Promise<readonly unknown[]>;
  /** Takes a lock for ten seconds and gives it back. */
  lock?(resource: string): Promise<unknown>;
}

export const TTL_MS = 300_000;
export const LOCK_TTL_MS = 10_000;

/** Opens the client in this process. Each module is loaded on demand, so that a process has one client only. */
export type OpenContender = (url: string) => Promise<RedisContender>;

export const CONTENDERS: Readonly<Record<string, OpenContender>> = {
  ioredis: async (url) => (await import('./contenders/raw-ioredis.js')).rawIoredis(url),
  'ioredis, a pipeline': async (url) => (await import('./contenders/raw-ioredis.js')).pipelined(url),
  'ioredis, lock with a fence': async (url) => (await import('./contenders/raw-locks.js')).fencedLock(url),
  'ioredis, lock without one': async (url) => (await import('./contenders/raw-locks.js')).plainLock(url),
  'ioredis, SCAN + UNLINK': async (url) => (await import('./contenders/raw-ioredis.js')).scanning(url),
  'ioredis, KEYS + DEL': async (url) => (await import('./contenders/raw-ioredis.js')).listing(url),
  'adapter-redis': async (url) => (await import('./contenders/adapter.js')).adapter(url),
  'node-redis': async (url) => (await import('./contenders/node-redis.js')).nodeRedis(url),
  keyv: async (url) => (await import('./contenders/keyv.js')).keyv(url),
  cacheable: async (url) => (await import('./contenders/keyv.js')).cacheable(url),
  'cache-manager': async (url) => (await import('./contenders/keyv.js')).cacheManager(url),
  redlock: async (url) => (await import('./contenders/raw-locks.js')).redlock(url),
};
