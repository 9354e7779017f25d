import { isSpooled } from '@test-coordinator/adapter-spool';
import { fixtures } from '@test-coordinator/contract-tests';
import type { TestRunsRepository } from '@test-coordinator/ports';
import { expect } from 'chai';

import { RecordingWorlds, SCENARIO, result } from './recording-worlds.js';
import { expectRefusal } from './spool-folders.js';
import type { SpooledWorld } from './spooled-worlds.js';

const worlds = new RecordingWorlds();
afterEach(() => worlds.closeAll());

describe('Given a unit of work while the store is away', () => {
  const record = ({ ports }: SpooledWorld, scenarioId = SCENARIO) =>
    ports.unitOfWork.run(async ({ scenarios, testRuns, testResults }) => {
      const known = await scenarios.getById('imported');
      if (known === null) await scenarios.create(fixtures.scenario({ scenarioId: 'imported' }));
      const { runId } = await testRuns.create({ scenarioId });
      const other = await testRuns.create({ scenarioId: 'imported' });
      await testResults.bulkCreate([result(runId), result(runId, { status: 'failed' })]);
      const statistics = await testResults.getAssertionStatistics({ runId });
      return { runId, other: other.runId, total: statistics.reduce((sum, { total }) => sum + total, 0) };
    });

  it('When it writes, Then it reads its own writes, waits as one record, is readable at once, and is stored as one', async () => {
    const world = await worlds.open();
    world.cutStore();

    const unit = await record(world);

    expect([isSpooled(unit), unit.total, world.spool.last]).to.deep.equal([true, 2, 1]);
    expect((await world.ports.testResults.getByRun(unit.runId)).items).to.have.length(2);
    await world.restart();
    // Writes to each of its runs wait behind it.
    for (const runId of [unit.runId, unit.other]) await world.ports.testRuns.startRun(runId);
    await world.drain();
    expect((await world.store.testResults.getByRun(unit.runId)).items).to.have.length(2);
    for (const runId of [unit.runId, unit.other])
      expect((await world.store.testRuns.getById(runId))?.status).to.equal('running');
    expect(await world.spool.deadLetters.list()).to.deep.equal([]);
  });

  it('When the store has the scenario that was not known here, Then that one stays, and the rest is stored', async () => {
    const world = await worlds.open();
    await world.store.scenarios.create(fixtures.scenario({ scenarioId: 'imported', name: 'Of before' }));
    world.cutStore();
    const { other } = await record(world);

    await world.drain();

    expect((await world.store.scenarios.getById('imported'))?.name).to.equal('Of before');
    expect((await world.store.testRuns.getById(other))?.scenarioId).to.equal('imported');
  });

  it('When the store refuses one of its writes, Then nothing of it is stored, and it is one dead letter', async () => {
    const world = await worlds.open();
    world.cutStore();
    const { other } = await record(world, 'nowhere');

    await world.drain();

    expect(await world.store.testRuns.getById(other)).to.equal(null);
    expect(await world.store.scenarios.getById('imported')).to.equal(null);
    expect(await world.spool.deadLetters.list()).to.have.length(1);
    await world.store.scenarios.create(fixtures.scenario({ scenarioId: 'nowhere' }));
    await world.spooled.retry((await world.spool.deadLetters.list())[0]!);
    await world.drain();
    expect((await world.store.testRuns.getById(other))?.runId).to.equal(other);
  });

  it('When a write of it was refused, or its work throws, Then nothing is accepted, and its repositories are CLOSED', async () => {
    const world = await worlds.open();
    world.cutStore();
    let kept: TestRunsRepository | undefined;
    const refused = world.ports.unitOfWork.run(async ({ testRuns }) => {
      kept = testRuns;
      await testRuns.create({ scenarioId: SCENARIO });
      const { runId } = await testRuns.create({ scenarioId: SCENARIO });
      await testRuns.completeRun(runId, 'passed');
      await testRuns.startRun(runId).catch(() => undefined);
    });
    await expectRefusal(refused, 'ILLEGAL_TRANSITION');
    await expectRefusal(kept!.create({ scenarioId: SCENARIO }), 'CLOSED');
    const thrown = new Error('given up');
    const [given] = await Promise.allSettled([
      world.ports.unitOfWork.run(async ({ testRuns }) => {
        await testRuns.create({ scenarioId: SCENARIO });
        throw thrown;
      }),
    ]);
    expect(given).to.include({ status: 'rejected', reason: thrown });
    expect(world.spool.last).to.equal(0);
  });
});
