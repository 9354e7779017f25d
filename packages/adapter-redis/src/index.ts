export type { RedisSettings, RedisTlsSettings } from './redis-settings.js';
export {
  RedisAdapter,
  createRedisAdapter,
  type RedisDependencies,
  type RedisPorts,
} from './redis-adapter.js';
export { redisModule } from './redis-module.js';
