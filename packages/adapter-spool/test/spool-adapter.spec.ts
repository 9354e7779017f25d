import {
  ReplayClock,
  SpoolAdapter,
  StoreBehindSpool,
  isSpooled,
  viewSpools,
  type RecordPorts,
  type SpoolAdapterSettings,
} from '@test-coordinator/adapter-spool';
import { SequentialIds, fixtures, referenceHarness, type World } from '@test-coordinator/contract-tests';
import { systemClock, type DataAdapterError, type TestResultsRepository } from '@test-coordinator/ports';
import { expect } from 'chai';

import { SpoolFolders, expectRefusal } from './spool-folders.js';
import { RECORD_PORT_NAMES } from './spooled-worlds.js';

const folders = new SpoolFolders();
const worlds: World[] = [];
const adapters: SpoolAdapter[] = [];
afterEach(async () => {
  for (const adapter of adapters.splice(0)) await adapter.stop();
  for (const world of worlds.splice(0)) await world.close();
  await folders.removeAll();
});

interface Staged {
  readonly world: World;
  readonly adapter: SpoolAdapter;
}

/** A store and its spool on real files, not started. */
async function staged(
  settings: Partial<SpoolAdapterSettings> = {},
  decorate: (ports: RecordPorts) => RecordPorts = (ports) => ports,
): Promise<Staged> {
  const clock = new ReplayClock(systemClock);
  const ids = new SequentialIds();
  const world = await referenceHarness({ ports: RECORD_PORT_NAMES }).openWorld({ clock, ids });
  worlds.push(world);
  await world.lifecycle.start();
  const store = {
    ports: decorate(world.ports as RecordPorts),
    checkHealth: () => world.lifecycle.checkHealth(),
  };
  const folder = settings.folder ?? (await folders.newFolder());
  const breaker = { firstWaitMs: 10, longestWaitMs: 10, failuresInARow: 1 };
  const adapter = new SpoolAdapter({
    settings: { folder, breaker, stopDrainMs: 50, ...settings },
    store,
    clock,
    ids,
  });
  adapters.push(adapter);
  return { world, adapter };
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error('not in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const isDrained = async (adapter: SpoolAdapter): Promise<boolean> =>
  (await adapter.status()).waitingRecords === 0 && !adapter.isStoreAway;

describe('Given the life of a spool', () => {
  it('When it has not started, or has stopped, Then it is CLOSED, and its health says so', async () => {
    const { adapter } = await staged();
    await expectRefusal(adapter.ports.testRuns.getRecentRuns(), 'CLOSED');
    await expectRefusal(
      adapter.ports.unitOfWork.run(() => Promise.resolve()),
      'CLOSED',
    );
    expect(await adapter.checkHealth()).to.include({ name: 'spool', status: 'down' });
    await adapter.start();
    expect(await adapter.checkHealth()).to.include({ status: 'up', detail: 'nothing waits' });
    const { ports } = adapter;
    await adapter.stop();
    await expectRefusal(adapter.start(), 'CLOSED');
    await expectRefusal(ports.testRuns.getRecentRuns(), 'CLOSED');
  });

  it('When the store goes away and comes back, Then health is degraded and up again, and the store is not asked meanwhile', async () => {
    const { world, adapter } = await staged();
    await adapter.start();
    let asked = 0;
    const watched = Object.assign(Object.create(world.lifecycle) as typeof world.lifecycle, {
      checkHealth: () => {
        asked += 1;
        return world.lifecycle.checkHealth();
      },
    });
    const store = new StoreBehindSpool('reference', watched, adapter);
    await adapter.ports.scenarios.create(fixtures.scenario());
    const heal = await world.interrupt!('reset');
    const run = await adapter.ports.testRuns.create(fixtures.testRun());
    expect(isSpooled(run)).to.equal(true);

    expect(await adapter.checkHealth()).to.include({ status: 'degraded', detail: '1 records wait' });
    expect(await store.checkHealth()).to.include({ name: 'reference', status: 'down' });
    expect([asked, adapter.isStoreAway, adapter.isDegraded]).to.deep.equal([0, true, true]);
    await heal();
    await until(() => isDrained(adapter));

    expect(await adapter.checkHealth()).to.include({ status: 'up' });
    await store.checkHealth();
    expect([asked, adapter.isDegraded]).to.deep.equal([1, false]);
  });

  it('When the spool is full and the store away, Then nothing can be recorded, and health is down', async () => {
    const settings = { segmentBytes: 8_192, maxBytes: 16_384, reserveBytes: 0 };
    const { world, adapter } = await staged(settings);
    await adapter.start();
    const heal = await world.interrupt!('reset');
    let codes: readonly string[] = [];
    while (!codes.includes('CAPACITY')) {
      const id = `s-${crypto.randomUUID()}`;
      const code = await adapter.ports.scenarios.create(fixtures.scenario({ scenarioId: id })).then(
        () => 'accepted',
        (error: unknown) => (error as DataAdapterError).code,
      );
      codes = [...codes, code];
    }
    expect(codes[0]).to.equal('accepted');
    expect(await adapter.checkHealth()).to.include({ status: 'down' });
    await heal();
  });

  it('When a store hangs, Then a write waits as long as the settings say, and a stop ends all the same', async () => {
    let isHanging = false;
    const never = new Promise<never>(() => undefined);
    const { adapter, world } = await staged({ patienceMs: 50 }, ({ testResults, ...others }) => {
      const hanging = Object.assign(Object.create(testResults) as TestResultsRepository, {
        create: (...args: Parameters<TestResultsRepository['create']>) =>
          isHanging ? never : testResults.create(...args),
        bulkCreate: (...args: Parameters<TestResultsRepository['bulkCreate']>) =>
          isHanging ? never : testResults.bulkCreate(...args),
      });
      return { ...others, testResults: hanging };
    });
    await adapter.start();
    await adapter.ports.scenarios.create(fixtures.scenario());
    await adapter.ports.testRuns.create(fixtures.testRun());
    isHanging = true;
    const begun = performance.now();

    const result = await adapter.ports.testResults.create(fixtures.testResult());

    expect([isSpooled(result), performance.now() - begun > 45]).to.deep.equal([true, true]);
    const stopping = performance.now();
    await adapter.stop();
    expect(performance.now() - stopping).to.be.lessThan(8_000);
    expect(await (world.ports as RecordPorts).testResults.getById(result.resultId)).to.equal(null);
  });

  it('When a dead letter is put among the retries, Then it is taken from there and stored', async () => {
    const folder = await folders.newFolder();
    const { world, adapter } = await staged({ folder });
    await adapter.start();
    const heal = await world.interrupt!('reset');
    const run = await adapter.ports.testRuns.create(fixtures.testRun());
    await heal();
    await until(async () => (await adapter.status()).deadLetters === 1);
    await adapter.ports.scenarios.create(fixtures.scenario());
    const [view] = await viewSpools(folder);
    const [name] = await view!.deadLetters.list();

    await view!.deadLetters.moveTo(name!, view!.retries);

    await until(async () => (await (world.ports as RecordPorts).testRuns.getById(run.runId)) !== null);
    expect((await adapter.status()).deadLetters).to.equal(0);
  });
});
