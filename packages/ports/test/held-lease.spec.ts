import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

import type { Lease } from '@test-coordinator/ports';
import { expect } from 'chai';

import type { Mood } from './memory-lock-steps.js';
import { PATIENCE_MS, RESOURCE, codeOf, openedKeeper, refusalOf, request } from './opened-keeper.js';

/** A second: what comes up to 200 ms late on a busy machine is still told from what comes too late. */
const TTL_MS = 1_000;
const SHORT = { ttlMs: TTL_MS };

/** Waits until it holds, five seconds at most. */
async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await delay(2);
  }
}

/** How long after `sinceMs` (of `performance.now()`) the signal aborted, and why. */
async function endOf(
  { signal }: Lease,
  sinceMs: number,
): Promise<{ readonly afterMs: number; readonly code: string }> {
  await until(() => signal.aborted, 'the end of the lease');
  return { afterMs: performance.now() - sinceMs, code: codeOf(signal.reason) };
}

/** Holds the event loop up, as a pause of the process does. */
function stall(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('A lease of LeaseKeeper', () => {
  describe('Given a lease', () => {
    it('When its holder goes on, Then it is renewed at a third of the ttl, past several ttls', async () => {
      const { steps, keeper } = openedKeeper();
      const acquiredAt = performance.now();
      const lease = await keeper.acquire(RESOURCE, request(SHORT));

      await until(() => performance.now() > acquiredAt + 2.5 * TTL_MS, 'several ttls');

      expect(lease.signal.aborted).to.equal(false);
      expect(steps.holder(RESOURCE)).to.include({ fence: lease.fence, owner: 'ada' });
      expect(steps.renewedAt[0]! - acquiredAt).to.be.within(TTL_MS / 3 - 2, TTL_MS * 0.6);
      expect(steps.renewedAt.length).to.be.within(4, 8);
      await lease.release();
    });

    it('When it is renewed by hand, Then it stands for a whole ttl from then', async () => {
      const { steps, keeper } = openedKeeper();
      const lease = await keeper.acquire(RESOURCE, request());
      const before = lease.expiresAt;
      await delay(20);

      const expiresAt = await lease.renew();

      expect(expiresAt.getTime() - before.getTime()).to.be.at.least(18);
      expect(lease.expiresAt).to.deep.equal(expiresAt);
      expect(steps.holder(RESOURCE)?.expiresAt).to.deep.equal(expiresAt);
      await lease.release();
    });

    it('When what it says of its expiry is changed, Then the lease does not change', async () => {
      const lease = await openedKeeper().keeper.acquire(RESOURCE, request());
      const before = lease.expiresAt.getTime();
      lease.expiresAt.setTime(0);
      expect(lease.expiresAt.getTime()).to.equal(before);
      await lease.release();
    });

    it('When one renewal fails, Then it is tried again and the lease goes on', async () => {
      const { steps, keeper } = openedKeeper();
      const lease = await keeper.acquire(RESOURCE, request(SHORT));
      steps.mood = 'rejects';
      await until(() => steps.renewedAt.length >= 2, 'a second try');
      steps.mood = 'answers';
      const [first, second] = steps.renewedAt;

      expect(second! - first!, 'before the next third').to.be.below(TTL_MS / 3);
      const tried = steps.renewedAt.length;
      await until(() => steps.renewedAt.length >= tried + 2, 'renewals after the failed one');
      expect(lease.signal.aborted).to.equal(false);
      await lease.release();
    });

    it('When a renewal by hand fails, Then the error is told and the lease stands', async () => {
      const { steps, keeper } = openedKeeper();
      const lease = await keeper.acquire(RESOURCE, request());
      steps.mood = 'rejects';
      const [settled] = await Promise.allSettled([lease.renew()]);
      expect(settled).to.have.nested.property('reason.message', 'the store is away');
      expect(lease.signal.aborted).to.equal(false);
      steps.mood = 'answers';
      await lease.release();
    });

    for (const mood of ['hangs', 'rejects'] as const satisfies readonly Mood[]) {
      it(`When the store ${mood}, Then the signal aborts as UNAVAILABLE with a fifth of the ttl left`, async () => {
        const { steps, keeper } = openedKeeper();
        const sinceMs = performance.now();
        const lease = await keeper.acquire(RESOURCE, request(SHORT));
        steps.mood = mood;

        const { afterMs, code } = await endOf(lease, sinceMs);

        expect(code).to.equal('UNAVAILABLE');
        expect(afterMs).to.be.within(TTL_MS * 0.8 - 1, TTL_MS - 1);
        expect(codeOf(await refusalOf(lease.renew()))).to.equal('STALE_FENCE');
      });
    }

    it('When the answer to the grant was slow, Then the time counts from before it was asked', async () => {
      const { steps, keeper } = openedKeeper();
      const sinceMs = performance.now();
      steps.delay = delay(TTL_MS / 2);
      const lease = await keeper.acquire(RESOURCE, request(SHORT));
      steps.mood = 'hangs';

      const { afterMs } = await endOf(lease, sinceMs);

      expect(afterMs).to.be.within(TTL_MS * 0.8 - 1, TTL_MS - 1);
    });

    it('When the answer to an earlier renewal comes last, Then the later one counts', async () => {
      const { steps, keeper } = openedKeeper();
      const lease = await keeper.acquire(RESOURCE, request());
      let answer = (): void => undefined;
      steps.delay = new Promise<void>((resolve) => {
        answer = resolve;
      });
      const earlier = lease.renew();
      await delay(5);
      steps.delay = Promise.resolve();
      const expiresAt = await lease.renew();
      answer();
      expect(await earlier).to.deep.equal(expiresAt);
      expect(lease.expiresAt).to.deep.equal(expiresAt);
      await lease.release();
    });

    it('When the process stalls past the ttl, Then its signal is aborted when it is read, before any timer', async () => {
      const { steps, keeper } = openedKeeper();
      const lease = await keeper.acquire(RESOURCE, request({ ttlMs: 100 }));
      stall(120);

      expect(lease.signal.aborted).to.equal(true);
      expect(codeOf(lease.signal.reason)).to.equal('UNAVAILABLE');
      expect(codeOf(await refusalOf(lease.renew()))).to.equal('STALE_FENCE');
      expect(await lease.release(), 'whether it was still held').to.equal(false);
      expect(steps.renewedAt, 'renewals after the end').to.deep.equal([]);
    });

    it('When the store has lost the lock, Then a renewal is STALE_FENCE and so is the reason of the signal', async () => {
      const { steps, keeper } = openedKeeper();
      const lease = await keeper.acquire(RESOURCE, request());
      steps.forget();
      expect(codeOf(await refusalOf(lease.renew()))).to.equal('STALE_FENCE');
      expect(codeOf(lease.signal.reason)).to.equal('STALE_FENCE');
    });

    it('When the renewal by itself is refused, Then the signal aborts as STALE_FENCE', async () => {
      const { steps, keeper } = openedKeeper();
      const sinceMs = performance.now();
      const lease = await keeper.acquire(RESOURCE, request(SHORT));
      steps.forget();
      const { afterMs, code } = await endOf(lease, sinceMs);
      expect(code).to.equal('STALE_FENCE');
      expect(afterMs).to.be.below(TTL_MS * 0.8);
    });

    it('When it is released, Then the signal aborts as CLOSED first, and again means the same answer', async () => {
      const { steps, keeper } = openedKeeper();
      const lease = await keeper.acquire(RESOURCE, request());
      const sentAtAbort: number[] = [];
      lease.signal.addEventListener('abort', () => sentAtAbort.push(steps.released.length));

      expect(await Promise.all([lease.release(), lease.release()])).to.deep.equal([true, true]);
      await lease[Symbol.asyncDispose]();

      expect(await lease.release()).to.equal(true);
      expect(sentAtAbort, 'releases sent when it aborted').to.deep.equal([0]);
      expect(steps.released).to.deep.equal([lease.fence]);
      expect(codeOf(lease.signal.reason)).to.equal('CLOSED');
      expect(codeOf(await refusalOf(lease.renew()))).to.equal('CLOSED');
    });

    it('When it is released while a renewal is under way, Then the renewal is CLOSED', async () => {
      const { keeper } = openedKeeper();
      const lease = await keeper.acquire(RESOURCE, request());
      const renewal = lease.renew();
      await lease.release();
      expect(codeOf(await refusalOf(renewal))).to.equal('CLOSED');
    });

    it('When the store fails at its release, Then release tells so and disposing of it does not', async () => {
      const { steps, keeper } = openedKeeper();
      const lease = await keeper.acquire(RESOURCE, request());
      steps.mood = 'rejects';
      const [settled] = await Promise.allSettled([lease.release()]);
      expect(settled).to.have.nested.property('reason.message', 'the store is away');
      await lease[Symbol.asyncDispose]();
      expect(lease.signal.aborted).to.equal(true);
    });

    it('When nobody releases it, Then it does not keep the process alive', async () => {
      const program = `
        import { LeaseKeeper } from '@test-coordinator/ports';
        const grant = async (resource, { owner }) =>
          ({ resource, owner, fence: 1, acquiredAt: new Date(), expiresAt: new Date() });
        const keeper = new LeaseKeeper({ grant, renew: async () => new Date(), release: async () => true });
        await keeper.acquire('engine', { owner: 'ada', ttlMs: 86_400_000 });
        console.log('acquired');`;
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--input-type=module', '--eval', program],
        { timeout: PATIENCE_MS },
      );
      expect(stdout).to.equal('acquired\n');
    });
  });
});
