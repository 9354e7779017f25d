import { createPostgresAdapter, migrate } from '@test-coordinator/adapter-postgres';
import { createRedisAdapter, type RedisAdapter } from '@test-coordinator/adapter-redis';
import { DataAdapterError } from '@test-coordinator/ports';
import { FaultProxy, RedisServer, TestPostgres } from '@test-coordinator/services';
import { expect } from 'chai';

import { eventually } from './eventually.js';

const RESOURCE = 'run:engine';
const TTL_MS = 500;

/** The code with which a call was refused; `answered` when it was not. */
async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'answered';
  } catch (error) {
    if (DataAdapterError.is(error)) return error.code;
    throw error;
  }
}

describe('Given locks in Redis and records in PostgreSQL', function () {
  this.timeout(120_000);
  const stops: (() => Promise<void>)[] = [];
  const opened = <Opened extends { stop(): Promise<void> }>(one: Opened): Opened => {
    stops.push(() => one.stop());
    return one;
  };
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });

  it('When a holder is cut off, its lock goes to another one, and it writes all the same, Then neither the run nor its event changes (B12, G11)', async () => {
    const postgres = opened(await TestPostgres.start());
    const redis = opened(await RedisServer.start());
    const proxy = opened(await FaultProxy.start({ port: redis.port }));
    const url = await postgres.createDatabase();
    await migrate({ url });
    const records = opened(createPostgresAdapter({ settings: { url, poolSize: 2 } }));
    await records.start();
    const locksAt = async (redisUrl: string): Promise<RedisAdapter> => {
      const settings = { url: redisUrl, poolSize: 1, socketTimeoutMs: 200 };
      const adapter = opened(createRedisAdapter({ settings }));
      await adapter.start();
      return adapter;
    };
    const cutOff = await locksAt(proxy.url(redis.url));
    const other = await locksAt(redis.url);
    const { scenarios, testRuns, chaosEvents } = records.ports;
    await scenarios.create({
      scenarioId: 'restart-engine',
      name: 'Restart the engine',
      scenarioType: 'service_restart',
    });
    const { runId } = await testRuns.create({ scenarioId: 'restart-engine' });
    const { eventId } = await chaosEvents.create({
      runId,
      eventType: 'service_kill',
      targetService: 'engine',
      injectedAt: new Date(0),
    });
    const stale = await cutOff.ports.executionLocks.acquire(RESOURCE, { owner: 'ada', ttlMs: TTL_MS });
    await testRuns.startRun(runId, { fence: stale.fence });

    proxy.inject({ kind: 'black hole' });
    const { fence } = await other.ports.executionLocks.acquire(RESOURCE, {
      owner: 'bob',
      ttlMs: 60_000,
      waitMs: 10_000,
    });
    await chaosEvents.updateStatus(eventId, 'injected', { fence });
    await eventually('the one that was cut off knows', () => stale.signal.aborted);
    const stored = () => Promise.all([testRuns.getById(runId), chaosEvents.getById(eventId)]);
    const before = await stored();
    const late = await Promise.all([
      outcomeOf(testRuns.completeRun(runId, 'passed', {}, { fence: stale.fence })),
      outcomeOf(chaosEvents.recordRecovery(eventId, {}, { fence: stale.fence })),
    ]);

    expect(proxy.counts.lostRequestBytes, 'the fault').to.be.greaterThan(0);
    expect(fence).to.be.greaterThan(stale.fence);
    expect(late).to.deep.equal(['STALE_FENCE', 'STALE_FENCE']);
    expect(await stored()).to.deep.equal(before);
    expect(await outcomeOf(testRuns.completeRun(runId, 'failed', {}, { fence }))).to.equal('answered');
  });
});
