import { chainHash, type NewAuditEntry } from '@test-coordinator/domain';
import { readAuditEntries, type AuditLog } from '@test-coordinator/ports';

import { instead, onRefusal, type Saboteur } from './saboteur.js';

type Change = (auditLog: AuditLog) => Partial<AuditLog>;

function broken(mistake: string, caughtBy: Saboteur['caughtBy'], change: Change): Saboteur {
  return {
    mistake,
    caughtBy,
    sabotage: ({ ports: { auditLog } }) => ({ ports: { auditLog: instead(auditLog, change(auditLog)) } }),
  };
}

/** Entries that the port would refuse are left for it to refuse. */
async function each(
  entries: readonly NewAuditEntry[],
  store: (entry: NewAuditEntry) => Promise<void>,
): Promise<void> {
  for (const entry of readAuditEntries(entries)) await store(entry);
}

export const auditSaboteurs: readonly Saboteur[] = [
  broken('stores a part of a batch that is refused', ['auditLog/appending'], (auditLog) => ({
    append: (entries) => each(entries, (entry) => auditLog.append([entry])),
  })),
  broken('takes another entry under a sequence for the same', ['auditLog/appending'], (auditLog) => ({
    append: (entries, options) =>
      onRefusal(auditLog.append(entries, options), 'ALREADY_EXISTS', () => undefined),
  })),
  broken('refuses a batch that was stored before', ['auditLog/appending', 'auditLog/races'], (auditLog) => {
    const seen = new Set<string>();
    return {
      append: async (entries, options) => {
        const key = JSON.stringify(entries);
        if (seen.has(key)) return auditLog.append(entries.map((entry) => ({ ...entry, actor: 'again' })));
        seen.add(key);
        return auditLog.append(entries, options);
      },
    };
  }),
  broken('forgets who asked', ['auditLog/appending', 'auditLog/find'], (auditLog) => ({
    append: (entries, options) =>
      auditLog.append(
        Array.isArray(entries)
          ? entries.map((entry: NewAuditEntry) => ({ ...entry, actor: undefined }))
          : entries,
        options,
      ),
  })),
  broken('chains each batch anew', ['auditLog/appending'], (auditLog) => ({
    readChain: async (chain, range, options) => {
      const links = await auditLog.readChain(chain, range, options);
      return links.map((link) => ({ ...link, hash: chainHash('', link.content) }));
    },
  })),
  broken('writes the text of an entry in an order of its own', ['auditLog/appending'], (auditLog) => ({
    readChain: async (chain, range, options) => {
      const links = await auditLog.readChain(chain, range, options);
      return links.map((link) => ({ ...link, content: `${link.content} ` }));
    },
  })),
  broken('hides a gap', ['auditLog/appending'], (auditLog) => ({
    readChain: async (chain, range, options) => {
      const links = await auditLog.readChain(chain, range, options);
      return links.map((link, index) => ({ ...link, sequence: links[0]!.sequence + index }));
    },
  })),
  broken(
    'puts all entries into one chain',
    ['auditLog/appending', 'auditLog/chains', 'auditLog/races'],
    (auditLog) => ({
      append: (entries, options) =>
        auditLog.append(
          Array.isArray(entries)
            ? entries.map((entry: NewAuditEntry) => ({
                ...entry,
                chain:
                  typeof entry.chain === 'string' && entry.chain !== ''
                    ? entry.chain.slice(0, 6)
                    : entry.chain,
              }))
            : entries,
          options,
        ),
    }),
  ),
  broken('reads a chain from its start, wherever it is asked to begin', ['auditLog/chains'], (auditLog) => ({
    readChain: (chain, range, options) => auditLog.readChain(chain, { ...range, after: 0 }, options),
  })),
  broken('names chains in the order of their first entry', ['auditLog/chains'], (auditLog) => ({
    listChains: async (page, options) => {
      const { items, nextCursor } = await auditLog.listChains(page, options);
      return { items: [...items].reverse(), nextCursor };
    },
  })),
  broken('finds entries of the day after', ['auditLog/find'], (auditLog) => ({
    find: ({ to: _to, ...filter }, page, options) => auditLog.find(filter, page, options),
  })),
  broken('asks for the actor in any case', ['auditLog/find'], (auditLog) => ({
    find: async (filter, page, options) => {
      const { actor, ...rest } = filter ?? {};
      const found = await auditLog.find(filter === null ? filter : rest, page, options);
      const items = found.items.filter(
        (entry) => typeof actor !== 'string' || entry.actor?.toLowerCase() === actor.toLowerCase(),
      );
      return { ...found, items };
    },
  })),
  broken('lists the oldest entry first', ['auditLog/pages of audit entries'], (auditLog) => ({
    find: async (filter, page, options) => {
      const found = await auditLog.find(filter, page, options);
      return { ...found, items: [...found.items].reverse() };
    },
  })),
  broken('takes entries out of order', ['auditLog/validation'], (auditLog) => ({
    append: (entries, options) =>
      auditLog.append(
        Array.isArray(entries)
          ? (entries.toSorted(
              (a: NewAuditEntry, b: NewAuditEntry) => a.sequence - b.sequence,
            ) as NewAuditEntry[])
          : entries,
        options,
      ),
  })),
  broken('cuts what is too long', ['auditLog/validation'], (auditLog) => ({
    append: (entries, options) =>
      auditLog.append(
        Array.isArray(entries)
          ? entries.map((entry: NewAuditEntry) => ({
              ...entry,
              action: typeof entry.action === 'string' ? entry.action.slice(0, 200) : entry.action,
            }))
          : entries,
        options,
      ),
  })),
  broken('sends a call to the log whose signal is aborted', ['auditLog/call options'], (auditLog) => ({
    append: (entries, options) => auditLog.append(entries, { ...options, signal: undefined }),
  })),
];
