import { isDegraded, isSpooled } from '@test-coordinator/adapter-spool';
import { fixtures } from '@test-coordinator/contract-tests';
import { DataAdapterError } from '@test-coordinator/ports';
import { expect } from 'chai';

import { RecordingWorlds, SCENARIO, acceptedRun, result } from './recording-worlds.js';
import { expectRefusal } from './spool-folders.js';

const worlds = new RecordingWorlds();
afterEach(() => worlds.closeAll());

describe('Given a store that is away', () => {
  it('When a run is recorded from its start to its end, Then all is accepted, readable at once, and stored with its own times once the store is back', async () => {
    const world = await worlds.open();
    const { testRuns, chaosEvents, testResults } = world.ports;
    world.cutStore();

    const run = await testRuns.create({ scenarioId: SCENARIO, externalId: 'build 7' });
    await testRuns.startRun(run.runId);
    world.clock.advance(1_000);
    const event = await chaosEvents.create(
      fixtures.chaosEvent({
        eventId: undefined,
        runId: run.runId,
        status: 'injected',
        injectedAt: world.clock.now(),
      }),
    );
    world.clock.advance(2_000);
    await chaosEvents.recordRecovery(event.eventId);
    const results = await testResults.bulkCreate([
      result(run.runId),
      result(run.runId, { status: 'failed' }),
    ]);
    const ended = await testRuns.completeRun(run.runId, 'failed', { exitCode: 3 });

    expect([run, event, results, ended].every((answer) => isSpooled(answer) && isDegraded(answer))).to.equal(
      true,
    );
    expect(ended).to.include({ status: 'failed', durationMs: 3_000, exitCode: 3 });
    const told = {
      run: await testRuns.getById(run.runId),
      events: await chaosEvents.getByRun(run.runId),
      results: await testResults.getByRun(run.runId),
    };
    expect(told.run).to.deep.equal(ended);
    expect(told.events.items).to.have.length(1);
    expect(told.results.items).to.deep.equal(results);
    expect(Object.values(told).every((answer) => isDegraded(answer!))).to.equal(true);
    expect(await world.store.testRuns.getById(run.runId).catch(() => 'away')).to.equal('away');

    world.clock.advance(3_600_000);
    await world.drain();

    expect(await world.store.testRuns.getById(run.runId)).to.deep.equal(told.run);
    expect(await world.store.chaosEvents.getByRun(run.runId)).to.deep.equal(told.events);
    expect(await world.store.testResults.getByRun(run.runId)).to.deep.equal(told.results);
    expect(await testRuns.calculatePassRate()).to.deep.include({ passed: 0, failed: 1 });
    const after = (await testRuns.getById(run.runId))!;
    expect([isDegraded(after), isSpooled(after)]).to.deep.equal([false, false]);
  });

  it('When a move is illegal from the newest known state, Then it is refused at once, and the same one again is a no-op', async () => {
    const world = await worlds.open();
    world.cutStore();
    const { runId } = await acceptedRun(world);
    await world.ports.testRuns.completeRun(runId, 'passed');
    const { last } = world.spool;

    await expectRefusal(world.ports.testRuns.completeRun(runId, 'failed'), 'ILLEGAL_TRANSITION');
    await expectRefusal(world.ports.testRuns.startRun(runId), 'ILLEGAL_TRANSITION');
    await world.ports.testRuns.completeRun(runId, 'passed');
    expect(world.spool.last).to.equal(last);
  });

  it('When fifty completions of one run come at once, Then exactly one wins', async () => {
    const world = await worlds.open();
    world.cutStore();
    const { runId } = await acceptedRun(world);

    const ends = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) =>
        world.ports.testRuns.completeRun(runId, 'failed', { exitCode: index + 1 }),
      ),
    );

    expect(ends.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    await world.drain();
    expect((await world.spooled.status()).deadLetters).to.equal(0);
  });

  it('When a state change carries an older fence than one that waits, Then it is STALE_FENCE', async () => {
    const world = await worlds.open();
    world.cutStore();
    const { runId } = await acceptedRun(world);
    await world.ports.testRuns.startRun(runId, { fence: 8 });

    await expectRefusal(world.ports.testRuns.completeRun(runId, 'passed', {}, { fence: 7 }), 'STALE_FENCE');
    await world.ports.testRuns.completeRun(runId, 'passed', {}, { fence: 8 });
  });

  it('When the same is created again, Then it is the same record, and with other content it is ALREADY_EXISTS', async () => {
    const world = await worlds.open();
    world.cutStore();
    const run = await acceptedRun(world);
    const given = { scenarioId: SCENARIO, runId: run.runId };

    expect(await world.ports.testRuns.create(given)).to.deep.equal(run);
    await expectRefusal(world.ports.testRuns.create({ ...given, externalId: 'other' }), 'ALREADY_EXISTS');
  });

  it('When what is not known here is asked for, Then the answer is UNAVAILABLE, and never null or an empty figure', async () => {
    const world = await worlds.open();
    world.cutStore();
    const unknown = (await acceptedRun(world)).runId.replace(/.{4}$/, 'ffff');
    const { scenarios, testRuns, chaosEvents, testResults, unitOfWork } = world.ports;

    await expectRefusal(testRuns.getById(unknown), 'UNAVAILABLE');
    await expectRefusal(testRuns.startRun(unknown), 'UNAVAILABLE');
    await expectRefusal(chaosEvents.updateStatus(unknown, 'injected'), 'UNAVAILABLE');
    await expectRefusal(testRuns.calculatePassRate(), 'UNAVAILABLE');
    await expectRefusal(testResults.countByStatus(), 'UNAVAILABLE');
    await expectRefusal(testResults.compareRuns({ baselineRunId: unknown, runId: unknown }), 'UNAVAILABLE');
    await expectRefusal(testResults.getAssertionHistories({ scenarioId: SCENARIO }), 'UNAVAILABLE');
    await expectRefusal(scenarios.updateStatus(SCENARIO, 'active'), 'UNAVAILABLE');
    await expectRefusal(testRuns.delete(unknown), 'UNAVAILABLE');
    await expectRefusal(
      unitOfWork.run(({ testRuns: runs }) => runs.update(unknown, 1, { pinned: true })),
      'UNAVAILABLE',
    );
    // A row that was seen before is told, as what it is.
    const seen = (await scenarios.getById(SCENARIO))!;
    expect([seen.scenarioId, isDegraded(seen)]).to.deep.equal([SCENARIO, true]);
  });

  it('When the process ends and another one starts with the store still away, Then it knows what waits, judges by it, and drains', async () => {
    const world = await worlds.open();
    world.cutStore();
    const { runId } = await acceptedRun(world, 3);
    await world.ports.testRuns.startRun(runId, { fence: 4 });

    await world.restart();

    expect((await world.ports.testRuns.getById(runId))!.status).to.equal('running');
    expect((await world.ports.testResults.getByRun(runId)).items).to.have.length(3);
    await expectRefusal(world.ports.testRuns.updateStatus(runId, 'passed', { fence: 3 }), 'STALE_FENCE');
    await world.ports.testRuns.completeRun(runId, 'passed');
    await world.drain();
    expect((await world.store.testRuns.getById(runId))!.status).to.equal('passed');
    expect((await world.store.testResults.getByRun(runId)).items).to.have.length(3);
  });
});

describe('Given records that wait for a store that is back', () => {
  it('When more of the same run come, Then they wait behind them, and those of another run go straight through', async () => {
    const world = await worlds.open();
    const other = await world.ports.testRuns.create({ scenarioId: SCENARIO });
    world.cutStore();
    const run = await acceptedRun(world, 1);

    await world.healStore();
    const behind = world.ports.testResults.create(result(run.runId));
    const straight = world.ports.testResults.create(result(other.runId));

    expect([isSpooled(await behind), isSpooled(await straight)]).to.deep.equal([true, false]);
    await world.drain();
    const stored = await world.store.testResults.getByRun(run.runId);
    expect(stored.items.at(-1)).to.deep.equal({ ...(await behind) });
    expect(isSpooled(await world.ports.testResults.create(result(run.runId)))).to.equal(false);
  });

  it('When lists are read before they are stored, Then pages hold both, in order, without a repeat', async () => {
    const world = await worlds.open();
    const stored: string[] = [];
    for (let count = 0; count < 5; count += 1)
      stored.push((await world.ports.testRuns.create({ scenarioId: SCENARIO })).runId);
    world.cutStore();
    const waiting = [(await acceptedRun(world)).runId, (await acceptedRun(world)).runId];
    await world.ports.testRuns.startRun(stored[1]!);
    world.holdDrain();
    await world.healStore();

    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await world.ports.testRuns.getRecentRuns({ limit: 2, cursor });
      seen.push(...page.items.map(({ runId }) => runId));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    const running = await world.ports.testRuns.getByStatus('running');
    const pending = await world.ports.testRuns.getByStatus('pending');

    expect(seen).to.deep.equal([...stored, ...waiting].toReversed());
    expect(running.items.map(({ runId }) => runId)).to.deep.equal([stored[1]]);
    expect(pending.items).to.have.length(6);
    await expectRefusal(world.ports.testRuns.delete(stored[1]!), 'UNAVAILABLE');
    world.releaseDrain();
  });
});

describe('Given records that the store refuses (B20)', () => {
  it('When they stand between good ones, Then the good ones are stored, and each bad one is kept with its reason', async () => {
    const world = await worlds.open();
    world.cutStore();
    const run = await acceptedRun(world);
    const nowhere = run.runId.replace(/.{4}$/, 'eeee');
    const batch = Array.from({ length: 100 }, (_, index) => result(index === 37 ? nowhere : run.runId));
    await world.ports.testResults.bulkCreate(batch);
    await world.ports.testRuns.create({ scenarioId: 'no-such-scenario' });
    await world.ports.testResults.create(result(run.runId));
    await world.drain();

    expect((await world.store.testResults.getByRun(run.runId, { limit: 1_000 })).items).to.have.length(100);
    const { deadLetters } = world.spool;
    const names = await deadLetters.list();
    expect(names).to.deep.equal(['0000000000000002-0037.json', '0000000000000003-0000.json']);
    for (const name of names)
      expect((await deadLetters.read(name)).reason.code).to.equal('REFERENCE_VIOLATION');
    expect((await world.spooled.status()).deadLetters).to.equal(2);
  });

  it('When the store has a fault with one of them alone, Then that one is kept too, and with all of them, Then all wait', async () => {
    const world = await worlds.open();
    world.cutStore();
    const run = await acceptedRun(world);
    await world.ports.testResults.bulkCreate([
      result(run.runId),
      result(run.runId, { name: 'poison' }),
      result(run.runId),
    ]);
    let isBroken = true;
    let tries = 0;
    world.beforeStoring((results) => {
      tries += 1;
      if (isBroken || results.some(({ name }) => name === 'poison'))
        throw new DataAdapterError('INTERNAL', 'the store cannot digest this');
    });

    await world.healStore();
    await world.until(() => tries >= 20);
    expect(await world.spool.deadLetters.list()).to.deep.equal([]);
    isBroken = false;
    await world.drain();

    expect((await world.store.testResults.getByRun(run.runId)).items).to.have.length(2);
    expect(await world.spool.deadLetters.list()).to.deep.equal(['0000000000000002-0001.json']);
  });

  it('When the reason is gone and one is retried, Then it is stored, and a discarded one never is', async () => {
    const world = await worlds.open();
    world.cutStore();
    const run = await world.ports.testRuns.create({ scenarioId: 'made-later' });
    await world.ports.testRuns.create({ scenarioId: 'made-never' });
    await world.drain();
    const [first, second] = await world.spool.deadLetters.list();
    await world.ports.scenarios.create(fixtures.scenario({ scenarioId: 'made-later' }));

    await world.spooled.retry(first!);
    await world.spool.deadLetters.discard(second!);
    await world.drain();

    expect((await world.store.testRuns.getById(run.runId))?.scenarioId).to.equal('made-later');
    expect(await world.spool.deadLetters.list()).to.deep.equal([]);
    await expectRefusal(world.spooled.retry(first!), 'NOT_FOUND');
  });
});

describe('Given a breaker before the store', () => {
  it('When the store stays away, Then writes are accepted, and one line is logged for the whole outage', async () => {
    const lines: string[] = [];
    const world = await worlds.open({ breaker: {}, onLog: (message) => lines.push(message) });
    world.cutStore();
    const run = await acceptedRun(world, 200);

    expect((await world.spooled.status()).isDegraded).to.equal(true);
    expect(lines.filter((line) => line.includes('the store is away'))).to.have.length(1);
    await world.drain();
    expect((await world.store.testResults.getByRun(run.runId, { limit: 1_000 })).items).to.have.length(200);
    expect(lines.filter((line) => line.includes('the store is back'))).to.have.length(1);
    expect((await world.spooled.status()).isDegraded).to.equal(false);
  });

  it('When the wall clock is set back while it is open, Then it asks again after its wait all the same (B31)', async () => {
    const world = await worlds.open({ breaker: {}, random: () => 0.9 });
    world.cutStore();
    for (let failures = 0; failures < 5; failures += 1) await acceptedRun(world);
    expect((await world.spooled.status()).breaker).to.equal('open');
    world.clock.advance(-3_600_000);
    await world.drain();
    expect((await world.store.testRuns.getByScenario(SCENARIO)).items).to.have.length(5);
  });
});

describe('Given a spool that takes nothing', () => {
  for (const code of ['UNKNOWN_OUTCOME', 'TIMEOUT'] as const) {
    it(`When the store may hold the records (${code}), Then the answer does not say that nothing was done`, async () => {
      const world = await worlds.open();
      const { runId } = await world.ports.testRuns.create({ scenarioId: SCENARIO });
      world.beforeStoring(() => {
        throw new DataAdapterError(code, 'no answer');
      });
      await world.spool.close();

      await expectRefusal(world.ports.testResults.bulkCreate([result(runId)]), 'UNKNOWN_OUTCOME');
    });
  }

  it('When the store was not reached, Then it is certain that nothing was done', async () => {
    const world = await worlds.open();
    const { runId } = await world.ports.testRuns.create({ scenarioId: SCENARIO });
    world.beforeStoring(() => {
      throw new DataAdapterError('UNAVAILABLE', 'not reached');
    });
    await world.spool.close();

    await expectRefusal(world.ports.testResults.bulkCreate([result(runId)]), 'CLOSED');
  });
});
