import type { AuditEntry, NewAuditEntry } from '@test-coordinator/domain';

import { fixtures } from '../fixtures.js';
import { refusedText, refusedWords, type Findable } from '../find/find-group.js';

const { at, id } = fixtures;

/** Each named by its letter, as its action. */
const ENTRIES: readonly Partial<NewAuditEntry>[] = [
  { action: 'a', actor: 'ada', id: 'restart-engine', requestId: 'r-1', at: at(0) },
  { action: 'b', actor: 'ada', entity: 'run', id: id(7), runId: id(7), at: at(10) },
  {
    action: 'c',
    actor: 'eve',
    entity: 'run',
    id: id(8),
    runId: id(8),
    requestId: 'r-1',
    at: at(20),
    result: 'refused',
  },
  { action: 'd', entity: 'event', result: 'done', id: id(7), runId: id(8), at: at(30) },
  { action: 'e', actor: 'Ada', chain: 'coordinator-2', sequence: 1, at: at(-1) },
];

export const auditLogFind: Findable = {
  subject: 'auditLog',
  async seed({ ports: { auditLog } }) {
    for (const [index, entry] of ENTRIES.entries())
      await auditLog.append([fixtures.auditEntry({ entryId: id(index + 1), sequence: index + 1, ...entry })]);
  },
  find: ({ auditLog }, filter, page) => auditLog.find(filter, page),
  nameOf: (entry) => (entry as AuditEntry).action,
  cases: [
    [{}, 'e d c b a'],
    [{ actor: 'ada' }, 'b a'],
    [{ actor: 'nobody' }, ''],
    [{ action: 'c' }, 'c'],
    [{ entity: 'run' }, 'c b'],
    [{ entity: 'scenario' }, 'e a'],
    [{ id: id(7) }, 'd b'],
    [{ runId: id(8) }, 'd c'],
    [{ requestId: 'r-1' }, 'c a'],
    [{ chain: 'coordinator-2' }, 'e'],
    [{ results: ['done', 'refused'] }, 'd c'],
    [{ results: ['refused'], actor: 'eve' }, 'c'],
    [{ results: ['unknown'] }, ''],
    [{ results: [] }, ''],
    [{ from: at(10) }, 'd c b'],
    [{ to: at(10) }, 'e a'],
    [{ from: at(10), to: at(30) }, 'c b'],
    [{ from: at(30), to: at(10) }, ''],
    [{ entity: 'run', actor: 'eve', from: at(0), to: at(100) }, 'c'],
    [{ actor: 'ada', requestId: 'r-1', chain: 'coordinator-1' }, 'a'],
    [{ actor: undefined, entity: 'event' }, 'd'],
  ],
  setField: 'results',
  shorthands: [],
  refused: [
    ...refusedText('actor', 'action', 'entity', 'id', 'runId', 'requestId'),
    ...refusedWords('results'),
    ['chain', 'a b'],
    ['chain', 7],
  ],
};
