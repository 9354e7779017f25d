import { expect } from 'chai';
import type { Lease } from '@test-coordinator/ports';

import { inWorld, type ContractGroup } from '../contract-group.js';
import { acquire, expectHolder, outlast } from '../locks/held-lock.js';
import { expectOneWinner } from '../outcome.js';
import { fiftyAtOnce } from './record-races.js';

export const lockRaces: ContractGroup = {
  subject: 'executionLocks',
  concern: 'races',
  title: 'Given fifty calls at once for one lock',
  tests: [
    inWorld('When it is free, Then one gets it, and the others are LOCK_HELD', async (trial) => {
      const outcome = await fiftyAtOnce(trial, (ports, n) => acquire(ports, { owner: `caller ${n}` }));
      const lease = expectOneWinner(outcome, 'LOCK_HELD');
      await expectHolder(trial.ports, lease);
      for (const { details } of outcome.refusals) expect(details).to.include({ fence: lease.fence });
    }),
    inWorld('When it has lapsed, Then one gets it, and the others are LOCK_HELD', async (trial) => {
      const old = await acquire(trial.ports, { ttlMs: 100 });
      outlast(trial, 100);
      const outcome = await fiftyAtOnce(trial, (ports) => acquire(ports));
      const lease = expectOneWinner(outcome, 'LOCK_HELD');
      expect(lease.fence).to.be.above(old.fence);
    }),
    inWorld('When all wait for it, Then each has it once, and never two at once', async (trial) => {
      let holders = 0;
      const fences: number[] = [];
      const { answers, refusals } = await fiftyAtOnce(trial, async (ports) => {
        const lease = await acquire(ports, { waitMs: 25_000 });
        holders += 1;
        const together = holders;
        fences.push(lease.fence);
        await lease.renew();
        holders -= 1;
        await lease.release();
        return together;
      });
      expect(refusals).to.deep.equal([]);
      expect(new Set(answers), 'holders at one time').to.deep.equal(new Set([1]));
      expect(fences).to.deep.equal([...new Set(fences)].sort((a, b) => a - b));
    }),
    inWorld('When all give back what one holds, Then it is given back once', async (trial) => {
      const lease: Lease = await acquire(trial.ports);
      const { answers } = await fiftyAtOnce(trial, () => lease.release());
      expect(new Set(answers)).to.deep.equal(new Set([true]));
      await expectHolder(trial.ports, undefined);
    }),
  ],
};
