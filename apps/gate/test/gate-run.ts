import {
  openChosenRecords,
  readGateSettings,
  runCommandLine,
  type OpenRecords,
} from '@test-coordinator/gate';

import { TextStream } from './text-stream.js';

/** When commands run, unless a test says otherwise. */
export const NOW = new Date('2026-01-16T10:00:00.000Z');

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Opens what the settings name, as the program does. */
export const bySettings: OpenRecords = async (environment) =>
  openChosenRecords(readGateSettings(environment), environment);

/** What a command answers, without the second that a process of its own costs. */
export async function runGate(
  args: readonly string[],
  openRecords: OpenRecords,
  environment: Readonly<Record<string, string>> = {},
  now: Date = NOW,
): Promise<Ended> {
  const [stdout, stderr] = [new TextStream(), new TextStream()];
  const host = { environment, stdout, stderr, now: () => new Date(now), openRecords };
  const code = await runCommandLine(args, host);
  return { code, stdout: stdout.text, stderr: stderr.text };
}
