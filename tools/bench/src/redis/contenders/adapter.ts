import { createRedisAdapter } from '@test-coordinator/adapter-redis';
import type { JsonValue } from '@test-coordinator/domain';

import { LOCK_TTL_MS, TTL_MS, type RedisContender } from '../contender.js';

const CACHED = { ttlSeconds: TTL_MS / 1_000 };

/** The product's adapter, as it is when nothing is set. */
export async function adapter(url: string): Promise<RedisContender> {
  const redis = createRedisAdapter({ settings: { url } });
  await redis.start();
  const { cache, executionLocks, serviceDiscovery } = redis.ports;
  return {
    get: (key) => cache.get(key),
    set: (key, value) => cache.set(key, value as JsonValue, CACHED),
    getMany: async (keys) => {
      const found = await cache.getMany(keys);
      return keys.map((key) => found.get(key));
    },
    setMany: (entries) => cache.setMany(new Map(entries as [string, JsonValue][]), CACHED),
    increment: (key) => cache.increment(key, 1, CACHED),
    removeAll: (start) => cache.deletePattern(`${start}*`),
    register: (serviceId) =>
      serviceDiscovery.register({
        serviceId,
        serviceName: 'engine',
        version: '1.0.0',
        host: 'engine.internal',
        grpcPort: 0,
        httpPort: 8080,
      }),
    heartbeat: (serviceId) => serviceDiscovery.updateHeartbeat(serviceId),
    list: async () => (await serviceDiscovery.listAllServices({ limit: 1_000 })).items,
    lock: async (resource) => {
      const lease = await executionLocks.acquire(resource, { owner: 'bench', ttlMs: LOCK_TTL_MS });
      return lease.release();
    },
  };
}
