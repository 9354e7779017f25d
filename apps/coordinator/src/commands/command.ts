/** What a command may touch of the process. Streams are given, so that nothing else writes to stdout. */
export interface Host {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
}

export type TerminalStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/** What a module under commands/ exports; `commands.ts` lists them. */
export interface Command {
  /** Runs to its end and answers with the exit code. Rejects with UsageError, SettingsError or a port's error. */
  run(args: readonly string[], host: Host): Promise<number>;
}

/** The exit codes, as `--help` and the README tell them. */
export const EXIT = {
  done: 0,
  badInput: 1,
  usage: 2,
  storeUnavailable: 3,
  unexpected: 70,
} as const;

/** The command line, a setting or the machine does not allow what was asked for. The message says what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
