import {
  CHAIN_START,
  auditContent,
  chainHash,
  type AuditEntry,
  type AuditLink,
  type NewAuditEntry,
} from '@test-coordinator/domain';
import {
  DataAdapterError,
  checkAuditFilter,
  checkChain,
  encodeCursor,
  readAuditEntries,
  readChainRange,
  readPage,
  type AuditFilter,
  type AuditLog,
  type CallOptions,
  type ChainRange,
  type Page,
  type PageRequest,
  type ReadPage,
} from '@test-coordinator/ports';

import type { Calls } from './calls.js';
import { SortedList } from './sorted-list.js';

const byCharacters = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The audit log of one process. Its chains are as good as its memory: who can change one can change the other. */
export class StubAuditLog implements AuditLog {
  readonly #chains = new Map<string, AuditLink[]>();
  readonly #names = new SortedList<string>(byCharacters);
  readonly #entries = new Map<string, AuditEntry>();
  readonly #ids = new SortedList<string>(byCharacters);
  readonly #calls: Calls;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  append(given: readonly NewAuditEntry[], options?: CallOptions): Promise<void> {
    return this.#calls.write('auditLog.append', {}, options, () => {
      const entries = readAuditEntries(given);
      const { chain } = entries[0]!;
      const links = this.#chains.get(chain) ?? [];
      const last = links.at(-1)?.sequence ?? 0;
      for (const entry of entries) if (entry.sequence <= last) refuseOther(links, entry);
      const added = entries.filter(({ sequence }) => sequence > last);
      const ids = new Set(added.map(({ entryId }) => entryId));
      if (ids.size < added.length || added.some(({ entryId }) => this.#entries.has(entryId)))
        throw taken(chain, 'an id is that of another entry');
      for (const entry of added) this.#add(links, entry);
      if (last === 0 && added.length > 0) {
        this.#chains.set(chain, links);
        this.#names.add(chain);
      }
    });
  }

  find(filter: AuditFilter, page?: PageRequest, options?: CallOptions): Promise<Page<AuditEntry>> {
    return this.#calls.read('auditLog.find', {}, options, () => {
      const matches = matcherOf(checkAuditFilter(filter));
      return pageFrom(this.#ids, readPage(page, 'id'), (id) => {
        const entry = this.#entries.get(id)!;
        return matches(entry) ? entry : undefined;
      });
    });
  }

  listChains(page?: PageRequest, options?: CallOptions): Promise<Page<string>> {
    return this.#calls.read('auditLog.listChains', {}, options, () =>
      pageFrom(this.#names, readPage(page, 'id'), (name) => name),
    );
  }

  readChain(chain: string, range?: ChainRange, options?: CallOptions): Promise<readonly AuditLink[]> {
    return this.#calls.read('auditLog.readChain', { chain }, options, () => {
      checkChain(chain);
      const { after, limit } = readChainRange(range);
      const links = this.#chains.get(chain) ?? [];
      const start = links.findIndex(({ sequence }) => sequence > after);
      return Object.freeze(start < 0 ? [] : links.slice(start, start + limit));
    });
  }

  #add(links: AuditLink[], entry: AuditEntry): void {
    const { chain, sequence, entryId } = entry;
    const content = auditContent(entry);
    const hash = chainHash(links.at(-1)?.hash ?? CHAIN_START, content);
    links.push(Object.freeze({ chain, sequence, content, hash }));
    this.#entries.set(entryId, entry);
    this.#ids.add(entryId);
  }
}

function refuseOther(links: readonly AuditLink[], entry: AuditEntry): void {
  const there = links.find(({ sequence }) => sequence === entry.sequence);
  if (there !== undefined && there.content !== auditContent(entry))
    throw taken(entry.chain, `sequence ${entry.sequence} holds another entry`);
}

function taken(chain: string, what: string): DataAdapterError {
  return new DataAdapterError(
    'ALREADY_EXISTS',
    `chain ${chain}: ${what}; a chain has one writer, so begin another chain`,
    { entity: 'audit chain', id: chain },
  );
}

function matcherOf({ from, to, results, ...fields }: AuditFilter): (entry: AuditEntry) => boolean {
  const asked = Object.entries(fields).filter(([, wanted]) => wanted !== undefined);
  return (entry) =>
    asked.every(([field, wanted]) => entry[field as keyof AuditEntry] === wanted) &&
    (from === undefined || entry.at >= from) &&
    (to === undefined || entry.at < to) &&
    (results === undefined || (entry.result !== undefined && results.includes(entry.result)));
}

/** One page of what the keys stand for, in descending order; a key that stands for nothing is passed over. */
function pageFrom<Item>(
  keys: SortedList<string>,
  { limit, after }: ReadPage,
  itemOf: (key: string) => Item | undefined,
): Page<Item> {
  const beyond = after === undefined ? undefined : String(after[0]);
  const items: Item[] = [];
  let last: string | undefined;
  for (const key of keys.descending(beyond === undefined ? undefined : (each) => each < beyond)) {
    const item = itemOf(key);
    if (item === undefined) continue;
    if (items.length === limit) return { items: Object.freeze(items), nextCursor: encodeCursor([last!]) };
    items.push(item);
    last = key;
  }
  return { items: Object.freeze(items), nextCursor: null };
}
