import type { AuditLink, NewAuditEntry } from '@test-coordinator/domain';

import type { Ports } from '../adapter-harness.js';
import { fixtures } from '../fixtures.js';

export const CHAIN = 'coordinator-1';

/** Entries of one chain, from one sequence to another, with the ids of their sequences. */
export function entriesFrom(
  first: number,
  last: number,
  fields: Partial<NewAuditEntry> = {},
): readonly NewAuditEntry[] {
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const sequence = first + index;
    return fixtures.auditEntry({ entryId: fixtures.id(sequence), sequence, ...fields });
  });
}

export async function sequencesOf({ auditLog }: Ports, chain: string = CHAIN): Promise<readonly number[]> {
  return (await auditLog.readChain(chain)).map(({ sequence }: AuditLink) => sequence);
}
