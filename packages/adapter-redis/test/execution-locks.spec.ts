import { expect } from 'chai';
import { FaultProxy, RedisServer } from '@test-coordinator/services';
import type { Redis } from 'ioredis';

import { directTo, openAdapter, outcomeOf, timed, until } from './opened-adapter.js';

const RESOURCE = 'run:engine';
const LONG = { owner: 'ada', ttlMs: 60_000 };

describe('Given execution locks in Redis', function () {
  this.timeout(60_000);
  let server: RedisServer;
  let proxy: FaultProxy;
  let direct: Redis;
  let url: string;

  beforeEach(async () => {
    server = await RedisServer.start();
    proxy = await FaultProxy.start({ port: server.port });
    direct = directTo(server.url);
    url = proxy.url(server.url);
  });
  afterEach(async () => {
    direct.disconnect();
    await proxy.stop();
    await server.stop();
  });

  it('When Redis loses its data between two holders, Then the fence of the second is above, and the first has lost its lock (B13)', async () => {
    await using adapter = await openAdapter({ url });
    const { executionLocks } = adapter.ports;
    const first = await executionLocks.acquire(RESOURCE, LONG);
    await direct.flushall();
    expect(await direct.dbsize(), 'the fault').to.equal(0);

    const second = await executionLocks.acquire(RESOURCE, { ...LONG, owner: 'bob' });

    expect(second.fence).to.be.greaterThan(first.fence);
    expect(await outcomeOf(first.renew())).to.equal('STALE_FENCE');
    expect(await first.release(), 'whether it was still held').to.equal(false);
    expect(await executionLocks.inspect(RESOURCE)).to.include({ owner: 'bob', fence: second.fence });
  });

  it('When the reply of a grant is lost, Then it is UNKNOWN_OUTCOME, its own caller gets the lock at the next attempt, and nobody else does', async () => {
    const keyPrefix = 'p:';
    await using adapter = await openAdapter({ url, keyPrefix });
    await using other = await openAdapter({ url: server.url, keyPrefix });
    const { executionLocks } = adapter.ports;
    await (await executionLocks.acquire('another', LONG)).release();
    proxy.inject({ kind: 'drop replies' });

    expect(await outcomeOf(executionLocks.acquire(RESOURCE, LONG))).to.equal('UNKNOWN_OUTCOME');
    expect(proxy.counts.lostReplyBytes, 'the fault').to.be.greaterThan(0);
    const unseen = await other.ports.executionLocks.inspect(RESOURCE);
    expect(unseen, 'granted all the same').to.include({ owner: 'ada' });
    proxy.heal();

    await until(async () => (await outcomeOf(executionLocks.inspect(RESOURCE))) === 'answered', 'the link');
    expect(await outcomeOf(other.ports.executionLocks.acquire(RESOURCE, LONG))).to.equal('LOCK_HELD');
    const lease = await executionLocks.acquire(RESOURCE, LONG);
    expect(lease.fence).to.be.greaterThan(unseen!.fence);
    expect(await outcomeOf(executionLocks.acquire(RESOURCE, LONG)), 'it is held now').to.equal('LOCK_HELD');
  });

  it('When the reply of a release is lost, Then it is UNKNOWN_OUTCOME, and the lock is free', async () => {
    await using adapter = await openAdapter({ url });
    const { executionLocks } = adapter.ports;
    const lease = await executionLocks.acquire(RESOURCE, LONG);
    await (await executionLocks.acquire('another', LONG)).release();
    proxy.inject({ kind: 'drop replies' });

    expect(await outcomeOf(lease.release())).to.equal('UNKNOWN_OUTCOME');

    expect(proxy.counts.lostReplyBytes, 'the fault').to.be.greaterThan(0);
    proxy.heal();
    await until(async () => (await outcomeOf(executionLocks.inspect(RESOURCE))) === 'answered', 'the link');
    expect(await executionLocks.inspect(RESOURCE)).to.equal(null);
  });

  for (const [how, takeAway, giveBack] of [
    ['is gone', 'SIGKILL', undefined],
    ['is frozen', 'SIGSTOP', 'SIGCONT'],
  ] as const) {
    it(`When Redis ${how}, Then nothing is granted, and what a lock guards is told to stop before the ttl is over (G13)`, async () => {
      const ttlMs = 2_000;
      await using adapter = await openAdapter({ url: server.url });
      const { executionLocks } = adapter.ports;
      const lease = await executionLocks.acquire(RESOURCE, { owner: 'ada', ttlMs });
      const grantedAtMs = performance.now();
      let endedAfterMs = 0;
      lease.signal.addEventListener('abort', () => {
        endedAfterMs = performance.now() - grantedAtMs;
      });
      server.signal(takeAway);

      const outcomes = new Set<string>();
      await until(async () => {
        const { outcome, ms } = await timed(executionLocks.acquire('another', LONG));
        outcomes.add(outcome);
        expect(ms).to.be.lessThan(2_000);
        return endedAfterMs > 0;
      }, 'the end of the lease');

      expect(outcomes).not.to.include('answered');
      expect(endedAfterMs).to.be.lessThan(ttlMs);
      expect(lease.signal.reason).to.include({ code: 'UNAVAILABLE' });
      if (giveBack !== undefined) server.signal(giveBack);
    });
  }

  it('When the adapter stops while a grant is under way, Then the lock is given back', async () => {
    const adapter = await openAdapter({ url, keyPrefix: 'p:' });
    proxy.inject({ kind: 'delay', ms: 50 });
    const call = outcomeOf(adapter.ports.executionLocks.acquire(RESOURCE, LONG));

    await adapter.stop();

    expect(await call).to.equal('CLOSED');
    await using other = await openAdapter({ url: server.url, keyPrefix: 'p:' });
    expect(await other.ports.executionLocks.inspect(RESOURCE)).to.equal(null);
  });
});
