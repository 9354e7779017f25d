import { expect } from 'chai';

import { inWorld, type ContractGroup, type ContractTest } from '../contract-group.js';
import { expectRefusal } from '../outcome.js';
import { snapshot } from '../snapshot.js';
import { RESOURCE, acquire, expectEnded, expectHolder, outlast } from './held-lock.js';

const TTL_MS = 100;

const toTheMillisecond: ContractTest = inWorld(
  'When its ttl has a millisecond left, Then it is held; at the ttl it is free',
  async ({ ports, clock }) => {
    const lease = await acquire(ports, { ttlMs: 60_000 });
    clock.advance(59_999);
    await expectHolder(ports, lease);
    const error = await expectRefusal(acquire(ports), 'LOCK_HELD');
    expect(error.details).to.include({ expiresInMs: 1 });
    clock.advance(1);
    await expectHolder(ports, undefined);
    await expectHolder(ports, await acquire(ports));
  },
);

/** @param isClockManual Whether time can be moved to the millisecond. */
export function lapseGroup(isClockManual: boolean): ContractGroup {
  return {
    subject: 'executionLocks',
    concern: 'lapse',
    title: 'Given a lock whose holder was silent for its ttl',
    tests: [
      ...(isClockManual ? [toTheMillisecond] : []),
      inWorld(
        'When another takes it, Then the old holder can neither renew nor release it (B14)',
        async (trial) => {
          const clients = await trial.clients();
          const old = await acquire(clients[0]!, { ttlMs: TTL_MS });
          outlast(trial, TTL_MS);
          const lease = await acquire(clients.at(-1)!, { owner: 'bob' });
          const held = snapshot(await trial.ports.executionLocks.inspect(RESOURCE));
          await expectRefusal(old.renew(), 'STALE_FENCE', { id: RESOURCE });
          expect(old.signal.aborted).to.equal(true);
          expect(await old.release(), 'whether it was still held').to.equal(false);
          await old[Symbol.asyncDispose]();
          expect(snapshot(await trial.ports.executionLocks.inspect(RESOURCE))).to.deep.equal(held);
          await lease.renew();
          expect(await lease.release()).to.equal(true);
        },
      ),
      inWorld('When nobody takes it, Then it is free, and a renewal does not revive it', async (trial) => {
        const old = await acquire(trial.ports, { ttlMs: TTL_MS });
        outlast(trial, TTL_MS);
        await expectHolder(trial.ports, undefined);
        await expectRefusal(old.renew(), 'STALE_FENCE', { id: RESOURCE });
        await expectHolder(trial.ports, undefined);
        expect(await old.release(), 'whether it was still held').to.equal(false);
      }),
      inWorld('When the same holder takes it again, Then the old lease stays over', async (trial) => {
        const old = await acquire(trial.ports, { ttlMs: TTL_MS });
        outlast(trial, TTL_MS);
        const lease = await acquire(trial.ports);
        await expectRefusal(old.renew(), 'STALE_FENCE');
        expect(await old.release()).to.equal(false);
        await expectHolder(trial.ports, lease);
      }),
      inWorld('When somebody waits for it, Then that one gets it', async (trial) => {
        const old = await acquire(trial.ports, { ttlMs: TTL_MS });
        const waiting = acquire(trial.ports, { owner: 'bob', waitMs: 5_000 });
        // A turn of the event loop, in which the first attempt is refused.
        await expectHolder(trial.ports, old);
        outlast(trial, TTL_MS);
        await expectHolder(trial.ports, await waiting);
      }),
      inWorld(
        'When this process stalled for as long, Then the signal of its lease is aborted when it is read, and another has the lock (B12)',
        async (trial) => {
          const clients = await trial.clients();
          const old = await acquire(clients[0]!, { ttlMs: TTL_MS });
          trial.stall(TTL_MS + 20);
          expectEnded(old, 'UNAVAILABLE');
          const lease = await acquire(clients.at(-1)!, { owner: 'bob' });
          expect(lease.fence).to.be.above(old.fence);
          await expectRefusal(old.renew(), 'STALE_FENCE');
          expect(await old.release(), 'whether it was still held').to.equal(false);
          await expectHolder(trial.ports, lease);
        },
      ),
    ],
  };
}
