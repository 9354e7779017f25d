import { expect } from 'chai';

import { inWorld, type ContractGroup } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { expectRefusal } from '../outcome.js';
import { snapshot } from '../snapshot.js';
import type { Trial } from '../trial.js';

const { id } = fixtures;

/** Two scenarios with a run each, and an event and a result for each run. */
async function stored({ ports }: Trial): Promise<void> {
  for (const n of [1, 2]) {
    const scenarioId = `s${n}`;
    await ports.scenarios.create(fixtures.scenario({ scenarioId }));
    await ports.testRuns.create(fixtures.testRun({ runId: id(n), scenarioId, externalId: `ext/${n}` }));
    await ports.chaosEvents?.create(fixtures.chaosEvent({ eventId: id(n), runId: id(n) }));
    await ports.testResults?.create(fixtures.testResult({ resultId: id(n), runId: id(n) }));
  }
}

const scenarioReferences: ContractGroup = {
  subject: 'scenarios',
  concern: 'removal',
  title: 'Given a scenario that is to be removed',
  tests: [
    inWorld('When nothing needs it, Then it is gone, and only it', async ({ ports }) => {
      for (const scenarioId of ['a', 'A', 'b'])
        await ports.scenarios.create(fixtures.scenario({ scenarioId }));
      expect(await ports.scenarios.delete('a')).to.equal(true);
      expect(await ports.scenarios.getById('a')).to.equal(null);
      expect(await ports.scenarios.getById('A')).to.include({ scenarioId: 'A' });
      expect((await ports.scenarios.listAll()).items).to.have.length(2);
    }),
    inWorld('When it is not there, Then the answer is false', async ({ ports }) => {
      expect(await ports.scenarios.delete('a')).to.equal(false);
      await ports.scenarios.create(fixtures.scenario({ scenarioId: 'a' }));
      await ports.scenarios.delete('a');
      expect(await ports.scenarios.delete('a')).to.equal(false);
    }),
    inWorld('When it is no id, Then it is INVALID_ARGUMENT', async ({ ports }) => {
      await expectRefusal(ports.scenarios.delete('a b'), 'INVALID_ARGUMENT', { path: 'scenarioId' });
    }),
    inWorld('When others name it in dependsOn, Then it goes, and they keep the name', async ({ ports }) => {
      await ports.scenarios.create(fixtures.scenario({ scenarioId: 'a' }));
      await ports.scenarios.create(fixtures.scenario({ scenarioId: 'b', dependsOn: ['a', 'never-there'] }));
      expect(await ports.scenarios.delete('a')).to.equal(true);
      expect((await ports.scenarios.getById('b'))?.dependsOn).to.deep.equal(['a', 'never-there']);
    }),
    inWorld('When it was removed, Then the same id may be created with other content', async ({ ports }) => {
      await ports.scenarios.create(fixtures.scenario());
      await ports.scenarios.delete('restart-engine');
      const again = await ports.scenarios.create(fixtures.scenario({ name: 'Another one' }));
      expect(again).to.include({ name: 'Another one', version: 1 });
    }),
    inWorld('When ids differ by case alone, Then they are different scenarios', async ({ ports }) => {
      await ports.scenarios.create(fixtures.scenario({ scenarioId: 'Case', name: 'upper' }));
      await ports.scenarios.create(fixtures.scenario({ scenarioId: 'case', name: 'lower' }));
      expect((await ports.scenarios.getById('Case'))?.name).to.equal('upper');
      expect((await ports.scenarios.getById('case'))?.name).to.equal('lower');
      expect(await ports.scenarios.getById('CASE')).to.equal(null);
    }),
  ],
};

const runReferences: ContractGroup = {
  subject: 'testRuns',
  concern: 'references',
  title: 'Given runs and what belongs to them',
  tests: [
    inWorld(
      'When a run names an unknown scenario, Then it is REFERENCE_VIOLATION and none is stored',
      async (trial) => {
        const { testRuns } = trial.ports;
        await stored(trial);
        for (const scenarioId of ['unheard-of', 'S1']) {
          await expectRefusal(
            testRuns.create(fixtures.testRun({ runId: id(9), scenarioId })),
            'REFERENCE_VIOLATION',
          );
        }
        expect(await testRuns.getById(id(9))).to.equal(null);
      },
    ),
    inWorld(
      'When its scenario is to be removed, Then that is IN_USE until the run is gone',
      async (trial) => {
        const { scenarios, testRuns } = trial.ports;
        await stored(trial);
        await expectRefusal(scenarios.delete('s1'), 'IN_USE', { id: 's1' });
        expect(await scenarios.getById('s1')).to.include({ scenarioId: 's1' });
        expect(await testRuns.getById(id(1))).to.include({ scenarioId: 's1' });
        await testRuns.delete(id(1));
        expect(await scenarios.delete('s1')).to.equal(true);
      },
    ),
    inWorld('When a run is removed, Then its events and results go with it, and no others', async (trial) => {
      const { testRuns, chaosEvents, testResults } = trial.ports;
      await stored(trial);
      expect(await testRuns.delete(id(1))).to.equal(true);
      expect(await testRuns.delete(id(1))).to.equal(false);
      expect(await testRuns.getById(id(1))).to.equal(null);
      expect((await testRuns.getByScenario('s1')).items).to.deep.equal([]);
      expect((await testRuns.getRecentRuns()).items.map(({ runId }) => runId)).to.deep.equal([id(2)]);
      if (chaosEvents !== undefined) {
        expect(await chaosEvents.getById(id(1))).to.equal(null);
        expect((await chaosEvents.find({})).items.map(({ eventId }) => eventId)).to.deep.equal([id(2)]);
        expect((await chaosEvents.calculateAverageRecoveryTime()).pending).to.equal(1);
      }
      if (testResults !== undefined) {
        expect(await testResults.getById(id(1))).to.equal(null);
        expect((await testResults.find({})).items.map(({ resultId }) => resultId)).to.deep.equal([id(2)]);
        expect((await testResults.countByStatus()).failed).to.equal(1);
      }
    }),
    inWorld(
      'When what is removed is no id or not there, Then it is INVALID_ARGUMENT or false',
      async ({ ports }) => {
        await expectRefusal(ports.testRuns.delete('run-1'), 'INVALID_ARGUMENT', { path: 'runId' });
        expect(await ports.testRuns.delete(id(1))).to.equal(false);
      },
    ),
    inWorld(
      'When another run has the external id, Then create is ALREADY_EXISTS and names the field',
      async (trial) => {
        const { testRuns } = trial.ports;
        await stored(trial);
        const taken = testRuns.create(
          fixtures.testRun({ runId: id(9), scenarioId: 's1', externalId: 'ext/2' }),
        );
        const { details } = await expectRefusal(taken, 'ALREADY_EXISTS');
        expect(details).to.deep.include({ field: 'externalId' });
        expect(await testRuns.getById(id(9))).to.equal(null);
      },
    ),
    inWorld(
      'When another run has the external id, Then update is ALREADY_EXISTS and nothing changes',
      async (trial) => {
        const { testRuns } = trial.ports;
        await stored(trial);
        const before = snapshot(await testRuns.getById(id(1)));
        const { details } = await expectRefusal(
          testRuns.update(id(1), 1, { externalId: 'ext/2' }),
          'ALREADY_EXISTS',
        );
        expect(details).to.deep.include({ field: 'externalId' });
        expect(snapshot(await testRuns.getById(id(1)))).to.deep.equal(before);
      },
    ),
    inWorld('When an external id was given up, Then another run may take it', async (trial) => {
      const { testRuns } = trial.ports;
      await stored(trial);
      await testRuns.update(id(1), 1, { externalId: null });
      expect(await testRuns.update(id(2), 1, { externalId: 'ext/1' })).to.include({ externalId: 'ext/1' });
      await testRuns.delete(id(2));
      expect(await testRuns.update(id(1), 2, { externalId: 'ext/1' })).to.include({ externalId: 'ext/1' });
      expect((await testRuns.find({ externalId: 'ext/2' })).items).to.deep.equal([]);
    }),
    inWorld('When an update repeats its own external id, Then it is no conflict', async (trial) => {
      await stored(trial);
      expect(await trial.ports.testRuns.update(id(1), 1, { externalId: 'ext/1' })).to.include({ version: 2 });
    }),
  ],
};

const eventReferences: ContractGroup = {
  subject: 'chaosEvents',
  concern: 'references',
  title: 'Given an event of an unknown run',
  tests: [
    inWorld('When it is recorded, Then it is REFERENCE_VIOLATION and none is stored', async (trial) => {
      await stored(trial);
      const { chaosEvents } = trial.ports;
      const event = fixtures.chaosEvent({ eventId: id(9), runId: id(99) });
      await expectRefusal(chaosEvents.create(event), 'REFERENCE_VIOLATION');
      expect(await chaosEvents.getById(id(9))).to.equal(null);
    }),
  ],
};

const resultReferences: ContractGroup = {
  subject: 'testResults',
  concern: 'references',
  title: 'Given a result of an unknown run',
  tests: [
    inWorld('When it is recorded, Then it is REFERENCE_VIOLATION and none is stored', async (trial) => {
      await stored(trial);
      const { testResults } = trial.ports;
      const result = fixtures.testResult({ resultId: id(9), runId: id(99) });
      await expectRefusal(testResults.create(result), 'REFERENCE_VIOLATION');
      expect(await testResults.getById(id(9))).to.equal(null);
    }),
    inWorld('When its run was removed, Then it is REFERENCE_VIOLATION', async (trial) => {
      await stored(trial);
      const { testRuns, testResults } = trial.ports;
      await testRuns.delete(id(1));
      await expectRefusal(testResults.create(fixtures.testResult()), 'REFERENCE_VIOLATION');
    }),
  ],
};

/** What records need of each other, and what removing one does to the others. */
export const referenceGroups: readonly ContractGroup[] = [
  scenarioReferences,
  runReferences,
  eventReferences,
  resultReferences,
];
