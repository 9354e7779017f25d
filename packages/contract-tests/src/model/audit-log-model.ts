import {
  CHAIN_START,
  auditContent,
  chainHash,
  newAuditEntry,
  type AuditEntry,
  type AuditLink,
  type NewAuditEntry,
} from '@test-coordinator/domain';
import type { AuditFilter, AuditLog, ChainRange, Page, PageRequest } from '@test-coordinator/ports';

import { isWithin } from './model-filters.js';
import { modelPage, type ModelOrder } from './model-page.js';
import { refuseIf } from './model-refusal.js';
import type { Synchronous } from './synchronous.js';

interface Stored extends AuditLink {
  readonly entry: AuditEntry;
}

const NEWEST_FIRST: ModelOrder<AuditEntry> = { kind: 'id', keyOf: ({ entryId }) => [entryId] };
const BY_NAME: ModelOrder<string> = { kind: 'id', keyOf: (chain) => [chain] };

/** What the contract says of the audit log, on a plain list. Inputs are valid. */
export class AuditLogModel implements Synchronous<AuditLog> {
  #stored: readonly Stored[] = [];

  append(entries: readonly NewAuditEntry[]): void {
    let stored = this.#stored;
    for (const entry of entries.map(newAuditEntry)) {
      const { chain, sequence, entryId } = entry;
      const content = auditContent(entry);
      const links = stored.filter((link) => link.chain === chain);
      const there = links.find((link) => link.sequence === sequence);
      refuseIf({ ALREADY_EXISTS: there !== undefined && there.content !== content });
      if (there !== undefined) continue;
      refuseIf({ ALREADY_EXISTS: stored.some((other) => other.entry.entryId === entryId) });
      const hash = chainHash(links.at(-1)?.hash ?? CHAIN_START, content);
      stored = [...stored, { chain, sequence, content, hash, entry }];
    }
    this.#stored = stored;
  }

  find({ from, to, results, ...fields }: AuditFilter, page?: PageRequest): Page<AuditEntry> {
    const asked = Object.entries(fields).filter(([, wanted]) => wanted !== undefined);
    const found = this.#stored
      .map(({ entry }) => entry)
      .filter(
        (entry) =>
          asked.every(([field, wanted]) => entry[field as keyof AuditEntry] === wanted) &&
          isWithin({ from, to }, entry.at) &&
          (results === undefined || (entry.result !== undefined && results.includes(entry.result))),
      );
    return modelPage(found, NEWEST_FIRST, page);
  }

  listChains(page?: PageRequest): Page<string> {
    return modelPage([...new Set(this.#stored.map(({ chain }) => chain))], BY_NAME, page);
  }

  readChain(chain: string, { after = 0, limit = 1_000 }: ChainRange = {}): readonly AuditLink[] {
    return this.#stored
      .filter((link) => link.chain === chain && link.sequence > after)
      .slice(0, limit)
      .map(({ sequence, content, hash }) => ({ chain, sequence, content, hash }));
  }
}
