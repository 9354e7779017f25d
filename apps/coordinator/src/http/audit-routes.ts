import { AUDIT_RESULTS } from '@test-coordinator/domain';
import type { AuditFilter, AuditLog } from '@test-coordinator/ports';

import { anyOf, listQuery, type ApiRoute } from './api-route.js';
import { listRoute } from './record-routes.js';
import { AUDIT_ENTRY, AUDIT_ENTRY_PAGE, TIME } from './record-schemas.js';

const TEXT = { type: 'string' };

const AUDIT_FILTER = {
  chain: { ...TEXT, description: 'The entries of one process' },
  actor: { ...TEXT, description: 'Who did it, such as `key:ci`' },
  action: { ...TEXT, description: 'Such as `scenarios.update`' },
  entity: { ...TEXT, description: 'The kind of record, such as `scenario`' },
  id: { ...TEXT, description: 'Of the record' },
  runId: TEXT,
  requestId: TEXT,
  results: { ...anyOf(AUDIT_RESULTS), description: 'How it ended: of outcomes' },
  from: { ...TIME, description: 'At or after this time' },
  to: { ...TIME, description: 'Before this time' },
};

/** What tells of everybody is for administrators. */
export function auditRoutes(log: AuditLog): ApiRoute[] {
  const list = listRoute(
    {
      url: '/api/v1/audit',
      tags: ['audit'],
      id: 'entryId',
      noun: 'entry',
      record: AUDIT_ENTRY,
      page: AUDIT_ENTRY_PAGE,
    },
    {
      operationId: 'listAuditEntries',
      summary: 'Who changed what, the newest first',
      description:
        'An attempt stands before each change and its outcome behind, with the sequence of the attempt.',
      filter: listQuery(AUDIT_FILTER),
      find: (filter: AuditFilter, page, options) => log.find(filter, page, options),
    },
  );
  return [{ ...list, access: 'admin' }];
}
