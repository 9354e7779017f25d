import type { AuditEntry, AuditLink, NewAuditEntry } from '@test-coordinator/domain';
import {
  readAuditEntries,
  type AuditFilter,
  type AuditLog,
  type CallOptions,
  type ChainRange,
  type Page,
  type PageRequest,
} from '@test-coordinator/ports';

import type { DegradedCalls } from './degraded-calls.js';

/**
 * The audit log of a store that may be away: entries wait with what they tell of, chain by chain in their order, so that
 * the log survives the outage that it describes. What is there is told by the store alone.
 */
export class SpooledAuditLog implements AuditLog {
  constructor(
    private readonly store: AuditLog,
    private readonly calls: DegradedCalls,
  ) {}

  async append(given: readonly NewAuditEntry[], options?: CallOptions): Promise<void> {
    const entries = readAuditEntries(given);
    await this.calls.write<readonly AuditEntry[]>({
      options,
      key: `audit:${entries[0]!.chain}`,
      direct: async () => {
        await this.store.append(entries, options);
        return entries;
      },
      judge: () => ({ command: { method: 'auditLog.append', entries }, answer: entries }),
    });
  }

  find(filter: AuditFilter, page?: PageRequest, options?: CallOptions): Promise<Page<AuditEntry>> {
    return this.calls.figure(() => this.store.find(filter, page, options));
  }

  listChains(page?: PageRequest, options?: CallOptions): Promise<Page<string>> {
    return this.calls.figure(() => this.store.listChains(page, options));
  }

  readChain(chain: string, range?: ChainRange, options?: CallOptions): Promise<readonly AuditLink[]> {
    return this.calls.figure(() => this.store.readChain(chain, range, options));
  }
}
