import { verifyChain } from '@test-coordinator/domain';
import { expect } from 'chai';

import { fiftyAtOnce } from '../concurrency/record-races.js';
import { inWorld, type ContractGroup } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { CHAIN, entriesFrom, sequencesOf } from './appended-entries.js';

export const auditLogRaces: ContractGroup = {
  subject: 'auditLog',
  concern: 'races',
  title: 'Given fifty appends at once',
  tests: [
    inWorld('When all are the same batch, Then it is stored once', async (trial) => {
      const { refusals } = await fiftyAtOnce(trial, ({ auditLog }) => auditLog.append(entriesFrom(1, 3)));
      expect(refusals).to.deep.equal([]);
      expect(await sequencesOf(trial.ports)).to.deep.equal([1, 2, 3]);
      expect(verifyChain(CHAIN, await trial.ports.auditLog.readChain(CHAIN))).not.to.have.property('fault');
    }),
    inWorld('When each is of a chain of its own, Then each chain is sound', async (trial) => {
      const { refusals } = await fiftyAtOnce(trial, ({ auditLog }, n) =>
        auditLog.append(entriesFrom(1, 1, { chain: `chain-${n}`, entryId: fixtures.id(n + 1) })),
      );
      expect(refusals).to.deep.equal([]);
      const { items } = await trial.ports.auditLog.listChains();
      expect(items).to.have.length(50);
      for (const chain of items)
        expect(verifyChain(chain, await trial.ports.auditLog.readChain(chain)).entries).to.equal(1);
    }),
  ],
};
