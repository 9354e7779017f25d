import { expect } from 'chai';
import { MAX_PROGRESS_VERSION, systemClock } from '@test-coordinator/ports';

import { inWorld, type ContractGroup } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { fiftyAtOnce } from '../concurrency/record-races.js';
import { snapshot } from '../snapshot.js';
import type { Trial } from '../trial.js';
import { Watcher, nextPublished, summary } from './watcher.js';

const RUN = fixtures.id(1);
/** How far a store's clock may be behind this machine's. */
const CLOCK_SKEW_MS = 5_000;

/** Publishes `at 3` under version 3, and so on; answers with the phase that stands then. */
async function publishVersions({ ports }: Trial, ...versions: readonly number[]): Promise<unknown> {
  let phase: unknown;
  for (const version of versions)
    phase = (await ports.activeRuns.publish(RUN, { phase: `at ${version}`, version }))?.phase ?? null;
  return phase;
}

/** Updates that overtake each other never turn a state back. */
export const versionGroup: ContractGroup = {
  subject: 'activeRuns',
  concern: 'versions',
  title: 'Given updates that may overtake each other',
  tests: [
    inWorld('When an update is late, Then it is dropped, and the newer state is answered', async (trial) => {
      const { activeRuns } = trial.ports;
      await publishVersions(trial, 1, 5);
      const before = snapshot(await activeRuns.get(RUN));
      await trial.pass(1);
      for (const version of [1, 4, 5]) {
        const answer = await activeRuns.publish(RUN, { phase: 'late', message: 'late', version });
        expect(snapshot(answer), `answer to ${version}`).to.deep.equal(before);
        expect(snapshot(await activeRuns.get(RUN)), `after ${version}`).to.deep.equal(before);
      }
      expect(await publishVersions(trial, 6)).to.equal('at 6');
      expect(await activeRuns.get(RUN)).to.include({ version: 6, phase: 'at 6' });
    }),
    inWorld('When an update is late, Then no watcher learns of it', async (trial) => {
      await using watcher = new Watcher(trial.ports);
      await watcher.upToNow();
      await publishVersions(trial, 2, 1, 2, 3);
      expect((await watcher.upToNow()).map(summary)).to.deep.equal(['published 1 at 2', 'published 1 at 3']);
    }),
    inWorld('When no version is given, Then the store gives one that rises', async (trial) => {
      const { activeRuns } = trial.ports;
      const versions: number[] = [];
      for (let n = 0; n < 10; n += 1) {
        versions.push((await activeRuns.publish(RUN, { phase: `phase ${n}` }))!.version);
        if (n % 3 === 0) await activeRuns.clear(RUN);
      }
      expect(versions).to.deep.equal([...new Set(versions)].sort((a, b) => a - b));
      const { isClockManual, clock } = trial;
      const startedMs = isClockManual ? clock.now().getTime() : systemClock.now().getTime() - CLOCK_SKEW_MS;
      expect(versions[0], 'above those of data that was lost').to.be.at.least(startedMs * 1_000);
    }),
    inWorld('When given and store-given versions meet, Then the greater one stands', async (trial) => {
      const { activeRuns } = trial.ports;
      const { version } = (await activeRuns.publish(RUN, { phase: 'first' }))!;
      expect(await publishVersions(trial, version - 1, version)).to.equal('first');
      expect(await publishVersions(trial, version + 7)).to.equal(`at ${version + 7}`);
      const next = await activeRuns.publish(RUN, { phase: 'next' });
      expect(next).to.include({ phase: 'next' });
      expect(next!.version).to.be.above(version + 7);
    }),
    inWorld('When the greatest version is given, Then the store still counts on', async (trial) => {
      await publishVersions(trial, MAX_PROGRESS_VERSION);
      const next = await trial.ports.activeRuns.publish(RUN, { phase: 'next' });
      expect(next).to.include({ version: MAX_PROGRESS_VERSION + 1, phase: 'next' });
    }),
    inWorld(
      'When the run was cleared, Then a late update does not bring it back, and a later one does',
      async (trial) => {
        const { activeRuns } = trial.ports;
        await publishVersions(trial, 5);
        await activeRuns.clear(RUN);
        expect(await publishVersions(trial, 4, 5)).to.equal(null);
        expect(await activeRuns.get(RUN)).to.equal(null);
        expect((await activeRuns.list()).items).to.deep.equal([]);
        expect(await activeRuns.clear(RUN), 'whether it was there').to.equal(false);
        expect(await publishVersions(trial, 6)).to.equal('at 6');
        expect(await activeRuns.get(RUN)).to.include({ phase: 'at 6' });
      },
    ),
  ],
};

/** Of many at once, watchers and readers agree on the order. */
export const activeRunRaces: ContractGroup = {
  subject: 'activeRuns',
  concern: 'races',
  title: 'Given fifty calls at once for one run',
  tests: [
    inWorld(
      'When all publish, Then each has a version of its own, and watchers learn of them in order',
      async (trial) => {
        await using watcher = new Watcher(trial.ports);
        await watcher.upToNow();
        const { answers } = await fiftyAtOnce(trial, ({ activeRuns }, n) =>
          activeRuns.publish(RUN, { phase: `phase ${n}` }),
        );
        const learned = [];
        for (let n = 0; n < 50; n += 1) learned.push(snapshot((await nextPublished(watcher)).run));
        const byVersion = [...answers].sort((a, b) => a!.version - b!.version);
        expect(new Set(answers.map((run) => run!.version)).size).to.equal(50);
        expect(learned).to.deep.equal(byVersion.map(snapshot));
        expect(snapshot(await trial.ports.activeRuns.get(RUN))).to.deep.equal(learned.at(-1));
        expect(await watcher.upToNow(), 'more events').to.deep.equal([]);
      },
    ),
    inWorld('When all publish with versions in disorder, Then the greatest stands', async (trial) => {
      await using watcher = new Watcher(trial.ports);
      await watcher.upToNow();
      const { answers } = await fiftyAtOnce(trial, async ({ activeRuns }, n) => {
        const version = ((n * 37) % 50) + 1;
        const run = await activeRuns.publish(RUN, { phase: `at ${version}`, version });
        return { version, standing: run!.version };
      });
      for (const { version, standing } of answers) expect(standing).to.be.at.least(version);
      expect(await trial.ports.activeRuns.get(RUN)).to.include({ version: 50, phase: 'at 50' });
      const events = await watcher.upToNow();
      const learned = events.map((event) => (event.kind === 'published' ? event.run.version : 0));
      expect(learned).to.deep.equal([...new Set(learned)].sort((a, b) => a - b));
      expect(learned.at(-1)).to.equal(50);
    }),
    inWorld('When all clear it, Then one did, and watchers learn of it once', async (trial) => {
      await trial.ports.activeRuns.publish(RUN, fixtures.progress());
      await using watcher = new Watcher(trial.ports);
      await watcher.upToNow();
      const { answers } = await fiftyAtOnce(trial, ({ activeRuns }) => activeRuns.clear(RUN));
      expect(answers.filter(Boolean)).to.have.length(1);
      expect((await watcher.upToNow()).map(summary)).to.deep.equal(['cleared 1']);
    }),
  ],
};
