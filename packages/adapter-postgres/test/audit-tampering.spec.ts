import { createPostgresAdapter, type PostgresAdapter } from '@test-coordinator/adapter-postgres';
import { fixtures } from '@test-coordinator/contract-tests';
import { chainHash, verifyChain, type AuditCheckpoint, type ChainFault } from '@test-coordinator/domain';
import { expect } from 'chai';
import type pg from 'pg';

import { connected } from './fault-worlds.js';
import { sharedServer } from './test-databases.js';

const ENTRIES = 30;
const TABLE = 'test_coordination.audit_entries';

/** Chains all of the entries anew from what they hold now, as an owner would who knows how they are chained. */
async function rechain(owner: pg.Client): Promise<void> {
  const { rows } = await owner.query<{ sequence: string; content: string }>(
    `SELECT sequence, content FROM ${TABLE} ORDER BY sequence`,
  );
  let hash = '0'.repeat(64);
  for (const { sequence, content } of rows) {
    hash = chainHash(hash, content);
    await owner.query(`UPDATE ${TABLE} SET hash = $2 WHERE sequence = $1`, [sequence, hash]);
  }
}

const FORGED = `UPDATE ${TABLE} SET content = replace(content, 'key:ada', 'key:eve'), actor = 'key:eve' WHERE sequence = 17`;

/** What the owner of the table does, and what is told of it, without and with checkpoints at 10 and at 25. */
const TAMPERED: readonly (readonly [
  what: string,
  tamper: (owner: pg.Client) => Promise<unknown>,
  alone: ChainFault | undefined,
  withCheckpoints: ChainFault,
])[] = [
  [
    'changes an entry (B29)',
    (owner) => owner.query(FORGED),
    { sequence: 17, kind: 'changed' },
    { sequence: 17, kind: 'changed' },
  ],
  [
    'deletes the last ten (B29)',
    (owner) => owner.query(`DELETE FROM ${TABLE} WHERE sequence > ${ENTRIES - 10}`),
    undefined,
    { sequence: 21, kind: 'cut' },
  ],
  [
    'deletes one (G23)',
    (owner) => owner.query(`DELETE FROM ${TABLE} WHERE sequence = 12`),
    { sequence: 12, kind: 'deleted' },
    { sequence: 12, kind: 'deleted' },
  ],
  [
    'exchanges two (G23)',
    (owner) =>
      owner.query(`UPDATE ${TABLE} SET sequence = -1 WHERE sequence = 5;
        UPDATE ${TABLE} SET sequence = 5 WHERE sequence = 6; UPDATE ${TABLE} SET sequence = 6 WHERE sequence = -1`),
    { sequence: 5, kind: 'reordered' },
    { sequence: 5, kind: 'reordered' },
  ],
  [
    'changes an entry and writes all hashes anew (G23)',
    async (owner) => {
      await owner.query(FORGED);
      await rechain(owner);
    },
    undefined,
    { sequence: 11, kind: 'rewritten' },
  ],
  [
    'moves the chain under another name (G23)',
    (owner) => owner.query(`UPDATE ${TABLE} SET chain = 'elsewhere'`),
    undefined,
    { sequence: 1, kind: 'cut' },
  ],
];

describe('An audit log that its owner tampers with', () => {
  let adapter: PostgresAdapter;
  let owner: pg.Client;
  const chain = 'coordinator-1';
  before(async () => {
    const url = await sharedServer.migratedDatabase();
    adapter = createPostgresAdapter({ settings: { url } });
    await adapter.start();
    owner = await connected(url);
  });
  after(async () => {
    await adapter.stop();
    await owner.end();
  });
  beforeEach(async () => {
    await owner.query(`DELETE FROM ${TABLE}`);
    const numbers = Array.from({ length: ENTRIES }, (_, index) => index + 1);
    await adapter.ports.auditLog.append(
      numbers.map((n) => fixtures.auditEntry({ entryId: fixtures.id(n), sequence: n, actor: 'key:ada' })),
    );
  });

  for (const [what, tamper, alone, withCheckpoints] of TAMPERED) {
    it(`When the owner ${what}, Then verification tells the first bad entry`, async () => {
      const { auditLog } = adapter.ports;
      const before = await auditLog.readChain(chain);
      const checkpoints: readonly AuditCheckpoint[] = [10, 25].map((sequence) => {
        const { hash } = before[sequence - 1]!;
        return { chain, sequence, count: sequence, hash, at: fixtures.at(0) };
      });
      expect(verifyChain(chain, before, checkpoints))
        .to.include({ vouchedThrough: 25 })
        .and.not.have.property('fault');

      await tamper(owner);

      const after = await auditLog.readChain(chain);
      expect(after, 'that it was tampered with').not.to.deep.equal(before);
      expect(verifyChain(chain, after).fault).to.deep.equal(alone);
      expect(verifyChain(chain, after, checkpoints).fault).to.deep.equal(withCheckpoints);
    });
  }

  it('When the owner changes what can be asked for alone, Then verification tells the entry', async () => {
    for (const change of [
      ...['actor', 'action', 'entity', 'record_id', 'run_id', 'request_id', 'result'].map(
        (each) => `${each} = 'eve'`,
      ),
      "at = '2020-01-01T00:00:00.000Z'",
      `entry_id = '${fixtures.id(999)}'`,
    ]) {
      await owner.query(`UPDATE ${TABLE} SET ${change} WHERE sequence = 9`);
      const report = verifyChain(chain, await adapter.ports.auditLog.readChain(chain));
      expect(report.fault, change).to.deep.equal({ sequence: 9, kind: 'changed' });
    }
  });

  it('When the owner leaves what is no JSON, Then verification tells the entry, and finding it is INTERNAL', async () => {
    await owner.query(`UPDATE ${TABLE} SET content = 'gone' WHERE sequence = 9`);
    const report = verifyChain(chain, await adapter.ports.auditLog.readChain(chain));
    expect(report.fault).to.deep.equal({ sequence: 9, kind: 'changed' });
    const code = await adapter.ports.auditLog.find({}).then(
      () => 'answered',
      (error: { code?: string }) => error.code,
    );
    expect(code).to.equal('INTERNAL');
  });
});
