import { expect } from 'chai';
import { MAX_FENCE_ABOVE, systemClock, type Lease } from '@test-coordinator/ports';

import { inWorld, type ContractGroup } from '../contract-group.js';
import { expectRefusal } from '../outcome.js';
import type { Trial } from '../trial.js';
import { LONG_MS, RESOURCE, acquire, expectHolder, outlast } from './held-lock.js';

/** How far a store's clock may be behind this machine's. */
const CLOCK_SKEW_MS = 5_000;

function expectRising(leases: readonly Pick<Lease, 'fence'>[]): void {
  const fences = leases.map(({ fence }) => fence);
  expect(fences.every(Number.isSafeInteger), 'whole numbers').to.equal(true);
  expect(fences, 'fences that rise').to.deep.equal([...new Set(fences)].sort((a, b) => a - b));
}

/** The store's time, or a time that it has certainly reached, in microseconds. */
function reachedMicroseconds({ isClockManual, clock }: Trial): number {
  return (isClockManual ? clock.now().getTime() : systemClock.now().getTime() - CLOCK_SKEW_MS) * 1_000;
}

/** The numbers by which stores of records tell an old holder from a new one. */
export const fenceGroup: ContractGroup = {
  subject: 'executionLocks',
  concern: 'fences',
  title: 'Given the fences of one lock',
  tests: [
    inWorld('When it is taken and released again and again, Then they only rise', async (trial) => {
      const clients = await trial.clients();
      const leases: Lease[] = [];
      for (let n = 0; n < 20; n += 1) {
        leases.push(await acquire(clients[n % clients.length]!, { owner: `owner ${n}` }));
        await leases.at(-1)!.release();
      }
      expectRising(leases);
    }),
    inWorld('When it has lapsed, Then the next one is above', async (trial) => {
      const first = await acquire(trial.ports, { ttlMs: 100 });
      outlast(trial, 100);
      expectRising([first, await acquire(trial.ports)]);
    }),
    inWorld(
      'When a store starts from nothing, Then they start from its time in microseconds (B13)',
      async (trial) => {
        const { fence } = await acquire(trial.ports);
        expect(fence).to.be.at.least(reachedMicroseconds(trial));
        expect(Number.isSafeInteger(fence)).to.equal(true);
      },
    ),
    inWorld(
      'When the adapter has stopped and is opened again, Then they go on rising (B13)',
      async (trial) => {
        const { world } = trial;
        const first = await acquire(trial.ports);
        await world.lifecycle.stop();
        if (world.reopen === undefined) return;
        await trial.pass(1);
        const again = await world.reopen();
        try {
          await again.lifecycle.start();
          const { executionLocks } = again.ports;
          expectRising([first, await executionLocks!.acquire(RESOURCE, { owner: 'ada', ttlMs: LONG_MS })]);
        } finally {
          await again.close();
        }
      },
    ),
    inWorld(
      'When one is asked for above another, Then it is, and so are those that follow',
      async ({ ports }) => {
        const first = await acquire(ports);
        await first.release();
        const above = first.fence + 1_000_000_000;
        const second = await acquire(ports, { fenceAbove: above });
        expect(second.fence).to.be.above(above);
        await expectHolder(ports, second);
        await second.release();
        expectRising([first, second, await acquire(ports)]);
      },
    ),
    inWorld('When one is asked for above an old one, Then they rise all the same', async ({ ports }) => {
      const first = await acquire(ports);
      await first.release();
      for (const fenceAbove of [0, first.fence - 1]) {
        const next = await acquire(ports, { fenceAbove });
        expectRising([first, next]);
        await next.release();
      }
    }),
    inWorld('When one is asked for above the greatest, Then there is still room', async ({ ports }) => {
      const leases: Lease[] = [];
      for (const fenceAbove of [MAX_FENCE_ABOVE, undefined, MAX_FENCE_ABOVE]) {
        leases.push(await acquire(ports, { fenceAbove }));
        await leases.at(-1)!.release();
      }
      expect(leases[0]!.fence).to.be.above(MAX_FENCE_ABOVE);
      expectRising(leases);
    }),
    inWorld('When the lock is held, Then everybody is told the same one', async ({ ports }) => {
      const { fence } = await acquire(ports);
      expect(await ports.executionLocks.inspect(RESOURCE)).to.include({ fence });
      const error = await expectRefusal(acquire(ports), 'LOCK_HELD');
      expect(error.details).to.include({ fence });
    }),
  ],
};
