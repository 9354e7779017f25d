import { expect } from 'chai';
import { DEFAULT_ACTIVE_RUN_TTL_MS } from '@test-coordinator/ports';

import { inWorld, type ContractGroup, type ContractTest } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { eventually, type Trial } from '../trial.js';
import { Watcher, summary } from './watcher.js';

const { id } = fixtures;
const RUN = id(1);
/** Long enough to be seen live by the next call, short enough to wait for. */
const SHORT_MS = 250;
const SETTINGS = { activeRunTtlMs: SHORT_MS };

async function publish({ ports }: Trial, version?: number): Promise<void> {
  await ports.activeRuns.publish(RUN, fixtures.progress({ version }));
}

/** Waits for the state to expire, or moves the clock there. */
async function expire(trial: Trial): Promise<void> {
  if (trial.isClockManual) trial.clock.advance(SHORT_MS);
  else await eventually(async () => (await trial.ports.activeRuns.get(RUN)) === null, true, 'expired');
}

async function expectLive({ ports }: Trial, isLive: boolean): Promise<void> {
  expect((await ports.activeRuns.get(RUN)) !== null, 'live by get').to.equal(isLive);
  expect((await ports.activeRuns.list()).items.length, 'live by list').to.equal(isLive ? 1 : 0);
  await using watcher = new Watcher(ports);
  expect((await watcher.upToNow()).map(summary), 'live by watch').to.deep.equal(
    isLive ? ['published 1 injecting'] : [],
  );
  await ports.activeRuns.clear(id(9_999));
}

const toTheMillisecond: readonly ContractTest[] = [
  inWorld(
    'When a millisecond of its ttl is left, Then it is live; at its ttl it is gone',
    async (trial) => {
      await publish(trial);
      trial.clock.advance(SHORT_MS - 1);
      await expectLive(trial, true);
      trial.clock.advance(1);
      await expectLive(trial, false);
    },
    SETTINGS,
  ),
  inWorld('When nothing is configured, Then it is live for an hour', async (trial) => {
    await publish(trial);
    trial.clock.advance(DEFAULT_ACTIVE_RUN_TTL_MS - 1);
    await expectLive(trial, true);
    trial.clock.advance(1);
    await expectLive(trial, false);
  }),
  inWorld(
    'When it is published again, Then its time starts anew; by a late update it does not',
    async (trial) => {
      await publish(trial, 1);
      trial.clock.advance(SHORT_MS - 1);
      await publish(trial, 5);
      trial.clock.advance(SHORT_MS - 1);
      await publish(trial, 4);
      await expectLive(trial, true);
      trial.clock.advance(1);
      await expectLive(trial, false);
    },
    SETTINGS,
  ),
  inWorld(
    'When it was cleared, Then its version is remembered for the ttl from then on',
    async (trial) => {
      const { activeRuns } = trial.ports;
      await publish(trial, 5);
      trial.clock.advance(SHORT_MS - 1);
      await activeRuns.clear(RUN);
      trial.clock.advance(SHORT_MS - 1);
      await publish(trial, 5);
      expect(await activeRuns.clear(RUN), 'whether it was there').to.equal(false);
      expect(await activeRuns.get(RUN)).to.equal(null);
      trial.clock.advance(1);
      await publish(trial, 5);
      expect(await activeRuns.get(RUN)).to.include({ version: 5 });
    },
    SETTINGS,
  ),
];

/** @param isClockManual Whether time can be moved to the millisecond. */
export function activeRunExpiryGroup(isClockManual: boolean): ContractGroup {
  return {
    subject: 'activeRuns',
    concern: 'expiry',
    title: 'Given a state that nobody publishes again',
    tests: [
      ...(isClockManual ? toTheMillisecond : []),
      inWorld(
        'When its ttl has passed, Then it is gone for every way of looking, and that is no event',
        async (trial) => {
          await using watcher = new Watcher(trial.ports);
          await publish(trial);
          await watcher.upToNow();
          await expire(trial);
          expect((await watcher.upToNow()).map(summary)).to.deep.equal([]);
          expect(await trial.ports.activeRuns.clear(RUN), 'whether it was there').to.equal(false);
          expect((await watcher.upToNow()).map(summary), 'events of what was not there').to.deep.equal([]);
          expect((await trial.ports.activeRuns.list()).items.map(({ runId }) => runId)).not.to.include(RUN);
        },
        SETTINGS,
      ),
      inWorld(
        'When its ttl has passed, Then its version is forgotten',
        async (trial) => {
          await publish(trial, 7);
          await expire(trial);
          await publish(trial, 3);
          expect(await trial.ports.activeRuns.get(RUN)).to.include({ version: 3 });
        },
        SETTINGS,
      ),
      inWorld(
        'When others go on, Then they stay',
        async (trial) => {
          const { activeRuns } = trial.ports;
          await publish(trial);
          await expire(trial);
          await activeRuns.publish(id(2), fixtures.progress());
          expect((await activeRuns.list()).items.map(({ runId }) => runId)).to.deep.equal([id(2)]);
        },
        SETTINGS,
      ),
    ],
  };
}
