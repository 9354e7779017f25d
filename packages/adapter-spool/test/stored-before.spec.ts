import { fixtures } from '@test-coordinator/contract-tests';
import { expect } from 'chai';

import { RecordingWorlds, SCENARIO, acceptedRun } from './recording-worlds.js';

const worlds = new RecordingWorlds();
afterEach(() => worlds.closeAll());

describe('Given records that a process had stored when it was killed, before it could write that down', () => {
  it('When the next one stores them again, Then the moves that others followed are taken for done, and there is no dead letter', async () => {
    const world = await worlds.open();
    const seen = await world.ports.testRuns.create({ scenarioId: SCENARIO });
    world.cutStore();
    const { runId } = await acceptedRun(world);
    for (const id of [runId, seen.runId]) {
      await world.ports.testRuns.startRun(id, { fence: 1 });
      await world.ports.testRuns.completeRun(id, 'passed', {}, { fence: 2 });
    }
    const event = await world.ports.chaosEvents.create(fixtures.chaosEvent({ eventId: undefined, runId }));
    await world.ports.chaosEvents.updateStatus(event.eventId, 'injected');
    await world.ports.chaosEvents.recordRecovery(event.eventId);
    world.holdDrain();
    await world.healStore();
    const { testRuns, chaosEvents } = world.store;
    await testRuns.create({ runId, scenarioId: SCENARIO });
    for (const id of [runId, seen.runId]) {
      await testRuns.startRun(id, { fence: 1 });
      await testRuns.completeRun(id, 'passed', {}, { fence: 2 });
    }
    const { createdAt: _, version: _version, ...given } = event;
    await chaosEvents.create(given);
    await chaosEvents.updateStatus(event.eventId, 'injected');
    await chaosEvents.recordRecovery(event.eventId);

    world.releaseDrain();
    await world.drain();

    expect(await world.spool.deadLetters.list()).to.deep.equal([]);
  });

  it('When somebody else moved the record meanwhile, Then what was accepted is kept among the dead letters', async () => {
    const world = await worlds.open();
    const { runId } = await world.ports.testRuns.create({ scenarioId: SCENARIO });
    world.cutStore();
    await world.ports.testRuns.startRun(runId);
    await world.ports.testRuns.completeRun(runId, 'passed');
    world.holdDrain();
    await world.healStore();
    await world.store.testRuns.updateStatus(runId, 'cancelled');

    world.releaseDrain();
    await world.drain();

    expect(await world.spool.deadLetters.list()).to.have.length(2);
    expect((await world.store.testRuns.getById(runId))?.status).to.equal('cancelled');
  });
});
