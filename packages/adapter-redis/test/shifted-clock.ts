// A process whose clock is an hour ahead: registers an instance, stores an entry, and says what it sees.
import { createRedisAdapter } from '@test-coordinator/adapter-redis';

const HOUR_MS = 3_600_000;
const realNow = Date.now.bind(Date);
globalThis.Date = class extends Date {
  constructor(time: string | number | Date = realNow() + HOUR_MS) {
    super(time);
  }
  static override now(): number {
    return realNow() + HOUR_MS;
  }
} as DateConstructor;

const [url = '', keyPrefix = ''] = process.argv.slice(2);
await using adapter = createRedisAdapter({
  settings: { url, keyPrefix, staleThresholdMs: 60_000, poolSize: 1 },
});
await adapter.start();
const { cache, serviceDiscovery } = adapter.ports;
const registered = await serviceDiscovery.register({
  serviceId: 'ahead',
  serviceName: 'engine',
  version: '1',
  host: 'here',
  grpcPort: 0,
  httpPort: 0,
});
await cache.set('key', 1, { ttlSeconds: 60 });
const said = {
  clockMs: new Date().getTime(),
  lastSeenMs: registered.lastSeen.getTime(),
  removed: await serviceDiscovery.removeStaleServices(),
  isHealthy: await serviceDiscovery.isServiceHealthy('ahead'),
};
process.stdout.write(JSON.stringify(said));
