import { expect } from 'chai';
import type { Lease } from '@test-coordinator/ports';

import type { Capability, Ports } from '../adapter-harness.js';
import { inWorld, type ContractGroup, type ContractTest } from '../contract-group.js';
import { asDataAdapterError, expectRefusal } from '../outcome.js';
import { eventually } from '../trial.js';
import { RESOURCE, SHORT_MS, acquire, expectEnded, expectHolder } from './held-lock.js';

/** A process that is held up for a whole ttl has lost its lease, and rightly: longer than a busy machine does that. */
const HELD_MS = 1_000;

const ended = (lease: Lease) => (): Promise<boolean> => Promise.resolve(lease.signal.aborted);

const outage: ContractTest = inWorld(
  'When the store is away, Then the lease ends in time, and nothing is granted until it is back',
  async ({ ports, world }) => {
    const lease = await acquire(ports, { ttlMs: SHORT_MS });
    const heal = await world.interrupt!('freeze');
    try {
      await eventually(ended(lease), true, 'the end of the lease');
      expectEnded(lease, 'UNAVAILABLE');
      const [settled] = await Promise.allSettled([acquire(ports, {}, 'another')]);
      if (settled.status === 'fulfilled') throw new Error('a lock was granted over a link that was cut');
      expect(['UNAVAILABLE', 'TIMEOUT', 'UNKNOWN_OUTCOME']).to.include(
        asDataAdapterError(settled.reason).code,
      );
    } finally {
      await heal();
    }
    const isUp = async (): Promise<boolean> => (await world.lifecycle.checkHealth()).status === 'up';
    await eventually(isUp, true, 'up again without a restart');
    expect(lease.signal.aborted, 'that it stays over').to.equal(true);
    await expectRefusal(lease.renew(), 'STALE_FENCE');
  },
);

/** What a holder that goes on working can rely on, in real time. */
export function holdingGroup(interruptible: Capability): ContractGroup {
  return {
    subject: 'executionLocks',
    concern: 'holding',
    title: 'Given a holder that goes on',
    tests: [
      inWorld('When several ttls pass, Then the lock is renewed by itself and stays', async (trial) => {
        const { ports } = trial;
        const lease = await acquire(ports, { ttlMs: HELD_MS });
        const { acquiredAt } = (await ports.executionLocks.inspect(RESOURCE))!;
        for (let expiryMs = lease.expiresAt.getTime(); expiryMs - acquiredAt.getTime() < 2 * HELD_MS;) {
          // On a clock that is moved by hand, half a ttl passes between two renewals.
          if (trial.isClockManual) trial.clock.advance(HELD_MS / 2);
          const isLater = (): Promise<boolean> => Promise.resolve(lease.expiresAt.getTime() > expiryMs);
          await eventually(isLater, true, 'a renewal');
          expiryMs = lease.expiresAt.getTime();
          await expectHolder(ports, lease);
          await expectRefusal(acquire(ports, { owner: 'bob' }), 'LOCK_HELD');
        }
        expect(lease.signal.aborted).to.equal(false);
      }),
      inWorld(
        'When the adapter stops, Then its leases end as CLOSED, and their locks are free',
        async (trial) => {
          const theirs = (await trial.clients()).slice(1);
          const leases = [await acquire(trial.ports), await acquire(trial.ports, {}, 'another')];
          await trial.world.lifecycle.stop();
          for (const lease of leases) {
            expectEnded(lease, 'CLOSED');
            await expectRefusal(lease.renew(), 'CLOSED');
            expect(await lease.release(), 'whether it was held until the stop').to.equal(true);
            for (const peer of theirs)
              expect(await peer.executionLocks.inspect(lease.resource)).to.equal(null);
          }
        },
      ),
      inWorld('When the adapter stops, Then a wait for a lock ends as CLOSED', async ({ ports, world }) => {
        await acquire(ports);
        const waiting = acquire(ports, { owner: 'bob', waitMs: 60_000 });
        await lookedAt(ports);
        await Promise.all([world.lifecycle.stop(), expectRefusal(waiting, 'CLOSED')]);
      }),
      ...(interruptible === true ? [outage] : []),
    ],
  };
}

/** A turn of the store, in which a call that was made before has had its first. */
async function lookedAt(ports: Ports): Promise<void> {
  await ports.executionLocks.inspect(RESOURCE);
}
