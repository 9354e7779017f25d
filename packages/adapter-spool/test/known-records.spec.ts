import { isDegraded } from '@test-coordinator/adapter-spool';
import { fixtures } from '@test-coordinator/contract-tests';
import { expect } from 'chai';

import { expectRefusal } from './spool-folders.js';
import { SpooledWorld } from './spooled-worlds.js';

describe('Given more waiting results than are held in memory', () => {
  it('When an early one is read, Then it is UNAVAILABLE and not absent, a late one is there, and all are stored', async () => {
    const world = await SpooledWorld.started();
    await world.ports.scenarios.create(fixtures.scenario({ scenarioId: 'large' }));
    const { runId } = await world.ports.testRuns.create({ scenarioId: 'large' });
    world.cutStore();
    const long = 'x'.repeat(65_536);
    const accepted: string[] = [];
    for (let count = 0; count < 300; count += 1) {
      const given = fixtures.testResult({ resultId: undefined, runId, actualValue: long });
      accepted.push((await world.ports.testResults.create(given)).resultId);
    }
    const { testResults } = world.ports;

    await expectRefusal(testResults.getById(accepted[0]!), 'UNAVAILABLE');
    expect(isDegraded((await testResults.getById(accepted.at(-1)!))!)).to.equal(true);
    world.holdDrain();
    await world.healStore();
    await expectRefusal(testResults.getById(accepted[0]!), 'UNAVAILABLE');
    world.releaseDrain();
    await world.drain();
    expect((await testResults.getById(accepted[0]!))?.resultId).to.equal(accepted[0]);
    expect(await world.store.testResults.countByStatus({ runId })).to.include({ failed: 300 });
    await world.close();
  });
});
