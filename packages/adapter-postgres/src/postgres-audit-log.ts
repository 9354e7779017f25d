import {
  auditContent,
  readAuditContent,
  type AuditEntry,
  type AuditLink,
  type NewAuditEntry,
} from '@test-coordinator/domain';
import {
  DataAdapterError,
  checkAuditFilter,
  checkChain,
  readAuditEntries,
  readChainRange,
  readPage,
  type AuditFilter,
  type AuditLog,
  type CallOptions,
  type ChainRange,
  type Page,
  type PageRequest,
} from '@test-coordinator/ports';

import { Conditions, timeBound } from './conditions.js';
import { listById, pageOf, type ListedTable } from './record-lists.js';
import type { Session } from './session.js';

/**
 * The audit log in one table, which is written by `audit_append` alone: the function chains the entries, so that the
 * application needs no right to change the table.
 */
export class PostgresAuditLog implements AuditLog {
  readonly #table: ListedTable<AuditEntry>;
  readonly #append: { readonly name: string; readonly text: string };

  constructor(
    private readonly session: Session,
    schema: string,
  ) {
    const id = { property: 'entryId', name: 'entry_id', type: 'uuid' };
    this.#table = {
      entity: 'audit-entry',
      name: `"${schema}".audit_entries`,
      id,
      list: (alias = 'audit_entries') => `${alias}.content`,
      read: ([content]) => entryIn(content as string),
    };
    this.#append = { name: 'audit-append', text: `SELECT "${schema}".audit_append($1, $2, $3)` };
  }

  append(given: readonly NewAuditEntry[], options?: CallOptions): Promise<void> {
    return this.session.write('auditLog.append', options, async () => {
      const entries = readAuditEntries(given);
      const { chain, sequence } = entries[0]!;
      const values = [chain, sequence, entries.map(auditContent)];
      const [row] = await this.session.query(this.#append, values, 'write').catch((error: unknown) => {
        throw isTaken(error) ? taken(chain, 'an id is that of another entry') : error;
      });
      if (row![0] !== true) throw taken(chain, 'one of the sequences holds another entry');
    });
  }

  find(filter: AuditFilter, page?: PageRequest, options?: CallOptions): Promise<Page<AuditEntry>> {
    return this.session.read('auditLog.find', options, () => {
      const asked = checkAuditFilter(filter);
      const conditions = new Conditions()
        .equal('record', 't.record_id = $?', asked.id)
        .equal('run', 't.run_id = $?', asked.runId)
        .equal('request', 't.request_id = $?', asked.requestId)
        .where('t.chain = $?', asked.chain)
        .where('t.actor = $?', asked.actor)
        .where('t.action = $?', asked.action)
        .where('t.entity = $?', asked.entity)
        .where('t.at >= $?', asked.from && timeBound(asked.from.getTime()))
        .where('t.at < $?', asked.to && timeBound(asked.to.getTime()))
        .anyOf('t.result', asked.results);
      return listById(this.session, this.#table, conditions, readPage(page, 'id'), 'newest');
    });
  }

  listChains(page?: PageRequest, options?: CallOptions): Promise<Page<string>> {
    return this.session.read('auditLog.listChains', options, async () => {
      const { limit, after } = readPage(page, 'id');
      const rows = await this.session.query(
        { name: 'audit-chains', text: chainsIn(this.#table.name) },
        [after === undefined ? null : String(after[0]), limit + 1],
        'read',
      );
      const names = rows.map(([name]) => name as string);
      return pageOf(names, limit, (last) => [last]);
    });
  }

  readChain(chain: string, range?: ChainRange, options?: CallOptions): Promise<readonly AuditLink[]> {
    return this.session.read('auditLog.readChain', options, async () => {
      checkChain(chain);
      const { after, limit } = readChainRange(range);
      const text = `SELECT sequence, content, hash, ${BESIDE.map(([, column]) => column).join(', ')}
FROM ${this.#table.name} WHERE chain = $1 AND sequence > $2 ORDER BY sequence LIMIT $3`;
      const rows = await this.session.query({ name: 'audit-links', text }, [chain, after, limit], 'read');
      return rows.map(([sequence, content, hash, ...beside]) =>
        Object.freeze({
          chain,
          sequence: sequence as number,
          content: isSaidBy(content as string, beside) ? (content as string) : '',
          hash: hash as string,
        }),
      );
    });
  }
}

/** What can be asked for: fields of the content, and the columns that hold them as well. */
const BESIDE = [
  ['entryId', 'entry_id'],
  ['at', 'at'],
  ['actor', 'actor'],
  ['action', 'action'],
  ['entity', 'entity'],
  ['id', 'record_id'],
  ['runId', 'run_id'],
  ['requestId', 'request_id'],
  ['result', 'result'],
] as const;

/** Whether the columns say what the content says: a link of which they do not is told without its content, as changed. */
function isSaidBy(content: string, beside: readonly unknown[]): boolean {
  try {
    const entry = JSON.parse(content) as Readonly<Record<string, unknown>>;
    return BESIDE.every(([field], index) => (entry[field] ?? null) === beside[index]);
  } catch {
    return false;
  }
}

function entryIn(content: string): AuditEntry {
  try {
    return readAuditContent(content);
  } catch (cause) {
    const message = 'an entry of the audit log is not what was stored; verify the log';
    throw new DataAdapterError('INTERNAL', message, { cause });
  }
}

/** One look into the index for each chain, however long they are: DISTINCT would walk through all entries. */
function chainsIn(table: string): string {
  const next = (bound: string): string =>
    `SELECT e.chain FROM ${table} e WHERE ${bound} ORDER BY e.chain DESC LIMIT 1`;
  return `WITH RECURSIVE names AS (
  (${next('$1::text IS NULL OR e.chain < $1')})
  UNION ALL
  SELECT (${next('e.chain < names.chain')}) FROM names WHERE names.chain IS NOT NULL
) SELECT chain FROM names WHERE chain IS NOT NULL LIMIT $2`;
}

function isTaken(error: unknown): boolean {
  return DataAdapterError.is(error) && error.code === 'ALREADY_EXISTS';
}

function taken(chain: string, what: string): DataAdapterError {
  return new DataAdapterError(
    'ALREADY_EXISTS',
    `chain ${chain}: ${what}; a chain has one writer, so begin another chain`,
    { entity: 'audit chain', id: chain },
  );
}
