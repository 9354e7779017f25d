import type { DeadLetterView } from '@test-coordinator/adapter-spool';

/** What `spool` shows. */
export interface ShownSpool {
  readonly folder: string;
  readonly waitingRecords: number;
  readonly bytes: number;
  readonly oldestAcceptedAt: Date | null;
  readonly slots: readonly {
    readonly slot: number;
    readonly owner: number | null;
    readonly waitingRecords: number;
  }[];
  readonly deadLetters: readonly DeadLetterView[];
}

export function spoolText({
  folder,
  waitingRecords,
  bytes,
  oldestAcceptedAt,
  slots,
  deadLetters,
}: ShownSpool): string {
  const since = oldestAcceptedAt === null ? '' : `, the oldest since ${oldestAcceptedAt.toISOString()}`;
  const lines = [
    `Spool in ${folder}`,
    `Waiting: ${waitingRecords} records in ${bytes} bytes${since}`,
    ...slots.map(({ slot, owner, waitingRecords: waiting }) => {
      const holder = owner === null ? 'no process' : `process ${owner}`;
      return `  slot ${slot}: ${waiting} records, ${holder}`;
    }),
    `Dead letters: ${deadLetters.length}`,
    ...deadLetters.map(({ name, reason, content }) => {
      const method = typeof content === 'string' ? 'another version' : content.command.method;
      return `  ${name}  ${reason.code}  ${method}  ${reason.message}`;
    }),
  ];
  return `${lines.join('\n')}\n`;
}
