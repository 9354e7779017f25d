export { FaultProxy, type Fault, type FaultCounts } from './fault-proxy.js';
export { Pgbouncer, type PgbouncerOptions } from './pgbouncer.js';
export { PostgresServer, type PostgresMajor, type PostgresServerOptions } from './postgres-server.js';
export { RedisCluster } from './redis-cluster.js';
export { RedisSentinel } from './redis-sentinel.js';
export { RedisServer, type RedisServerOptions } from './redis-server.js';
export { SeededRandom } from './seeded-random.js';
export { TestPostgres } from './test-postgres.js';
export { startTestRedis, type TestRedis } from './test-redis.js';
