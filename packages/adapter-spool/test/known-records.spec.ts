import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { isDegraded } from '@test-coordinator/adapter-spool';
import { fixtures } from '@test-coordinator/contract-tests';
import { expect } from 'chai';

import { expectRefusal } from './spool-folders.js';
import { SpooledWorld } from './spooled-worlds.js';

const READS = 30_000;

/** What is alive: the collector is not there unless it is asked for. */
function liveBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

describe('Given a run that is read again and again', () => {
  it('When it has been read thirty thousand times, Then nothing more is held in memory', async () => {
    const world = await SpooledWorld.started();
    await world.ports.scenarios.create(fixtures.scenario({ scenarioId: 'read' }));
    const { runId } = await world.ports.testRuns.create({ scenarioId: 'read' });
    const read = async (times: number): Promise<void> => {
      for (let count = 0; count < times; count += 1) await world.ports.testRuns.getById(runId);
    };
    await read(READS / 10);
    const before = liveBytes();
    await read(READS);
    // A table of the map that is left behind and kept has 152 bytes, and there is one for two reads.
    expect(liveBytes() - before).to.be.below(READS * 25);
    await world.close();
  });
});

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
