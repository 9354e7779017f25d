import { setTimeout as delay } from 'node:timers/promises';

import { LeaseKeeper } from '@test-coordinator/ports';
import { expect } from 'chai';

import { PATIENCE_MS, RESOURCE, codeOf, openedKeeper, refusalOf, request } from './opened-keeper.js';

/** How much later than it should a timer of a busy machine may come. */
const SLACK_MS = 1_000;

describe('LeaseKeeper', () => {
  describe('Given a lock that is held', () => {
    it('When nobody waits, Then it is LOCK_HELD at once, and says by whom and for how long', async () => {
      const { keeper } = openedKeeper();
      const { fence } = await keeper.acquire(RESOURCE, request({ owner: 'hunter2' }));
      const error = await refusalOf(keeper.acquire(RESOURCE, request()));
      expect(error).to.include({ code: 'LOCK_HELD', id: RESOURCE, entity: 'lock' });
      expect(error.details).to.include({ owner: 'hunter2', fence });
      expect(error.details?.['expiresInMs']).to.satisfy(Number.isInteger).and.to.be.within(1, 60_000);
      expect(error.message, 'what was given').not.to.include('hunter2');
      await keeper.close();
    });

    it('When it is released while somebody waits, Then that one gets it', async () => {
      const { keeper } = openedKeeper();
      const first = await keeper.acquire(RESOURCE, request());
      const second = keeper.acquire(RESOURCE, request({ owner: 'bob', waitMs: PATIENCE_MS }));
      await delay(20);
      await first.release();
      expect(await second)
        .to.include({ owner: 'bob' })
        .and.have.property('fence')
        .above(first.fence);
      await keeper.close();
    });

    it('When the wait is over, Then it is LOCK_HELD, and not before', async () => {
      const { keeper } = openedKeeper();
      await keeper.acquire(RESOURCE, request());
      const sinceMs = performance.now();
      expect(await refusalOf(keeper.acquire(RESOURCE, request({ waitMs: 60 })))).to.include({
        code: 'LOCK_HELD',
      });
      expect(performance.now() - sinceMs).to.be.within(59, 60 + SLACK_MS);
      await keeper.close();
    });

    it('When the signal aborts during the wait, Then it rejects with the reason at once', async () => {
      const { keeper } = openedKeeper();
      await keeper.acquire(RESOURCE, request());
      const caller = new AbortController();
      const reason = new Error('the caller went away');
      const waiting = keeper.acquire(RESOURCE, request({ waitMs: 60_000, signal: caller.signal }));
      const sinceMs = performance.now();
      setTimeout(() => caller.abort(reason), 30);
      const [settled] = await Promise.allSettled([waiting]);
      expect(settled).to.deep.equal({ status: 'rejected', reason });
      expect(performance.now() - sinceMs).to.be.below(30 + SLACK_MS);
      await keeper.close();
    });

    it('When twenty wait for it, Then each gets it in turn, and Node warns of no leak', async () => {
      const { keeper } = openedKeeper();
      const warnings: Error[] = [];
      const note = (warning: Error): number => warnings.push(warning);
      process.on('warning', note);
      const fences: number[] = [];
      await Promise.all(
        Array.from({ length: 20 }, async () => {
          await using lease = await keeper.acquire(RESOURCE, request({ waitMs: PATIENCE_MS }));
          fences.push(lease.fence);
        }),
      );
      process.off('warning', note);
      expect(fences)
        .to.deep.equal([...new Set(fences)].sort((a, b) => a - b))
        .and.have.length(20);
      expect(warnings).to.deep.equal([]);
    });
  });

  describe('Given a signal of the caller', () => {
    it('When it was aborted before, Then nothing is asked', async () => {
      const { steps, keeper } = openedKeeper();
      const reason = new Error('the caller went away');
      const call = keeper.acquire(RESOURCE, request({ signal: AbortSignal.abort(reason) }));
      expect(await Promise.allSettled([call])).to.deep.equal([{ status: 'rejected', reason }]);
      expect(steps.holder(RESOURCE)).to.equal(undefined);
    });

    it('When it aborts while the grant is under way, Then the lock is given back', async () => {
      const { steps, keeper } = openedKeeper();
      const caller = new AbortController();
      const reason = new Error('the caller went away');
      const call = keeper.acquire(RESOURCE, request({ signal: caller.signal }));
      caller.abort(reason);
      expect(await Promise.allSettled([call])).to.deep.equal([{ status: 'rejected', reason }]);
      expect(steps.released).to.have.length(1);
      expect(steps.holder(RESOURCE)).to.equal(undefined);
    });

    it('When it aborts later, Then the lease stands', async () => {
      const { keeper } = openedKeeper();
      const caller = new AbortController();
      const lease = await keeper.acquire(RESOURCE, request({ signal: caller.signal }));
      caller.abort();
      expect(lease.signal.aborted).to.equal(false);
      await lease.release();
    });
  });

  describe('Given a keeper that is closed', () => {
    it('When it holds leases, Then all are released and end as CLOSED', async () => {
      const { steps, keeper } = openedKeeper();
      const leases = await Promise.all(
        ['a', 'b', 'c'].map((resource) => keeper.acquire(resource, request())),
      );
      await leases[1]!.release();

      await keeper.close();

      expect(leases.map(({ signal }) => codeOf(signal.reason))).to.deep.equal(['CLOSED', 'CLOSED', 'CLOSED']);
      expect(leases.map(({ resource }) => steps.holder(resource))).to.deep.equal([
        undefined,
        undefined,
        undefined,
      ]);
      expect(steps.released, 'each once').to.have.length(3);
    });

    it('When the store is away, Then closing does not fail', async () => {
      const { steps, keeper } = openedKeeper();
      const lease = await keeper.acquire(RESOURCE, request());
      steps.mood = 'rejects';
      await keeper.close();
      expect(lease.signal.aborted).to.equal(true);
    });

    it('When somebody waits for a lock, Then the wait ends as CLOSED', async () => {
      const { keeper } = openedKeeper();
      await keeper.acquire(RESOURCE, request());
      const waiting = refusalOf(keeper.acquire(RESOURCE, request({ waitMs: 60_000 })));
      await delay(20);
      await keeper.close();
      expect(codeOf(await waiting)).to.equal('CLOSED');
    });

    it('When a lock is asked for, Then it is CLOSED and nothing is asked of the store', async () => {
      const { steps, keeper } = openedKeeper();
      await keeper.close();
      expect(codeOf(await refusalOf(keeper.acquire(RESOURCE, request())))).to.equal('CLOSED');
      expect(steps.holder(RESOURCE)).to.equal(undefined);
    });

    it('When it is answered later that the lock is held, Then the call is CLOSED, and does not wait', async () => {
      const { steps, keeper } = openedKeeper();
      await new LeaseKeeper(steps).acquire(RESOURCE, request());
      let answer = (): void => undefined;
      steps.delay = new Promise<void>((resolve) => {
        answer = resolve;
      });
      const call = refusalOf(keeper.acquire(RESOURCE, request({ waitMs: 60_000 })));
      await keeper.close();
      steps.delay = new Promise(() => undefined);
      answer();
      expect(codeOf(await call)).to.equal('CLOSED');
    });

    it('When a grant is answered later, Then the lock is given back and the call is CLOSED', async () => {
      const { steps, keeper } = openedKeeper();
      let answer = (): void => undefined;
      steps.delay = new Promise<void>((resolve) => {
        answer = resolve;
      });
      const call = refusalOf(keeper.acquire(RESOURCE, request()));
      await keeper.close();
      answer();
      expect(codeOf(await call)).to.equal('CLOSED');
      expect(steps.holder(RESOURCE)).to.equal(undefined);
    });
  });

  describe('Given what is no request', () => {
    const refused: readonly (readonly [path: string, resource: unknown, fields: unknown])[] = [
      ['resource', '', {}],
      ['resource', 'a/b', {}],
      ['resource', undefined, {}],
      ['owner', RESOURCE, { owner: '' }],
      ['owner', RESOURCE, { owner: 'a\0' }],
      ['owner', RESOURCE, { owner: 'a'.repeat(1_001) }],
      ['ttlMs', RESOURCE, { ttlMs: 49 }],
      ['ttlMs', RESOURCE, { ttlMs: 86_400_001 }],
      ['ttlMs', RESOURCE, { ttlMs: 100.5 }],
      ['ttlMs', RESOURCE, { ttlMs: undefined }],
      ['waitMs', RESOURCE, { waitMs: -1 }],
      ['waitMs', RESOURCE, { waitMs: '5' }],
      ['fenceAbove', RESOURCE, { fenceAbove: -1 }],
      ['fenceAbove', RESOURCE, { fenceAbove: 2 ** 52 + 1 }],
    ];
    for (const [path, resource, fields] of refused) {
      it(`When ${path} is wrong (${String(JSON.stringify(fields)).slice(0, 40)} ${String(resource)}), Then it is refused by name`, async () => {
        const { steps, keeper } = openedKeeper();
        const given = { ...request(), ...(fields as object) };
        const error = await refusalOf(keeper.acquire(resource as string, given));
        expect(error.code).to.equal('INVALID_ARGUMENT');
        expect(error.details?.['problems']).to.have.nested.property('[0].path', path);
        expect(steps.holder(RESOURCE)).to.equal(undefined);
      });
    }

    it('When it is no object, Then it is refused', async () => {
      for (const given of [undefined, null, 'ada'])
        expect(codeOf(await refusalOf(openedKeeper().keeper.acquire(RESOURCE, given as never)))).to.equal(
          'INVALID_ARGUMENT',
        );
    });
  });

  it('Given a fence that was seen elsewhere, When a lock is asked for above it, Then the store is told', async () => {
    const { keeper } = openedKeeper();
    const lease = await keeper.acquire(RESOURCE, request({ fenceAbove: 2 ** 52 }));
    expect(lease.fence).to.equal(2 ** 52 + 1);
    await lease.release();
  });
});
