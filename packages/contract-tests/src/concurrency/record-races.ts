import { expect } from 'chai';
import type { Scenario } from '@test-coordinator/domain';

import type { Ports } from '../adapter-harness.js';
import { inWorld, type ContractGroup } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { expectOneWinner, race, type Race } from '../outcome.js';
import { recordKinds } from '../records/record-kinds.js';
import type { RecordKind } from '../records/record-kind.js';
import { snapshot } from '../snapshot.js';
import type { Trial } from '../trial.js';

const { id } = fixtures;
const AT_ONCE = 50;

/** Fifty calls side by side, dealt out to the clients of the data. */
export async function fiftyAtOnce<Value>(
  trial: Trial,
  call: (ports: Ports, n: number) => Promise<Value>,
): Promise<Race<Value>> {
  const clients = await trial.clients();
  return race(Array.from({ length: AT_ONCE }, (_, n) => call(clients[n % clients.length]!, n)));
}

function racesOf(kind: RecordKind): ContractGroup {
  const { subject, word, idField, change } = kind;
  const recordId = kind.full()[idField] as string;
  const updates = change === undefined ? [] : [change];
  return {
    subject,
    concern: 'races',
    title: `Given fifty calls at once for one ${word}`,
    tests: [
      inWorld(
        'When all create it with other content, Then one wins, and the others are ALREADY_EXISTS',
        async (trial) => {
          await kind.prepare(trial.ports);
          const outcome = await fiftyAtOnce(trial, (ports, n) =>
            kind.create(ports, kind.minimal({ [kind.textField]: `caller ${n}` })),
          );
          const winner = expectOneWinner(outcome, 'ALREADY_EXISTS');
          expect(snapshot((await kind.list(trial.ports)).items)).to.deep.equal([snapshot(winner)]);
        },
      ),
      inWorld('When all create it with the same content, Then all get the one record', async (trial) => {
        await kind.prepare(trial.ports);
        const { answers, refusals } = await fiftyAtOnce(trial, (ports) => kind.create(ports, kind.full()));
        expect(refusals).to.deep.equal([]);
        const [stored] = (await kind.list(trial.ports)).items;
        for (const answer of answers) expect(snapshot(answer)).to.deep.equal(snapshot(stored));
        expect((await kind.list(trial.ports)).items).to.have.length(1);
      }),
      ...updates.map(({ update, changes }) =>
        inWorld(
          'When all update the version they read, Then one wins, and the others are VERSION_CONFLICT',
          async (trial) => {
            await kind.prepare(trial.ports);
            await kind.create(trial.ports, kind.full());
            const outcome = await fiftyAtOnce(trial, (ports) => update(ports, recordId, 1, changes));
            const winner = expectOneWinner(outcome, 'VERSION_CONFLICT');
            expect(winner).to.include({ version: 2 });
            expect(snapshot(await kind.getById(trial.ports, recordId))).to.deep.equal(snapshot(winner));
          },
        ),
      ),
      ...updates.map(({ update }) =>
        inWorld('When all read, change and retry on conflict, Then no update is lost', async (trial) => {
          await kind.prepare(trial.ports);
          await kind.create(trial.ports, kind.full({ [kind.jsonField]: { count: 0 } }));
          const addOne = async (ports: Ports): Promise<void> => {
            for (;;) {
              const record = (await kind.getById(ports, recordId)) as Scenario &
                Record<string, { count: number }>;
              const next = { [kind.jsonField]: { count: record[kind.jsonField]!.count + 1 } };
              const { refusals } = await race([update(ports, recordId, record.version, next)]);
              if (refusals.length === 0) return;
              expect(refusals[0]!.code).to.equal('VERSION_CONFLICT');
            }
          };
          const clients = await trial.clients();
          await Promise.all(Array.from({ length: 12 }, (_, n) => addOne(clients[n % clients.length]!)));
          expect(await kind.getById(trial.ports, recordId)).to.deep.include({
            [kind.jsonField]: { count: 12 },
            version: 13,
          });
        }),
      ),
    ],
  };
}

async function storedRun({ ports }: Trial): Promise<void> {
  await ports.scenarios.create(fixtures.scenario());
  await ports.testRuns.create(fixtures.testRun({ status: 'running' }));
}

const FINAL = ['passed', 'failed', 'error', 'cancelled', 'timeout'] as const;

const runRaces: ContractGroup = {
  subject: 'testRuns',
  concern: 'completion races',
  title: 'Given fifty ends of one run at once',
  tests: [
    inWorld(
      'When each says another end, Then one wins, and the others are ILLEGAL_TRANSITION',
      async (trial) => {
        await storedRun(trial);
        const outcome = await fiftyAtOnce(trial, ({ testRuns }, n) =>
          testRuns.completeRun(id(1), FINAL[n % FINAL.length]!, { exitCode: n }),
        );
        const winner = expectOneWinner(outcome, 'ILLEGAL_TRANSITION');
        expect(snapshot(await trial.ports.testRuns.getById(id(1)))).to.deep.equal(snapshot(winner));
        expect(winner).to.include({ version: 2 });
      },
    ),
    inWorld('When all say the same end, Then all get the one ended run', async (trial) => {
      await storedRun(trial);
      const { answers, refusals } = await fiftyAtOnce(trial, ({ testRuns }) =>
        testRuns.recordCompletion(id(1), 3, 20),
      );
      expect(refusals).to.deep.equal([]);
      expect(new Set(answers.map(({ version }) => version))).to.deep.equal(new Set([2]));
    }),
    inWorld('When all remove it, Then one was there', async (trial) => {
      await storedRun(trial);
      const { answers } = await fiftyAtOnce(trial, ({ testRuns }) => testRuns.delete(id(1)));
      expect(answers.filter(Boolean)).to.have.length(1);
    }),
    inWorld('When fifty runs ask for one external id, Then one gets it', async (trial) => {
      await storedRun(trial);
      const outcome = await fiftyAtOnce(trial, ({ testRuns }, n) =>
        testRuns.create(fixtures.testRun({ runId: id(n + 10), externalId: 'ci/1' })),
      );
      const { runId } = expectOneWinner(outcome, 'ALREADY_EXISTS');
      const { items } = await trial.ports.testRuns.find({ externalId: 'ci/1' });
      expect(items.map((run) => run.runId)).to.deep.equal([runId]);
    }),
    inWorld(
      'When the scenario is removed while runs come, Then no run is left without a scenario',
      async (trial) => {
        await trial.ports.scenarios.create(fixtures.scenario());
        const outcome = await fiftyAtOnce<unknown>(trial, ({ scenarios, testRuns }, n) =>
          n % 5 === 4
            ? scenarios.delete('restart-engine')
            : testRuns.create(fixtures.testRun({ runId: id(n + 10) })),
        );
        for (const { code } of outcome.refusals) expect(['IN_USE', 'REFERENCE_VIOLATION']).to.include(code);
        const { items } = await trial.ports.testRuns.getRecentRuns();
        const scenario = await trial.ports.scenarios.getById('restart-engine');
        expect(items.length > 0, 'runs without their scenario').to.equal(scenario !== null);
      },
    ),
  ],
};

const scenarioRaces: ContractGroup = {
  subject: 'scenarios',
  concern: 'status races',
  title: 'Given fifty moves of one scenario at once',
  tests: [
    inWorld('When all activate it, Then it moves once', async (trial) => {
      await trial.ports.scenarios.create(fixtures.scenario());
      const { answers, refusals } = await fiftyAtOnce(trial, ({ scenarios }) =>
        scenarios.updateStatus('restart-engine', 'active'),
      );
      expect(refusals).to.deep.equal([]);
      expect(new Set(answers.map(({ version }) => version))).to.deep.equal(new Set([2]));
    }),
    inWorld('When all remove it, Then one was there', async (trial) => {
      await trial.ports.scenarios.create(fixtures.scenario());
      const { answers } = await fiftyAtOnce(trial, ({ scenarios }) => scenarios.delete('restart-engine'));
      expect(answers.filter(Boolean)).to.have.length(1);
    }),
  ],
};

const eventRaces: ContractGroup = {
  subject: 'chaosEvents',
  concern: 'recovery races',
  title: 'Given fifty recoveries of one event at once',
  tests: [
    inWorld(
      'When each says another time, Then one wins, and the others are ILLEGAL_TRANSITION',
      async (trial) => {
        await storedRun(trial);
        await trial.ports.chaosEvents.create(fixtures.chaosEvent({ status: 'injected' }));
        const outcome = await fiftyAtOnce(trial, ({ chaosEvents }, n) =>
          chaosEvents.recordRecovery(id(1), { recoveryTimeMs: n }),
        );
        const winner = expectOneWinner(outcome, 'ILLEGAL_TRANSITION');
        expect(snapshot(await trial.ports.chaosEvents.getById(id(1)))).to.deep.equal(snapshot(winner));
      },
    ),
  ],
};

const resultRaces: ContractGroup = {
  subject: 'testResults',
  concern: 'bulk races',
  title: 'Given batches of results at once',
  tests: [
    inWorld(
      'When they have one id in common with other content, Then one is whole and the others left nothing',
      async (trial) => {
        await storedRun(trial);
        const batches = Array.from({ length: 20 }, (_, n) => [
          fixtures.testResult({ resultId: id(100 + n), actualValue: `batch ${n}` }),
          fixtures.testResult({ actualValue: `batch ${n}` }),
          fixtures.testResult({ resultId: id(200 + n), actualValue: `batch ${n}` }),
        ]);
        const clients = await trial.clients();
        const outcome = await race(
          batches.map((batch, n) => clients[n % clients.length]!.testResults.bulkCreate(batch)),
        );
        const winner = expectOneWinner(outcome, 'ALREADY_EXISTS');
        expect(snapshot((await trial.ports.testResults.getByRun(id(1))).items)).to.have.deep.members(
          snapshot(winner) as unknown[],
        );
      },
    ),
  ],
};

/** Fifty at once: one winner, and documented refusals for the others. */
export const recordRaceGroups: readonly ContractGroup[] = [
  ...recordKinds.map(racesOf),
  scenarioRaces,
  runRaces,
  eventRaces,
  resultRaces,
];
