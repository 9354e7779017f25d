import { fixtures } from '@test-coordinator/contract-tests';
import { verifyChain, type NewAuditEntry } from '@test-coordinator/domain';
import { DataAdapterError } from '@test-coordinator/ports';
import { expect } from 'chai';

import { SpooledWorld } from './spooled-worlds.js';

function entries(
  first: number,
  last: number,
  chain = 'coordinator-1',
  idsFrom = 0,
): readonly NewAuditEntry[] {
  return Array.from({ length: last - first + 1 }, (_, index) =>
    fixtures.fullAuditEntry({
      chain,
      sequence: first + index,
      entryId: fixtures.id(idsFrom + first + index),
      at: fixtures.at(index),
    }),
  );
}

async function refusalOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'answered',
    (error: unknown) => (DataAdapterError.is(error) ? error.code : 'another error'),
  );
}

describe('An audit log behind a spool', () => {
  let world: SpooledWorld;
  beforeEach(async () => {
    world = await SpooledWorld.started();
  });
  afterEach(() => world.close());

  it('Given entries of two chains and records, When the store was away, Then each chain is sound and has each entry once', async () => {
    const { auditLog, scenarios } = world.ports;
    await auditLog.append(entries(1, 2));
    world.cutStore();
    await auditLog.append(entries(3, 4));
    await scenarios.create(fixtures.scenario());
    await auditLog.append(entries(1, 3, 'coordinator-2', 500));
    await auditLog.append(entries(5, 5));
    expect(await refusalOf(auditLog.find({})), 'that the store is away').to.equal('UNAVAILABLE');
    expect(await refusalOf(auditLog.readChain('coordinator-1'))).to.equal('UNAVAILABLE');
    await world.drain();

    const stored = world.store.auditLog;
    for (const [chain, count] of [
      ['coordinator-1', 5],
      ['coordinator-2', 3],
    ] as const) {
      const report = verifyChain(chain, await stored.readChain(chain));
      expect(report).to.include({ entries: count }).and.not.to.have.property('fault');
    }
    expect((await stored.find({})).items).to.have.length(8);
    expect(await world.store.scenarios.getById('restart-engine')).not.to.equal(null);
  });

  it('Given entries that were stored before the answer was lost, When they are sent from the spool, Then they are there once', async () => {
    await world.store.auditLog.append(entries(1, 3));
    world.cutStore();
    await world.ports.auditLog.append(entries(1, 3));
    await world.ports.auditLog.append(entries(4, 4));
    await world.drain();
    const links = await world.store.auditLog.readChain('coordinator-1');
    expect(links.map(({ sequence }) => sequence)).to.deep.equal([1, 2, 3, 4]);
  });

  it('Given entries that the store refuses, When the rest is stored, Then they are kept as dead letters', async () => {
    await world.store.auditLog.append(entries(1, 1, 'coordinator-1', 900));
    world.cutStore();
    await world.ports.auditLog.append(entries(1, 1));
    await world.ports.auditLog.append(entries(2, 2));
    await world.ports.auditLog.append(entries(1, 2, 'coordinator-2', 500));
    await world.drain();
    expect((await world.spooled.status()).deadLetters).to.equal(1);
    expect(await world.store.auditLog.readChain('coordinator-1')).to.have.length(2);
    expect(await world.store.auditLog.readChain('coordinator-2')).to.have.length(2);
  });
});
