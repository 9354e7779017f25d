import { expect } from 'chai';
import type { Repositories } from '@test-coordinator/ports';

import { inWorld, type ContractGroup, type ContractTest } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { expectRefusal, race } from '../outcome.js';
import { readEverything } from '../port-calls.js';
import { snapshot } from '../snapshot.js';
import type { Trial } from '../trial.js';
import { Latch } from '../latch.js';

const { id } = fixtures;

/** A scenario with a run, before any unit. */
async function stored({ ports }: Trial): Promise<void> {
  await ports.scenarios.create(fixtures.scenario());
  await ports.testRuns.create(fixtures.testRun());
  await ports.chaosEvents.create(fixtures.chaosEvent({ status: 'injected' }));
}

/** One write through each repository. */
async function writeAll({ scenarios, testRuns, chaosEvents, testResults }: Repositories): Promise<void> {
  await scenarios.create(fixtures.scenario({ scenarioId: 'in-unit' }));
  await testRuns.startRun(id(1));
  await testRuns.create(fixtures.testRun({ runId: id(2), scenarioId: 'in-unit' }));
  await chaosEvents.recordRecovery(id(1));
  await testResults.bulkCreate([
    fixtures.testResult(),
    fixtures.testResult({ resultId: id(2), runId: id(2) }),
  ]);
  await testResults.importAll([fixtures.testResult({ resultId: id(3), runId: id(2) })]);
}

/** Holds that `act` rejects with `reason` and that nothing was stored. */
async function expectNothingStored(
  trial: Trial,
  act: () => Promise<unknown>,
  reason: unknown,
): Promise<void> {
  const before = snapshot(await readEverything(trial.world.ports));
  const [settled] = await Promise.allSettled([act()]);
  expect(settled).to.deep.equal({ status: 'rejected', reason });
  expect(snapshot(await readEverything(trial.world.ports))).to.deep.equal(before);
}

const committing: ContractGroup = {
  subject: 'unitOfWork',
  concern: 'commit and rollback',
  title: 'Given several writes in one unit',
  tests: [
    inWorld('When the work resolves, Then all are stored, and its value is the answer', async (trial) => {
      await stored(trial);
      const { unitOfWork, scenarios, testRuns, chaosEvents, testResults } = trial.ports;
      const value = { done: true };
      const answer = await unitOfWork.run(async (repositories) => {
        await writeAll(repositories);
        return value;
      });
      expect(answer).to.equal(value);
      expect(await scenarios.getById('in-unit')).to.include({ version: 1 });
      expect(await testRuns.getById(id(1))).to.include({ status: 'running', version: 2 });
      expect(await testRuns.getById(id(2))).to.include({ scenarioId: 'in-unit' });
      expect(await chaosEvents.getById(id(1))).to.include({ status: 'recovered' });
      expect((await testResults.find({})).items).to.have.length(3);
    }),
    inWorld('When the work throws, Then nothing is stored and its error comes out', async (trial) => {
      await stored(trial);
      const reason = new Error('the caller changed its mind');
      const act = () =>
        trial.ports.unitOfWork.run(async (repositories) => {
          await writeAll(repositories);
          throw reason;
        });
      await expectNothingStored(trial, act, reason);
    }),
    inWorld(
      'When a write was refused and the work caught that, Then nothing is stored all the same',
      async (trial) => {
        await stored(trial);
        const before = snapshot(await readEverything(trial.world.ports));
        const call = trial.ports.unitOfWork.run(async (repositories) => {
          await writeAll(repositories);
          await expectRefusal(
            repositories.scenarios.create(fixtures.scenario({ name: 'Other' })),
            'ALREADY_EXISTS',
          );
          await expectRefusal(repositories.testRuns.startRun(id(99)), 'NOT_FOUND');
          return 'went on';
        });
        await expectRefusal(call, 'ALREADY_EXISTS', { id: 'restart-engine' });
        expect(snapshot(await readEverything(trial.world.ports))).to.deep.equal(before);
      },
    ),
    inWorld(
      'When a write was refused and the work throws another error, Then the first refusal comes out',
      async (trial) => {
        await stored(trial);
        const call = trial.ports.unitOfWork.run(async ({ testRuns }) => {
          await expectRefusal(testRuns.startRun(id(99)), 'NOT_FOUND');
          throw new Error('later');
        });
        await expectRefusal(call, 'NOT_FOUND', { id: id(99) });
      },
    ),
    inWorld('When a read finds nothing or is refused, Then the unit goes on', async (trial) => {
      await stored(trial);
      await trial.ports.unitOfWork.run(async ({ scenarios }) => {
        expect(await scenarios.getById('unheard-of')).to.equal(null);
        await expectRefusal(scenarios.getById('no id'), 'INVALID_ARGUMENT');
        expect(await scenarios.delete('unheard-of')).to.equal(false);
        await scenarios.create(fixtures.scenario({ scenarioId: 'in-unit' }));
      });
      expect(await trial.ports.scenarios.getById('in-unit')).to.include({ scenarioId: 'in-unit' });
    }),
    inWorld('When a unit removes, Then that is committed and rolled back with the rest', async (trial) => {
      await stored(trial);
      const { unitOfWork, testRuns, chaosEvents, scenarios } = trial.ports;
      const reason = new Error('no');
      const remove = async (repositories: Repositories): Promise<void> => {
        await repositories.testRuns.delete(id(1));
        await repositories.scenarios.delete('restart-engine');
      };
      const act = () =>
        unitOfWork.run(async (repositories) => {
          await remove(repositories);
          throw reason;
        });
      await expectNothingStored(trial, act, reason);
      await unitOfWork.run(remove);
      expect(await testRuns.getById(id(1))).to.equal(null);
      expect(await chaosEvents.getById(id(1))).to.equal(null);
      expect(await scenarios.getById('restart-engine')).to.equal(null);
    }),
    inWorld('When the work writes nothing, Then its value is the answer', async ({ ports }) => {
      expect(await ports.unitOfWork.run(() => Promise.resolve(7))).to.equal(7);
      expect(
        await ports.unitOfWork.run(async ({ scenarios }) => (await scenarios.listAll()).items),
      ).to.deep.equal([]);
    }),
    inWorld('When the work settled, Then its repositories are CLOSED', async (trial) => {
      await stored(trial);
      const leaked: Repositories[] = [];
      await trial.ports.unitOfWork.run(async (repositories) => void leaked.push(repositories));
      await race([
        trial.ports.unitOfWork.run((repositories) => {
          leaked.push(repositories);
          return Promise.reject(new Error('no'));
        }),
      ]).catch(() => undefined);
      expect(leaked).to.have.length(2);
      for (const { scenarios, testRuns } of leaked) {
        await expectRefusal(scenarios.getById('restart-engine'), 'CLOSED');
        await expectRefusal(testRuns.startRun(id(1)), 'CLOSED');
      }
      expect(await trial.ports.testRuns.getById(id(1))).to.include({ status: 'pending' });
    }),
  ],
};

/** What a unit must see of its own writes, by every way of reading. */
const ownWrites: readonly ContractTest[] = [
  inWorld('When it reads what it wrote, Then every read has it', async (trial) => {
    await stored(trial);
    await trial.ports.unitOfWork.run(async (repositories) => {
      const { scenarios, testRuns, chaosEvents, testResults } = repositories;
      await writeAll(repositories);
      expect(await scenarios.getById('in-unit')).to.include({ version: 1 });
      expect((await scenarios.listAll()).items).to.have.length(2);
      expect((await scenarios.find({ text: 'restart' }, { limit: 1 })).nextCursor).to.be.a('string');
      expect((await testRuns.getByStatus('running')).items.map(({ runId }) => runId)).to.deep.equal([id(1)]);
      expect((await testRuns.getByStatus('pending')).items.map(({ runId }) => runId)).to.deep.equal([id(2)]);
      expect((await testRuns.find({ scenarioId: 'in-unit' })).items).to.have.length(1);
      expect((await chaosEvents.getActiveEvents()).items).to.deep.equal([]);
      expect((await chaosEvents.calculateAverageRecoveryTime()).count).to.equal(1);
      expect((await testResults.getByRun(id(2))).items).to.have.length(2);
      expect(await testResults.countByStatus()).to.deep.include({ failed: 3 });
      expect((await testRuns.calculatePassRate()).excluded).to.deep.include({ running: 1, pending: 1 });
      await testRuns.completeRun(id(1), 'passed');
      expect((await testRuns.calculatePassRate()).rate).to.equal(1);
      await testRuns.delete(id(2));
      expect((await testResults.find({})).items).to.have.length(1);
      expect((await testRuns.getRecentRuns()).items).to.have.length(1);
      expect(await scenarios.delete('in-unit')).to.equal(true);
      expect((await scenarios.listAll()).items).to.have.length(1);
    });
  }),
  inWorld('When it pages through old and new records, Then they come in one order', async (trial) => {
    const { testRuns, scenarios, unitOfWork } = trial.ports;
    await scenarios.create(fixtures.scenario());
    for (const n of [2, 4, 6]) await testRuns.create(fixtures.testRun({ runId: id(n) }));
    await unitOfWork.run(async (repositories) => {
      for (const n of [7, 3, 1]) await repositories.testRuns.create(fixtures.testRun({ runId: id(n) }));
      await repositories.testRuns.delete(id(4));
      const first = await repositories.testRuns.getRecentRuns({ limit: 2 });
      const rest = await repositories.testRuns.getRecentRuns({ limit: 3, cursor: first.nextCursor! });
      const ids = [...first.items, ...rest.items].map(({ runId }) => runId);
      expect(ids).to.deep.equal([7, 6, 3, 2, 1].map(id));
      expect(rest.nextCursor).to.equal(null);
    });
  }),
  inWorld('When others read meanwhile, Then they see none of it until it is committed', async (trial) => {
    await stored(trial);
    const before = snapshot(await readEverything(trial.world.ports));
    const written = new Latch();
    const seen = new Latch();
    const unit = trial.ports.unitOfWork.run(async (repositories) => {
      await writeAll(repositories);
      written.open();
      await seen.opened;
    });
    await written.opened;
    for (const ports of await trial.clients()) {
      expect(snapshot(await readEverything(ports))).to.deep.equal(before);
      expect(await ports.testResults.countByStatus()).to.deep.include({ failed: 0 });
      expect(await ports.testRuns.find({ scenarioId: 'in-unit' })).to.deep.equal({
        items: [],
        nextCursor: null,
      });
    }
    seen.open();
    await unit;
    for (const ports of await trial.clients()) {
      expect(await ports.testResults.countByStatus()).to.deep.include({ failed: 3 });
    }
  }),
];

const isolation: ContractGroup = {
  subject: 'unitOfWork',
  concern: 'isolation',
  title: 'Given a unit that is not committed yet',
  tests: ownWrites,
};

const conflicts: ContractGroup = {
  subject: 'unitOfWork',
  concern: 'conflicts',
  title: 'Given units that meet others',
  tests: [
    inWorld(
      'When somebody else changed what the unit wrote, Then it is VERSION_CONFLICT and nothing of it is stored',
      async (trial) => {
        await stored(trial);
        const wrote = new Latch();
        const changed = new Latch();
        const unit = trial.ports.unitOfWork.run(async ({ scenarios, testRuns }) => {
          await testRuns.getById(id(1));
          wrote.open();
          await changed.opened;
          await scenarios.create(fixtures.scenario({ scenarioId: 'in-unit' }));
          await testRuns.update(id(1), 1, { pinned: true });
        });
        await wrote.opened;
        const clients = await trial.clients();
        await clients.at(-1)!.testRuns.update(id(1), 1, { testEnvironment: 'theirs' });
        changed.open();
        await expectRefusal(unit, 'VERSION_CONFLICT');
        expect(await trial.ports.scenarios.getById('in-unit')).to.equal(null);
        expect(await trial.ports.testRuns.getById(id(1))).to.include({
          testEnvironment: 'theirs',
          pinned: false,
          version: 2,
        });
      },
    ),
    inWorld(
      'When two units change one record, Then one wins, and the other is VERSION_CONFLICT',
      async (trial) => {
        await stored(trial);
        const read = [new Latch(), new Latch()] as const;
        const unit = (me: 0 | 1) =>
          trial.ports.unitOfWork.run(async ({ scenarios }) => {
            const scenario = await scenarios.getById('restart-engine');
            read[me].open();
            await read[1 - me]!.opened;
            return scenarios.update('restart-engine', scenario!.version, { name: `unit ${me}` });
          });
        const { answers, refusals } = await race([unit(0), unit(1)]);
        expect(answers).to.have.length(1);
        expect(refusals.map(({ code }) => code)).to.deep.equal(['VERSION_CONFLICT']);
        expect(await trial.ports.scenarios.getById('restart-engine')).to.include({
          name: answers[0]!.name,
          version: 2,
        });
      },
    ),
    inWorld(
      'When two units change two records in opposite order, Then both settle, and no change is torn',
      async (trial) => {
        await stored(trial);
        await trial.ports.scenarios.create(fixtures.scenario({ scenarioId: 'second' }));
        const wrote = [new Latch(), new Latch()] as const;
        const unit = (me: 0 | 1, order: readonly string[]) =>
          trial.ports.unitOfWork.run(async ({ scenarios }) => {
            await scenarios.update(order[0]!, 1, { name: `unit ${me}` });
            wrote[me].open();
            await wrote[1 - me]!.opened;
            await scenarios.update(order[1]!, 1, { name: `unit ${me}` });
          });
        const { answers, refusals } = await race([
          unit(0, ['restart-engine', 'second']),
          unit(1, ['second', 'restart-engine']),
        ]);
        expect(answers.length, 'winners').to.be.at.most(1);
        expect(new Set(refusals.map(({ code }) => code))).to.deep.equal(new Set(['VERSION_CONFLICT']));
        const names = (await trial.ports.scenarios.listAll()).items.map(({ name }) => name);
        expect(new Set(names).size, `one unit's names, or the old ones: ${names.join(', ')}`).to.equal(1);
      },
    ),
    inWorld('When units change different records side by side, Then all are committed', async (trial) => {
      await stored(trial);
      const units = Array.from({ length: 10 }, (_, n) =>
        trial.ports.unitOfWork.run(async ({ scenarios, testRuns }) => {
          await scenarios.create(fixtures.scenario({ scenarioId: `s${n}` }));
          await testRuns.create(fixtures.testRun({ runId: id(n + 10), scenarioId: `s${n}` }));
        }),
      );
      await Promise.all(units);
      expect((await trial.ports.scenarios.listAll()).items).to.have.length(11);
      expect((await trial.ports.testRuns.getRecentRuns()).items).to.have.length(11);
    }),
    inWorld('When a unit fails, Then the next one works', async (trial) => {
      await stored(trial);
      const { unitOfWork, scenarios } = trial.ports;
      for (let round = 0; round < 20; round += 1) {
        const reason = new Error(`round ${round}`);
        const failing = () => unitOfWork.run(() => Promise.reject(reason));
        await expectNothingStored(trial, failing, reason);
      }
      await unitOfWork.run(({ scenarios: inUnit }) =>
        inUnit.create(fixtures.scenario({ scenarioId: 'in-unit' })),
      );
      expect(await scenarios.getById('in-unit')).to.include({ version: 1 });
    }),
  ],
};

export const unitOfWorkGroups: readonly ContractGroup[] = [committing, isolation, conflicts];
