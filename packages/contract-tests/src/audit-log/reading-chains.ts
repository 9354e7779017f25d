import { expect } from 'chai';

import { inWorld, type ContractGroup } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { CHAIN, entriesFrom, sequencesOf } from './appended-entries.js';

export const chainGroup: ContractGroup = {
  subject: 'auditLog',
  concern: 'chains',
  title: 'Given the chains of the log',
  tests: [
    inWorld('When nothing was appended, Then there is no chain, and none has a link', async ({ ports }) => {
      expect(await ports.auditLog.listChains()).to.deep.equal({ items: [], nextCursor: null });
      expect(await ports.auditLog.readChain(CHAIN)).to.deep.equal([]);
    }),
    inWorld(
      'When one is read from a place on, Then its links come in order, as many as asked',
      async ({ ports }) => {
        await ports.auditLog.append(entriesFrom(1, 12));
        const read = async (after?: number, limit?: number): Promise<readonly number[]> =>
          (await ports.auditLog.readChain(CHAIN, { after, limit })).map(({ sequence }) => sequence);
        expect(await sequencesOf(ports)).to.deep.equal(entriesFrom(1, 12).map(({ sequence }) => sequence));
        expect(await read(0, 3)).to.deep.equal([1, 2, 3]);
        expect(await read(3, 3)).to.deep.equal([4, 5, 6]);
        expect(await read(9)).to.deep.equal([10, 11, 12]);
        expect(await read(12)).to.deep.equal([]);
      },
    ),
    inWorld('When there are several, Then each is named once, in pages', async ({ ports: { auditLog } }) => {
      const chains = ['b', 'B', 'a', '1', 'a.b'];
      for (const [index, chain] of chains.entries()) {
        for (const sequence of [1, 2])
          await auditLog.append(
            entriesFrom(sequence, sequence, { chain, entryId: fixtures.id(2 * index + sequence) }),
          );
      }
      const first = await auditLog.listChains({ limit: 2 });
      const rest = await auditLog.listChains({ cursor: first.nextCursor! });
      expect([...first.items, ...rest.items]).to.deep.equal(['b', 'a.b', 'a', 'B', '1']);
      expect(first.items).to.have.length(2);
      expect(rest.nextCursor).to.equal(null);
    }),
  ],
};
