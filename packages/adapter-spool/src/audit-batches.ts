import type { AuditEntry } from '@test-coordinator/domain';

import type { WaitingCommand } from './commands.js';

/** Audit entries in one statement of the store. */
const MOST_ENTRIES = 1_000;

/** The entries of one append that waits. */
export interface WaitingEntries {
  readonly waiting: WaitingCommand;
  readonly entries: readonly AuditEntry[];
}

/** The appends of each chain in their order, as many together as follow one another and go into one statement. */
export function auditBatches(commands: readonly WaitingCommand[]): readonly (readonly WaitingEntries[])[] {
  const batches: WaitingEntries[][] = [];
  const open = new Map<string, { readonly batch: WaitingEntries[]; count: number; next: number }>();
  for (const waiting of commands) {
    const { command } = waiting.accepted;
    if (command.method !== 'auditLog.append') continue;
    const { entries } = command;
    const { chain, sequence } = entries[0]!;
    const last = open.get(chain);
    if (last !== undefined && last.next === sequence && last.count + entries.length <= MOST_ENTRIES) {
      last.batch.push({ waiting, entries });
      last.count += entries.length;
      last.next += entries.length;
    } else {
      const batch = [{ waiting, entries }];
      batches.push(batch);
      open.set(chain, { batch, count: entries.length, next: sequence + entries.length });
    }
  }
  return batches;
}
