import { Readable } from 'node:stream';

import { runCommandLine } from '@test-coordinator/coordinator';

import { IN_MEMORY, type Ended } from './coordinator-process.js';
import { TerminalDouble } from './terminal-double.js';

/** What a command answers, without the second that a process of its own costs, and in memory by default. */
export async function runInProcess(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const [stdout, stderr] = [new TerminalDouble(), new TerminalDouble()];
  const code = await runCommandLine(args, {
    environment: { ...IN_MEMORY, ...environment },
    stdin: Readable.from([]),
    stdout,
    stderr,
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}
