import { expect } from 'chai';
import type { ActiveRun, RunProgress } from '@test-coordinator/ports';
import fc from 'fast-check';

import { arbitraries } from '../arbitraries.js';
import { inWorld, type ContractGroup } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { withProperty } from '../property.js';
import { scribble, snapshot } from '../snapshot.js';
import type { Trial } from '../trial.js';
import { Watcher, nextPublished } from './watcher.js';

const { id } = fixtures;
const RUN = id(1);
const NOTHING = { progress: null, message: null, counters: {} };

/** Publishes, and holds the answer and all that can be read to what was said. */
async function publishAndRead(trial: Trial, progress: RunProgress, told: object): Promise<void> {
  const { activeRuns } = trial.ports;
  const run = (await activeRuns.publish(RUN, progress))!;
  const { version, updatedAt, ...rest } = run;
  expect(snapshot(rest)).to.deep.equal({ runId: RUN, ...told });
  expect(version).to.be.at.least(1).and.to.satisfy(Number.isSafeInteger);
  trial.expectNow(updatedAt, 'updatedAt');
  await expectEverywhere(trial, run);
}

/** Holds each way of reading the only live state to this one. */
async function expectEverywhere({ ports }: Trial, run: ActiveRun | null): Promise<void> {
  const expected = snapshot(run);
  expect(snapshot(await ports.activeRuns.get(RUN)), 'get').to.deep.equal(expected);
  expect(snapshot((await ports.activeRuns.list()).items), 'list').to.deep.equal([expected]);
  await using watcher = new Watcher(ports);
  expect(snapshot((await nextPublished(watcher)).run), 'watch').to.deep.equal(expected);
}

const anyProgress: fc.Arbitrary<RunProgress> = fc.record(
  {
    phase: arbitraries.text.filter((text) => text !== ''),
    progress: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    message: fc.option(arbitraries.text),
    counters: fc.dictionary(
      arbitraries.key.filter((name) => name !== ''),
      arbitraries.number,
      { maxKeys: 5, noNullPrototype: true },
    ),
  },
  { requiredKeys: ['phase'], noNullPrototype: true },
);

/** What is said is what is read. */
export const publishingGroup: ContractGroup = {
  subject: 'activeRuns',
  concern: 'publishing',
  title: 'Given a run that says how far it is',
  tests: [
    inWorld('When it says a phase alone, Then the rest is not known', async (trial) => {
      await publishAndRead(trial, { phase: 'injecting' }, { phase: 'injecting', ...NOTHING });
      const absent = { progress: null, message: undefined, counters: undefined, version: undefined };
      await publishAndRead(trial, { phase: 'x', ...absent }, { phase: 'x', ...NOTHING });
    }),
    inWorld('When it says everything, Then everything is read as it was said', async (trial) => {
      await publishAndRead(trial, fixtures.fullProgress(), fixtures.fullProgress());
    }),
    inWorld('When it goes on, Then what was said before is replaced as a whole', async (trial) => {
      await trial.ports.activeRuns.publish(RUN, fixtures.fullProgress());
      await trial.pass(1);
      await publishAndRead(
        trial,
        { phase: 'recovering', counters: { a: 1 } },
        {
          phase: 'recovering',
          ...NOTHING,
          counters: { a: 1 },
        },
      );
    }),
    inWorld('When it is at its limits, Then it is taken', async (trial) => {
      const names = Array.from({ length: 100 }, (_, n) => `${n}`.padStart(100, 'n'));
      const limits = {
        phase: 'é'.repeat(200),
        progress: 1,
        message: '👩‍🚀'.repeat(400),
        counters: Object.fromEntries(names.map((name, n) => [name, Number.MAX_SAFE_INTEGER - n])),
      };
      await publishAndRead(trial, limits, limits);
      await publishAndRead(
        trial,
        { phase: 'x', progress: -0, message: '', counters: { a: -0 } },
        { phase: 'x', progress: 0, message: '', counters: { a: 0 } },
      );
    }),
    withProperty(
      'When it says anything that the rules allow, Then the same is read',
      fc.array(anyProgress, { minLength: 1, maxLength: 6 }),
      async (trial, all) => {
        for (const progress of all) {
          const told = JSON.parse(JSON.stringify({ ...NOTHING, ...progress })) as object;
          await publishAndRead(trial, progress, told);
        }
      },
    ),
    inWorld(
      'When there are several runs, Then each has a state of its own',
      async ({ ports: { activeRuns } }) => {
        for (const n of [2, 1, 3]) await activeRuns.publish(id(n), { phase: `phase ${n}` });
        const { items } = await activeRuns.list();
        expect(items.map(({ runId, phase }) => [runId, phase])).to.deep.equal(
          [3, 2, 1].map((n) => [id(n), `phase ${n}`]),
        );
        expect(await activeRuns.get(id(2))).to.include({ phase: 'phase 2' });
        expect(await activeRuns.get(id(4))).to.equal(null);
      },
    ),
    inWorld('When it is cleared, Then it is gone, and the others stay', async ({ ports: { activeRuns } }) => {
      for (const n of [1, 2]) await activeRuns.publish(id(n), fixtures.progress());
      expect(await activeRuns.clear(RUN)).to.equal(true);
      expect(await activeRuns.get(RUN)).to.equal(null);
      expect((await activeRuns.list()).items.map(({ runId }) => runId)).to.deep.equal([id(2)]);
      expect(await activeRuns.clear(RUN), 'whether it was there').to.equal(false);
      expect(await activeRuns.clear(id(3)), 'whether it was ever there').to.equal(false);
    }),
    inWorld(
      'When what was given changes under way, Then what was given at the call counts',
      async (trial) => {
        const given = snapshot(fixtures.fullProgress()) as unknown as RunProgress;
        const call = trial.ports.activeRuns.publish(RUN, given);
        scribble(given);
        const run = await call;
        expect(snapshot(run)).to.deep.include(snapshot(fixtures.fullProgress()) as object);
        await expectEverywhere(trial, run);
      },
    ),
    inWorld('When answers are scribbled over, Then the state stays as it is', async (trial) => {
      const { activeRuns } = trial.ports;
      const run = (await activeRuns.publish(RUN, fixtures.fullProgress()))!;
      const before = snapshot(run) as unknown as ActiveRun;
      scribble(run);
      scribble(await activeRuns.get(RUN));
      scribble(await activeRuns.list());
      await using watcher = new Watcher(trial.ports);
      scribble(await watcher.next());
      await expectEverywhere(trial, before);
    }),
    inWorld('When one client publishes, Then every other one reads it at once', async (trial) => {
      const clients = await trial.clients();
      for (const [n, client] of clients.entries()) {
        await client.activeRuns.publish(RUN, { phase: `from ${n}` });
        for (const other of clients)
          expect(await other.activeRuns.get(RUN)).to.include({ phase: `from ${n}` });
      }
      expect(await clients.at(-1)!.activeRuns.clear(RUN)).to.equal(true);
      expect(await clients[0]!.activeRuns.get(RUN)).to.equal(null);
    }),
  ],
};
