import { expect } from 'chai';

import { openAdapter, refusalOf } from './opened-adapter.js';

describe('Given the execution locks of the in-memory adapter', () => {
  it('When many locks lapse that nobody releases, Then those that are taken later make room for them', async () => {
    const { adapter, clock } = await openAdapter();
    const { executionLocks } = adapter.ports;
    for (let n = 0; n < 100; n += 1)
      await executionLocks.acquire(`old-${n}`, { owner: 'ada', ttlMs: 60_000 });
    expect((await adapter.checkHealth()).detail).to.include('100 locks');

    clock.advance(60_000);
    for (let n = 0; n < 10; n += 1) await executionLocks.acquire(`new-${n}`, { owner: 'ada', ttlMs: 60_000 });

    expect((await adapter.checkHealth()).detail).to.include(' 10 locks');
    await adapter.stop();
  });

  it('When another process begins a millisecond later, Then its fences are above those of this one', async () => {
    const [first, second] = [await openAdapter(), await openAdapter()];
    second.clock.advance(1);
    const request = { owner: 'ada', ttlMs: 60_000 };
    const before = await first.adapter.ports.executionLocks.acquire('engine', request);

    const after = await second.adapter.ports.executionLocks.acquire('engine', request);

    expect(after.fence).to.be.above(before.fence);
    await Promise.all([first.adapter.stop(), second.adapter.stop()]);
  });

  it('When a write carries the fence of a lock that somebody else has now, Then it is STALE_FENCE', async () => {
    const { adapter, clock } = await openAdapter();
    const { executionLocks, scenarios, testRuns } = adapter.ports;
    await scenarios.create({ scenarioId: 'restart', name: 'Restart', scenarioType: 'service_restart' });
    const { runId } = await testRuns.create({ scenarioId: 'restart' });
    const request = { owner: 'ada', ttlMs: 60_000 };
    const stalled = await executionLocks.acquire(runId, request);
    clock.advance(60_000);

    const { fence } = await executionLocks.acquire(runId, { ...request, owner: 'bob' });
    await testRuns.startRun(runId, { fence });

    const late = testRuns.completeRun(runId, 'passed', {}, { fence: stalled.fence });
    expect(await refusalOf(late)).to.equal('STALE_FENCE');
    await adapter.stop();
  });
});
