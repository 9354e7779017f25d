import { CHAIN_START, auditContent, chainHash, newAuditEntry, verifyChain } from '@test-coordinator/domain';
import { expect } from 'chai';

import { inWorld, type ContractGroup } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { expectRefusal } from '../outcome.js';
import { scribble, snapshot } from '../snapshot.js';
import { CHAIN, entriesFrom, sequencesOf } from './appended-entries.js';

export const appendGroup: ContractGroup = {
  subject: 'auditLog',
  concern: 'appending',
  title: 'Given entries that are appended',
  tests: [
    inWorld('When one has every field, Then it is found as it was given', async ({ ports: { auditLog } }) => {
      const entry = fixtures.fullAuditEntry();
      await auditLog.append([entry]);
      expect(snapshot((await auditLog.find({})).items)).to.deep.equal([snapshot(entry)]);
    }),
    inWorld('When one has the least fields, Then none is made up', async ({ ports: { auditLog } }) => {
      const entry = fixtures.auditEntry();
      await auditLog.append([{ ...entry, actor: null, before: undefined }]);
      expect(snapshot((await auditLog.find({})).items)).to.deep.equal([snapshot(entry)]);
    }),
    inWorld(
      'When batches follow one another, Then each link is chained to the one before, across batches',
      async (trial) => {
        const clients = await trial.clients();
        await clients[0]!.auditLog.append(entriesFrom(1, 3));
        await clients
          .at(-1)!
          .auditLog.append([fixtures.fullAuditEntry({ sequence: 4, entryId: fixtures.id(4) })]);
        const links = await clients[0]!.auditLog.readChain(CHAIN);
        let before = CHAIN_START;
        for (const [index, entry] of [
          ...entriesFrom(1, 3),
          fixtures.fullAuditEntry({ sequence: 4, entryId: fixtures.id(4) }),
        ].entries()) {
          const content = auditContent(newAuditEntry(entry));
          const hash = chainHash(before, content);
          expect(links[index]).to.deep.equal({ chain: CHAIN, sequence: index + 1, content, hash });
          before = hash;
        }
        expect(verifyChain(CHAIN, links)).to.include({ entries: 4 }).and.not.to.have.property('fault');
      },
    ),
    inWorld('When they are of two chains, Then each chain is its own', async ({ ports }) => {
      await ports.auditLog.append(entriesFrom(1, 2));
      await ports.auditLog.append(entriesFrom(1, 1, { chain: 'coordinator-2', entryId: fixtures.id(9) }));
      await ports.auditLog.append(entriesFrom(3, 3));
      for (const chain of [CHAIN, 'coordinator-2'])
        expect(verifyChain(chain, await ports.auditLog.readChain(chain))).not.to.have.property('fault');
      expect(await sequencesOf(ports)).to.deep.equal([1, 2, 3]);
      expect(await sequencesOf(ports, 'coordinator-2')).to.deep.equal([1]);
    }),
    inWorld('When a batch is appended again, Then it is stored once', async ({ ports }) => {
      await ports.auditLog.append(entriesFrom(1, 3));
      const links = snapshot(await ports.auditLog.readChain(CHAIN));
      await ports.auditLog.append(entriesFrom(1, 3));
      await ports.auditLog.append(entriesFrom(2, 2));
      expect(snapshot(await ports.auditLog.readChain(CHAIN))).to.deep.equal(links);
    }),
    inWorld('When a part of a batch is there, Then the rest is stored', async ({ ports }) => {
      await ports.auditLog.append(entriesFrom(1, 2));
      await ports.auditLog.append(entriesFrom(1, 4));
      expect(await sequencesOf(ports)).to.deep.equal([1, 2, 3, 4]);
      expect(verifyChain(CHAIN, await ports.auditLog.readChain(CHAIN))).not.to.have.property('fault');
    }),
    inWorld(
      'When a sequence holds another content, Then it is ALREADY_EXISTS and nothing of the batch is stored',
      async ({ ports }) => {
        await ports.auditLog.append(entriesFrom(1, 2));
        const links = snapshot(await ports.auditLog.readChain(CHAIN));
        const other = [...entriesFrom(2, 2, { actor: 'eve' }), ...entriesFrom(3, 4)];
        await expectRefusal(ports.auditLog.append(other), 'ALREADY_EXISTS');
        expect(snapshot(await ports.auditLog.readChain(CHAIN))).to.deep.equal(links);
      },
    ),
    inWorld('When an entry id is that of another entry, Then it is ALREADY_EXISTS', async ({ ports }) => {
      await ports.auditLog.append(entriesFrom(1, 1));
      const taken = [...entriesFrom(2, 2), ...entriesFrom(3, 3, { entryId: fixtures.id(1) })];
      await expectRefusal(ports.auditLog.append(taken), 'ALREADY_EXISTS');
      expect(await sequencesOf(ports)).to.deep.equal([1]);
    }),
    inWorld(
      'When there is a gap, Then they are stored behind it, and verification tells',
      async ({ ports }) => {
        await ports.auditLog.append(entriesFrom(1, 2));
        await ports.auditLog.append(entriesFrom(5, 6));
        const links = await ports.auditLog.readChain(CHAIN);
        expect(links.map(({ sequence }) => sequence)).to.deep.equal([1, 2, 5, 6]);
        expect(links[2]!.hash).to.equal(chainHash(links[1]!.hash, links[2]!.content));
        expect(verifyChain(CHAIN, links).fault).to.deep.equal({ sequence: 3, kind: 'deleted' });
      },
    ),
    inWorld(
      'When what was given and what was found is scribbled over, Then nothing stored changes',
      async ({ ports: { auditLog } }) => {
        const given = snapshot([fixtures.fullAuditEntry()]);
        const call = auditLog.append(given as never);
        scribble(given);
        await call;
        scribble(await auditLog.find({}));
        scribble(await auditLog.readChain(CHAIN));
        expect(snapshot((await auditLog.find({})).items)).to.deep.equal([
          snapshot(fixtures.fullAuditEntry()),
        ]);
        expect(verifyChain(CHAIN, await auditLog.readChain(CHAIN))).not.to.have.property('fault');
      },
    ),
  ],
};
