import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { expect } from 'chai';
import { fixtures } from '@test-coordinator/contract-tests';
import { startTestRedis } from '@test-coordinator/services';

import { openAdapter } from './opened-adapter.js';
import { freshPrefix } from './redis-harness.js';

const run = promisify(execFile);
const SHIFTED = fileURLToPath(new URL('shifted-clock.js', import.meta.url));
const HALF_AN_HOUR_MS = 1_800_000;

describe('Given a process whose clock is an hour ahead', function () {
  this.timeout(60_000);

  it('When it registers and caches, Then health and expiry are by the clock of Redis, for it and for others', async () => {
    await using redis = await startTestRedis();
    const keyPrefix = freshPrefix();
    await using adapter = await openAdapter({ url: redis.url, keyPrefix, staleThresholdMs: 60_000 });
    const { cache, serviceDiscovery } = adapter.ports;
    const ours = await serviceDiscovery.register(fixtures.service({ serviceId: 'ours' }));

    const { stdout } = await run(process.execPath, [SHIFTED, redis.url, keyPrefix]);
    const said = JSON.parse(stdout) as {
      clockMs: number;
      lastSeenMs: number;
      removed: string[];
      isHealthy: boolean;
    };

    expect(said.clockMs - ours.lastSeen.getTime(), 'the fault').to.be.greaterThan(HALF_AN_HOUR_MS);
    expect(said.lastSeenMs - ours.lastSeen.getTime()).to.be.lessThan(HALF_AN_HOUR_MS);
    expect(said).to.deep.include({ removed: [], isHealthy: true });
    expect(await serviceDiscovery.isServiceHealthy('ahead')).to.equal(true);
    expect(await cache.getTtl('key')).to.be.within(1, 60);
  });
});
