import { expect } from 'chai';

import { inWorld, type ContractGroup } from '../contract-group.js';
import { expectRefusal } from '../outcome.js';
import { scribble, snapshot } from '../snapshot.js';
import { LONG_MS, RESOURCE, acquire, expectEnded, expectHolder } from './held-lock.js';

/** What a lease is, from its grant to its end. */
export const leaseGroup: ContractGroup = {
  subject: 'executionLocks',
  concern: 'leases',
  title: 'Given a lock that is free',
  tests: [
    inWorld('When nobody has taken it, Then nobody holds it', async ({ ports }) => {
      expect(await ports.executionLocks.inspect(RESOURCE)).to.equal(null);
    }),
    inWorld(
      'When it is taken, Then lease and store say by whom, since when and until when',
      async (trial) => {
        const { ports } = trial;
        const lease = await acquire(ports);
        expect(lease).to.include({ resource: RESOURCE, owner: 'ada' });
        expect(lease.signal.aborted).to.equal(false);
        const state = await ports.executionLocks.inspect(RESOURCE);
        expect(Object.keys(state!)).to.have.members([
          'resource',
          'owner',
          'fence',
          'acquiredAt',
          'expiresAt',
        ]);
        const { acquiredAt, ...rest } = state!;
        expect(snapshot(rest)).to.deep.equal({
          resource: RESOURCE,
          owner: 'ada',
          fence: lease.fence,
          expiresAt: lease.expiresAt,
        });
        trial.expectNow(acquiredAt, 'acquiredAt');
        expect(lease.expiresAt.getTime() - acquiredAt.getTime()).to.equal(LONG_MS);
      },
    ),
    inWorld('When it is released, Then it is free and the lease has ended', async ({ ports }) => {
      const lease = await acquire(ports);
      const { signal } = lease;
      const released = lease.release();
      expect(signal.aborted, 'aborted before the answer').to.equal(true);
      expect(await released).to.equal(true);
      expectEnded(lease, 'CLOSED');
      await expectHolder(ports, undefined);
      await expectRefusal(lease.renew(), 'CLOSED');
      expect(await lease.release(), 'the same answer again').to.equal(true);
      await expectHolder(ports, undefined);
    }),
    inWorld('When its lease is disposed of, Then it is free', async ({ ports }) => {
      {
        await using lease = await acquire(ports);
        await expectHolder(ports, lease);
      }
      await expectHolder(ports, undefined);
    }),
    inWorld(
      'When somebody takes it after a release, Then releasing the old lease again leaves it to them',
      async ({ ports }) => {
        const first = await acquire(ports);
        await first.release();
        const second = await acquire(ports, { owner: 'bob' });
        expect(await first.release()).to.equal(true);
        await first[Symbol.asyncDispose]();
        await expectRefusal(first.renew(), 'CLOSED');
        await expectHolder(ports, second);
        expect(second.signal.aborted).to.equal(false);
      },
    ),
    inWorld('When it is renewed, Then it stands for a whole ttl from then', async (trial) => {
      const { ports } = trial;
      const lease = await acquire(ports);
      const granted = (await ports.executionLocks.inspect(RESOURCE))!;
      await trial.pass(20);
      const expiresAt = await lease.renew();
      expect(expiresAt.getTime() - granted.expiresAt.getTime()).to.be.at.least(20);
      if (trial.isClockManual) expect(expiresAt.getTime()).to.equal(trial.clock.now().getTime() + LONG_MS);
      expect(lease.expiresAt).to.deep.equal(expiresAt);
      expect(snapshot(await ports.executionLocks.inspect(RESOURCE))).to.deep.equal({
        ...(snapshot(granted) as object),
        expiresAt,
      });
    }),
    inWorld('When locks have other names, Then they are other locks', async ({ ports }) => {
      const names = ['a', 'A', 'a:b', 'a.b', 'a_b-c', '0'.repeat(128)];
      const leases = [];
      for (const name of names) leases.push(await acquire(ports, {}, name));
      await leases[0]!.release();
      expect(await ports.executionLocks.inspect('a')).to.equal(null);
      for (const lease of leases.slice(1)) await expectHolder(ports, lease);
    }),
    inWorld('When answers are scribbled over, Then the lock stays as it is', async ({ ports }) => {
      const lease = await acquire(ports);
      const state = await ports.executionLocks.inspect(RESOURCE);
      const before = snapshot(state);
      scribble(state);
      scribble(lease.expiresAt);
      scribble(await lease.renew());
      const { expiresAt } = lease;
      expect(snapshot(await ports.executionLocks.inspect(RESOURCE))).to.deep.equal({
        ...(before as object),
        expiresAt,
      });
    }),
    inWorld('When the signal of the request aborts later, Then the lease stands', async ({ ports }) => {
      const caller = new AbortController();
      const lease = await acquire(ports, { signal: caller.signal });
      caller.abort();
      await lease.renew();
      expect(lease.signal.aborted).to.equal(false);
      await expectHolder(ports, lease);
    }),
    inWorld('When the request changes under way, Then what was asked for counts', async ({ ports }) => {
      const request = { owner: 'ada', ttlMs: LONG_MS };
      const call = ports.executionLocks.acquire(RESOURCE, request);
      request.owner = 'bob';
      expect(await call).to.include({ owner: 'ada' });
    }),
  ],
};
