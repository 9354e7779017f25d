import type { OpenRecords } from '../composition/open-records.js';

/** What a command may touch of the process, and where it finds the records. */
export interface Host {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly now: () => Date;
  readonly openRecords: OpenRecords;
}

/** What a module under commands/ exports; `commands.ts` lists them. */
export interface GateCommand {
  /** Runs to its end and answers with the exit code. */
  run(args: readonly string[], host: Host): Promise<number>;
}

/** The exit codes, as `--help` and the README tell them. */
export const EXIT = {
  passed: 0,
  failed: 1,
  usage: 2,
  unknown: 3,
} as const;

/** The command line does not say what is wanted. The message says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
