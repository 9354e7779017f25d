import { expect } from 'chai';

import type { Ports } from '../adapter-harness.js';
import { inWorld, type ContractGroup } from '../contract-group.js';
import { SECRET, expectRefusal } from '../outcome.js';
import { LONG_MS, RESOURCE, acquire, expectHolder } from './held-lock.js';

/** Longest wait for what comes at once. */
const PATIENCE_MS = 5_000;

/** What becomes of those who ask for a lock that is held. */
export const contentionGroup: ContractGroup = {
  subject: 'executionLocks',
  concern: 'contention',
  title: 'Given a lock that is held',
  tests: [
    inWorld(
      'When another asks for it, Then it is LOCK_HELD, says by whom and for how long, and the holder keeps it',
      async ({ ports }) => {
        const lease = await acquire(ports);
        const error = await expectRefusal(acquire(ports, { owner: 'bob' }), 'LOCK_HELD', { id: RESOURCE });
        expect(error.details).to.include({ owner: 'ada', fence: lease.fence });
        expect(error.details?.['expiresInMs']).to.satisfy(Number.isInteger).and.to.be.within(1, LONG_MS);
        await expectHolder(ports, lease);
        expect(lease.signal.aborted).to.equal(false);
      },
    ),
    inWorld('When its own holder asks for it, Then it is LOCK_HELD too', async ({ ports }) => {
      const lease = await acquire(ports);
      await expectRefusal(acquire(ports), 'LOCK_HELD');
      await expectHolder(ports, lease);
    }),
    inWorld('When it is refused, Then the message does not say what the holder gave', async ({ ports }) => {
      await acquire(ports, { owner: SECRET });
      const [settled] = await Promise.allSettled([acquire(ports)]);
      expect(settled).to.have.nested.property('reason.message').that.does.not.include(SECRET);
    }),
    inWorld(
      'When another client asks for it, Then that one is shut out until it is released',
      async (trial) => {
        const clients = await trial.clients();
        const [mine, theirs] = [clients[0]!, clients.at(-1)!];
        const lease = await acquire(mine);
        await expectRefusal(acquire(theirs, { owner: 'bob' }), 'LOCK_HELD');
        await expectHolder(theirs, lease);
        await lease.release();
        await expectHolder(mine, await acquire(theirs, { owner: 'bob' }));
        await expectRefusal(acquire(mine), 'LOCK_HELD');
      },
    ),
    inWorld('When another waits for it, Then that one gets it once it is released', async (trial) => {
      const clients = await trial.clients();
      const lease = await acquire(clients[0]!);
      const waiting = acquire(clients.at(-1)!, { owner: 'bob', waitMs: PATIENCE_MS });
      await refusedMeanwhile(trial.ports);
      await lease.release();
      await expectHolder(trial.ports, await waiting);
    }),
    inWorld('When the wait is over, Then it is LOCK_HELD, and not before', async ({ ports }) => {
      const lease = await acquire(ports);
      const sinceMs = performance.now();
      await expectRefusal(acquire(ports, { waitMs: 60 }), 'LOCK_HELD', { id: RESOURCE });
      // Timers may come a millisecond early.
      expect(performance.now() - sinceMs).to.be.at.least(59);
      await expectHolder(ports, lease);
    }),
    inWorld(
      'When the one who waits goes away, Then it rejects with the reason and takes no lock later',
      async ({ ports }) => {
        const lease = await acquire(ports);
        const caller = new AbortController();
        const reason = new Error('the caller went away');
        const waiting = acquire(ports, { owner: 'bob', waitMs: PATIENCE_MS, signal: caller.signal });
        await refusedMeanwhile(ports);
        caller.abort(reason);
        expect(await Promise.allSettled([waiting])).to.deep.equal([{ status: 'rejected', reason }]);
        await lease.release();
        await refusedMeanwhile(ports);
        await expectHolder(ports, undefined);
      },
    ),
    inWorld('When the one who asks goes away at once, Then no lock is left behind', async ({ ports }) => {
      const caller = new AbortController();
      const call = acquire(ports, { signal: caller.signal });
      caller.abort(new Error('the caller went away'));
      const [settled] = await Promise.allSettled([call]);
      if (settled.status === 'fulfilled') throw new Error('the lock was granted');
      await expectHolder(ports, undefined);
    }),
  ],
};

/** Gives a call that waits the time in which a lock of another name is refused after a wait of its own. */
async function refusedMeanwhile(ports: Ports): Promise<void> {
  const other = await acquire(ports, {}, 'meanwhile');
  await expectRefusal(acquire(ports, { waitMs: 40 }, 'meanwhile'), 'LOCK_HELD');
  await other.release();
}
