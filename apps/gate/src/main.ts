#!/usr/bin/env node
import { errorText } from './commands/error-text.js';
import { runCommandLine } from './commands/command-line.js';
import { readGateSettings } from './composition/gate-settings.js';
import { openChosenRecords } from './composition/open-records.js';

// A reader that has seen enough (`… | head`) ends the output, not the work.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
// Node itself would end with 1, which says that the gate failed.
process.on('uncaughtException', (error) => {
  process.stderr.write(errorText(error).text);
  process.exit(3);
});

/** Most processes end by themselves before. */
const GOODBYE_MS = 500;

const { env: environment, stdout, stderr } = process;
process.exitCode = await runCommandLine(process.argv.slice(2), {
  environment,
  stdout,
  stderr,
  now: () => new Date(),
  openRecords: async (variables) => openChosenRecords(readGateSettings(variables), variables),
});
// A connection to a store that hangs must not keep a process that is done, once all of its output has been taken.
stdout.write('', () => setTimeout(() => process.exit(), GOODBYE_MS).unref());
