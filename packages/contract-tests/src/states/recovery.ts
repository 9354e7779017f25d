import { expect } from 'chai';
import type { ChaosEvent, EventRecovery, NewChaosEvent } from '@test-coordinator/domain';

import { inWorld, type ContractGroup } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { expectRefusal } from '../outcome.js';
import { snapshot } from '../snapshot.js';
import type { Trial } from '../trial.js';

const { at, id } = fixtures;
const EVENT = id(1);

async function stored({ ports, clock }: Trial, fields: Partial<NewChaosEvent> = {}): Promise<void> {
  await ports.scenarios.create(fixtures.scenario());
  await ports.testRuns.create(fixtures.testRun());
  await ports.chaosEvents.create(
    fixtures.chaosEvent({ status: 'injected', injectedAt: at(-250), ...fields }),
  );
  clock.advance(1_500);
}

async function expectEvent({ ports }: Trial, answer: ChaosEvent, fields: Partial<ChaosEvent>): Promise<void> {
  const created = { ...fixtures.chaosEvent({ injectedAt: at(-250) }), parameters: {}, createdAt: at(0) };
  expect(snapshot(answer)).to.deep.equal(snapshot({ ...created, ...fields }));
  expect(snapshot(await ports.chaosEvents.getById(EVENT))).to.deep.equal(snapshot(answer));
}

async function expectUnchanged({ ports }: Trial, call: () => Promise<unknown>): Promise<void> {
  const before = snapshot(await ports.chaosEvents.getById(EVENT));
  await call();
  expect(snapshot(await ports.chaosEvents.getById(EVENT))).to.deep.equal(before);
}

/** What a recovery says, and the times that are stored for it. */
const VARIANTS: readonly (readonly [
  said: string,
  recovery: EventRecovery | undefined,
  recoveredAt: Date,
  recoveryTimeMs: number,
])[] = [
  ['nothing', undefined, at(1_500), 1_750],
  ['a time', { recoveredAt: at(-200) }, at(-200), 50],
  ['the time of the fault', { recoveredAt: at(-250) }, at(-250), 0],
  ['a duration', { recoveryTimeMs: 42 }, at(1_500), 42],
  ['both', { recoveredAt: at(9_000), recoveryTimeMs: 0 }, at(9_000), 0],
  ['null for both', { recoveredAt: null, recoveryTimeMs: null }, at(1_500), 1_750],
];

export const recoveryGroup: ContractGroup = {
  subject: 'chaosEvents',
  concern: 'recovery',
  title: 'Given a fault that is in place',
  tests: [
    ...VARIANTS.map(([said, recovery, recoveredAt, recoveryTimeMs]) =>
      inWorld(
        `When its recovery says ${said}, Then the rest is reckoned from clock and fault`,
        async (trial) => {
          await stored(trial);
          const answer = await trial.ports.chaosEvents.recordRecovery(EVENT, recovery);
          await expectEvent(trial, answer, { status: 'recovered', recoveredAt, recoveryTimeMs, version: 2 });
        },
      ),
    ),
    inWorld('When the fault lies in the future, Then the recovery time stays absent', async (trial) => {
      await stored(trial, { injectedAt: at(60_000) });
      await expectEvent(trial, await trial.ports.chaosEvents.recordRecovery(EVENT), {
        status: 'recovered',
        injectedAt: at(60_000),
        recoveredAt: at(1_500),
        version: 2,
      });
    }),
    inWorld(
      'When the recovery is before the fault, Then it is INVALID_ARGUMENT and nothing changes',
      async (trial) => {
        await stored(trial);
        const call = trial.ports.chaosEvents.recordRecovery(EVENT, { recoveredAt: at(-251) });
        await expectUnchanged(trial, () => expectRefusal(call, 'INVALID_ARGUMENT', { path: 'recoveredAt' }));
      },
    ),
    inWorld(
      'When a recovery breaks a rule, Then it is INVALID_ARGUMENT and nothing changes',
      async (trial) => {
        await stored(trial);
        for (const [path, value] of [
          ['recoveryTimeMs', -1],
          ['recoveryTimeMs', 1.5],
          ['recoveredAt', 'now'],
          ['status', 'failed'],
        ]) {
          const call = trial.ports.chaosEvents.recordRecovery(EVENT, {
            [path as string]: value,
          } as EventRecovery);
          await expectUnchanged(trial, () =>
            expectRefusal(call, 'INVALID_ARGUMENT', { path: path as string }),
          );
        }
      },
    ),
    inWorld('When the same recovery is said again, Then nothing changes', async (trial) => {
      await stored(trial);
      const said = { recoveredAt: at(-100), recoveryTimeMs: 150 };
      await trial.ports.chaosEvents.recordRecovery(EVENT, said);
      for (const again of [said, {}, { recoveredAt: at(-100) }, { recoveryTimeMs: 150 }]) {
        await expectUnchanged(trial, () => trial.ports.chaosEvents.recordRecovery(EVENT, again));
      }
      await expectUnchanged(trial, () => trial.ports.chaosEvents.updateStatus(EVENT, 'recovered'));
    }),
    inWorld(
      'When another recovery is said, Then it is ILLEGAL_TRANSITION and nothing changes',
      async (trial) => {
        await stored(trial);
        await trial.ports.chaosEvents.recordRecovery(EVENT, { recoveredAt: at(-100), recoveryTimeMs: 150 });
        for (const other of [{ recoveredAt: at(-99) }, { recoveryTimeMs: 151 }]) {
          const call = trial.ports.chaosEvents.recordRecovery(EVENT, other);
          await expectUnchanged(trial, () => expectRefusal(call, 'ILLEGAL_TRANSITION', { id: EVENT }));
        }
      },
    ),
    inWorld(
      'When it is not injected yet or has failed, Then its recovery is ILLEGAL_TRANSITION',
      async (trial) => {
        await stored(trial, { status: 'pending' });
        await trial.ports.chaosEvents.create(fixtures.chaosEvent({ eventId: id(2), status: 'failed' }));
        for (const eventId of [EVENT, id(2)]) {
          const call = trial.ports.chaosEvents.recordRecovery(eventId);
          await expectUnchanged(trial, () => expectRefusal(call, 'ILLEGAL_TRANSITION', { id: eventId }));
        }
      },
    ),
    inWorld('When there is no such event, Then it is NOT_FOUND', async ({ ports }) => {
      await expectRefusal(ports.chaosEvents.recordRecovery(EVENT), 'NOT_FOUND', { id: EVENT });
    }),
    inWorld(
      'When a change would put the fault behind its recovery, Then it is INVALID_ARGUMENT',
      async (trial) => {
        await stored(trial);
        await trial.ports.chaosEvents.recordRecovery(EVENT, { recoveredAt: at(-100) });
        const call = trial.ports.chaosEvents.update(EVENT, 2, { injectedAt: at(-99) });
        await expectUnchanged(trial, () => expectRefusal(call, 'INVALID_ARGUMENT', { path: 'recoveredAt' }));
      },
    ),
    inWorld(
      'When it recovered before a fault that lies in the future, Then other changes are still taken',
      async (trial) => {
        await stored(trial, { injectedAt: at(60_000) });
        await trial.ports.chaosEvents.recordRecovery(EVENT);
        const { durationMs, version } = await trial.ports.chaosEvents.update(EVENT, 2, { durationMs: 7 });
        expect({ durationMs, version }).to.deep.equal({ durationMs: 7, version: 3 });
      },
    ),
  ],
};
