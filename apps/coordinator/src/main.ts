import { runCommandLine } from './commands/command-line.js';

// A reader that has seen enough (`… | head`) ends the output, not the work.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
// Node itself would print the error as it is, with whatever secret a driver put into it.
process.on('uncaughtException', (error) => {
  void import('./commands/error-text.js').then(({ errorText }) => {
    const { code, text } = errorText(error);
    process.stderr.write(text);
    process.exit(code);
  });
});

/** Most processes end by themselves before. */
const GOODBYE_MS = 500;

const { env: environment, stdin, stdout, stderr } = process;
process.exitCode = await runCommandLine(process.argv.slice(2), { environment, stdin, stdout, stderr });
// A connection to a store that hangs must not keep a process that is done, once all of its output has been taken.
stdout.write('', () => setTimeout(() => process.exit(), GOODBYE_MS).unref());
