import {
  InvalidValueError,
  isReadableId,
  newAuditEntry,
  type AuditEntry,
  type NewAuditEntry,
} from '@test-coordinator/domain';

import { checkBulk, checkWhole, refuse } from './arguments.js';
import type { ChainRange } from './audit-log.js';
import { refused } from './data-adapter-error.js';

const MAX_RANGE = 1_000;

/** A range with its defaults filled in. */
export interface ReadChainRange {
  readonly after: number;
  readonly limit: number;
}

/**
 * The entries of one append: frozen copies of one chain, whose sequences follow one another.
 * @throws DataAdapterError `INVALID_ARGUMENT` for the first that is not what it must be.
 */
export function readAuditEntries(entries: unknown): readonly AuditEntry[] {
  checkBulk(entries, 'entries');
  const read = entries.map((entry, index) => refused(() => entryAt(entry, index)));
  const [first] = read;
  for (const [index, { chain, sequence }] of read.entries()) {
    if (chain !== first!.chain) refuse(`entries[${index}].chain`, 'must be that of the entries before');
    if (sequence !== first!.sequence + index)
      refuse(`entries[${index}].sequence`, 'must follow the one before');
  }
  return read;
}

/** @throws DataAdapterError `INVALID_ARGUMENT` for what is no name of a chain. */
export function checkChain(chain: unknown): asserts chain is string {
  if (!isReadableId(chain))
    refuse('chain', 'must be 1–128 letters, digits or . _ : -, letter or digit first');
}

/** @throws DataAdapterError `INVALID_ARGUMENT` for a bad place or limit, or a field that is not known. */
export function readChainRange(range: ChainRange = {}): ReadChainRange {
  const { after = 0, limit = MAX_RANGE, ...unknown } = range;
  for (const field of Object.keys(unknown)) refuse(field, 'is not a field that is known here');
  checkWhole(after, 'after', 0, Number.MAX_SAFE_INTEGER);
  checkWhole(limit, 'limit', 1, MAX_RANGE);
  return { after, limit };
}

function entryAt(entry: unknown, index: number): AuditEntry {
  try {
    return newAuditEntry(entry as NewAuditEntry);
  } catch (error) {
    if (!(error instanceof InvalidValueError)) throw error;
    const placed = error.problems.map(({ path, problem }) => ({
      path: `entries[${index}].${path}`,
      problem,
    }));
    throw new InvalidValueError('entries', placed);
  }
}
