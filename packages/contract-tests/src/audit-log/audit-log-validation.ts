import { expect } from 'chai';

import { inWorld, type ContractGroup } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { SECRET, expectRefusal } from '../outcome.js';
import { entriesFrom } from './appended-entries.js';

/** What a field of an entry cannot be. */
const BREACHES: readonly (readonly [field: string, values: readonly unknown[]])[] = [
  ['entryId', [undefined, '', 'x', fixtures.id(1).toUpperCase()]],
  ['chain', [undefined, '', '-a', `${SECRET} x`, 'a'.repeat(129)]],
  ['sequence', [undefined, 0, -1, 1.5, '1', 2 ** 53]],
  ['at', [undefined, '2026-01-01T00:00:00.000Z', new Date(Number.NaN)]],
  ['phase', [undefined, 'done', null]],
  ['action', [undefined, '', `${SECRET}\0`, 'a'.repeat(201)]],
  ['entity', [undefined, '', 7]],
  ['actor', ['', `${SECRET}\0`, '\ud800']],
  ['attempt', [0, 1.5, '1']],
  ['result', ['ok', SECRET]],
  ['before', [SECRET, 1, [], new Date(0), { a: 1n }]],
  ['after', [SECRET, { a: `${SECRET}\0` }]],
  ['other', [SECRET]],
];

export const auditLogValidationGroup: ContractGroup = {
  subject: 'auditLog',
  concern: 'validation',
  title: 'Given what an audit log is asked',
  tests: [
    ...BREACHES.map(([field, values]) =>
      inWorld(
        `When ${field} of an entry is not what it may be, Then it is INVALID_ARGUMENT with the path, and nothing is stored`,
        async ({ ports: { auditLog } }) => {
          for (const value of values) {
            const entries = [fixtures.auditEntry(), ...entriesFrom(2, 2, { [field]: value })];
            // At the first level of JSON, its path ends with the field; within it, it goes on.
            const error = await expectRefusal(auditLog.append(entries), 'INVALID_ARGUMENT');
            expect(error.message).to.include(`entries[1].${field}`);
          }
          expect((await auditLog.find({})).items).to.deep.equal([]);
        },
      ),
    ),
    inWorld(
      'When a batch is empty, too large, of two chains or out of order, Then it is INVALID_ARGUMENT',
      async ({ ports: { auditLog } }) => {
        const bad: readonly (readonly [entries: unknown, path: string])[] = [
          [[], 'entries'],
          [entriesFrom(1, 1_001), 'entries'],
          [fixtures.auditEntry(), 'entries'],
          [[...entriesFrom(1, 1), ...entriesFrom(2, 2, { chain: 'other' })], 'entries[1].chain'],
          [[...entriesFrom(1, 1), ...entriesFrom(3, 3)], 'entries[1].sequence'],
          [[...entriesFrom(2, 2), ...entriesFrom(1, 1)], 'entries[1].sequence'],
        ];
        for (const [entries, path] of bad)
          await expectRefusal(auditLog.append(entries as never), 'INVALID_ARGUMENT', { path });
        expect((await auditLog.find({})).items).to.deep.equal([]);
      },
    ),
    inWorld('When the largest batch is appended, Then it is stored', async ({ ports: { auditLog } }) => {
      await auditLog.append(entriesFrom(1, 1_000));
      expect(await auditLog.readChain('coordinator-1')).to.have.length(1_000);
    }),
    inWorld(
      'When a chain or a range is none, Then it is INVALID_ARGUMENT',
      async ({ ports: { auditLog } }) => {
        for (const chain of ['', 'a b', `${SECRET}\0`, 7 as never])
          await expectRefusal(auditLog.readChain(chain), 'INVALID_ARGUMENT', { path: 'chain' });
        for (const [field, value] of [
          ['after', -1],
          ['after', 1.5],
          ['limit', 0],
          ['limit', 1_001],
          ['limit', '1'],
          ['other', 1],
        ] as const)
          await expectRefusal(auditLog.readChain('a', { [field]: value }), 'INVALID_ARGUMENT', {
            path: field,
          });
      },
    ),
  ],
};
