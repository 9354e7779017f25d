import { DataAdapterError } from '@test-coordinator/ports';
import type { Redis } from 'ioredis';

/** SET … PXAT. */
const LEAST_VERSION: readonly [major: number, minor: number] = [6, 2];
/** What has a ttl and what is read most rarely is thrown away first: locks and heartbeats among cache entries. */
const SAFE_POLICY = 'noeviction';

/**
 * Refuses a server that could lose what it was given.
 * @throws DataAdapterError `UNSUPPORTED` with the line that helps, or the driver's error.
 */
export async function checkServers(servers: readonly Redis[]): Promise<void> {
  await Promise.all(servers.map(async (server) => checkServer(await server.info())));
}

function checkServer(info: string): void {
  const { redis_version: version = '0.0', maxmemory_policy: policy = 'unknown' } = readInfo(info);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < LEAST_VERSION[0] || (major === LEAST_VERSION[0] && minor < LEAST_VERSION[1])) {
    throw new DataAdapterError(
      'UNSUPPORTED',
      `Redis ${version} is too old; use ${LEAST_VERSION.join('.')} or newer`,
    );
  }
  if (policy !== SAFE_POLICY) {
    throw new DataAdapterError(
      'UNSUPPORTED',
      `with maxmemory-policy ${policy}, Redis could throw away locks and heartbeats to make room; ` +
        `run: redis-cli config set maxmemory-policy ${SAFE_POLICY}, and put "maxmemory-policy ${SAFE_POLICY}" into redis.conf`,
      { details: { setting: 'maxmemory-policy', actual: policy, expected: SAFE_POLICY } },
    );
  }
}

function readInfo(info: string): Readonly<Record<string, string>> {
  const pairs = info.split('\r\n').map((line) => line.split(':', 2));
  return Object.fromEntries(pairs.filter((pair) => pair.length === 2)) as Record<string, string>;
}
