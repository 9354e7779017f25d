import type { AuditEntry, AuditLink, NewAuditEntry } from '@test-coordinator/domain';

import type { CallOptions } from './call-options.js';
import type { AuditFilter } from './filters.js';
import type { Page, PageRequest } from './page.js';
import { token, type Token } from './token.js';

/** Which links of a chain. */
export interface ChainRange {
  /** The sequence before the first one. @default 0 */
  readonly after?: number | undefined;
  /** 1–1000. @default 1000 */
  readonly limit?: number | undefined;
}

/**
 * Who changed what, in chains of hashes: entries are appended, and nothing changes or removes them.
 * A chain has one writer, which numbers its entries from 1 and appends them in that order, one batch at a time. The store
 * chains each to the one before: `hash` is `chainHash` of the hash of the link that is last then (`CHAIN_START` for the
 * first) and of the entry's text, `auditContent`.
 * Each method may also reject with `CLOSED`, `UNAVAILABLE`, `TIMEOUT` or `INTERNAL`.
 */
export interface AuditLog {
  /**
   * Stores 1–1000 entries of one chain, whose sequences follow one another, all or none, and is answered when they are
   * durable. Entries up to the last sequence of the chain that are there with the same content are passed over, so that a
   * batch may be sent again after an answer was lost. A gap behind the last one is no reason to refuse: somebody took
   * entries away, and verification tells.
   * Codes: `INVALID_ARGUMENT`, the path starting with the place: `entries[3].sequence`; `ALREADY_EXISTS` for a sequence
   * that holds another content, and nothing is stored; `UNKNOWN_OUTCOME`.
   */
  append(entries: readonly NewAuditEntry[], options?: CallOptions): Promise<void>;

  /** The entries that match every field of the filter, newest first by id. Codes: `INVALID_ARGUMENT`, also for a field that is not known. */
  find(filter: AuditFilter, page?: PageRequest, options?: CallOptions): Promise<Page<AuditEntry>>;

  /** The names of all chains that have an entry, by their characters' codes, descending. Codes: `INVALID_ARGUMENT`. */
  listChains(page?: PageRequest, options?: CallOptions): Promise<Page<string>>;

  /**
   * The links of a chain as they are stored, whatever was done to them, in the order of their sequence; none for a chain
   * that is not known. Codes: `INVALID_ARGUMENT`.
   */
  readChain(chain: string, range?: ChainRange, options?: CallOptions): Promise<readonly AuditLink[]>;
}
export const AuditLog: Token<AuditLog> = token('AuditLog');
