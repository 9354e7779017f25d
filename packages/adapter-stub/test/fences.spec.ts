import { expect } from 'chai';
import { fixtures } from '@test-coordinator/contract-tests';

import { openAdapter, recordRun, refusalOf } from './opened-adapter.js';

describe('Given state changes that carry a fence', () => {
  it('When an older fence than was seen comes, Then it is STALE_FENCE and nothing changes', async () => {
    const { adapter } = await openAdapter();
    const { testRuns } = adapter.ports;
    const { runId } = await recordRun(adapter);
    const running = await testRuns.startRun(runId, { fence: 7 });

    expect(await refusalOf(testRuns.completeRun(runId, 'passed', {}, { fence: 6 }))).to.equal('STALE_FENCE');
    expect(await refusalOf(testRuns.recordCompletion(runId, 0, 5, { fence: 6 }))).to.equal('STALE_FENCE');
    expect(await refusalOf(testRuns.updateStatus(runId, 'running', { fence: 6 }))).to.equal('STALE_FENCE');
    expect(await testRuns.getById(runId)).to.equal(running);
  });

  it('When the same fence or a newer one comes, Then the change is made', async () => {
    const { adapter } = await openAdapter();
    const { testRuns, chaosEvents } = adapter.ports;
    const { runId } = await recordRun(adapter);
    const { eventId } = await chaosEvents.create(fixtures.chaosEvent());

    await testRuns.startRun(runId, { fence: 7 });
    await chaosEvents.updateStatus(eventId, 'injected', { fence: 7 });
    await chaosEvents.recordRecovery(eventId, {}, { fence: 8 });

    expect(await refusalOf(testRuns.completeRun(runId, 'passed', {}, { fence: 7 }))).to.equal('STALE_FENCE');
    expect((await testRuns.completeRun(runId, 'passed', {}, { fence: 8 })).status).to.equal('passed');
  });

  it('When a change carries no fence, Then it is not guarded', async () => {
    const { adapter } = await openAdapter();
    const { runId } = await recordRun(adapter);
    await adapter.ports.testRuns.startRun(runId, { fence: 7 });

    expect((await adapter.ports.testRuns.completeRun(runId, 'passed')).status).to.equal('passed');
  });

  it('When a refused change carried a newer fence, Then that fence does not count', async () => {
    const { adapter } = await openAdapter();
    const { testRuns } = adapter.ports;
    const { runId } = await recordRun(adapter, { status: 'running' });

    expect(await refusalOf(testRuns.updateStatus(runId, 'pending', { fence: 9 }))).to.equal(
      'ILLEGAL_TRANSITION',
    );
    expect((await testRuns.updateStatus(runId, 'passed', { fence: 1 })).status).to.equal('passed');
  });

  it('When a fence is seen by one run, Then the others are not guarded by it', async () => {
    const { adapter } = await openAdapter();
    const { testRuns } = adapter.ports;
    const { runId } = await recordRun(adapter);
    await testRuns.create(fixtures.testRun({ runId: fixtures.id(2) }));
    await testRuns.startRun(runId, { fence: 7 });

    expect((await testRuns.startRun(fixtures.id(2), { fence: 1 })).status).to.equal('running');
  });

  it('When a unit of work carries a fence and fails, Then the fence does not count', async () => {
    const { adapter } = await openAdapter();
    const { testRuns, unitOfWork } = adapter.ports;
    const { runId } = await recordRun(adapter);
    await unitOfWork
      .run(async (unit) => {
        await unit.testRuns.startRun(runId, { fence: 9 });
        expect(await refusalOf(testRuns.updateStatus(runId, 'running', { fence: 1 }))).to.equal(undefined);
        throw new Error('the work failed');
      })
      .catch(() => undefined);

    expect((await testRuns.completeRun(runId, 'passed', {}, { fence: 2 })).status).to.equal('passed');
  });

  it('When a unit of work with a fence is committed, Then the fence counts for all', async () => {
    const { adapter } = await openAdapter();
    const { testRuns, unitOfWork } = adapter.ports;
    const { runId } = await recordRun(adapter);
    await unitOfWork.run(async (unit) => {
      await unit.testRuns.startRun(runId, { fence: 9 });
      expect(await refusalOf(unit.testRuns.getById(runId))).to.equal(undefined);
    });

    expect(await refusalOf(testRuns.completeRun(runId, 'passed', {}, { fence: 8 }))).to.equal('STALE_FENCE');
  });

  it('When a fence is no whole number from 0, Then it is INVALID_ARGUMENT', async () => {
    const { adapter } = await openAdapter();
    const { runId } = await recordRun(adapter);

    for (const fence of [-1, 1.5, Number.NaN]) {
      expect(await refusalOf(adapter.ports.testRuns.startRun(runId, { fence }))).to.equal('INVALID_ARGUMENT');
    }
  });
});
