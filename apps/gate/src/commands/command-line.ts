import { COMMANDS } from './commands.js';
import { errorText } from './error-text.js';
import { EXIT, UsageError, type Host } from './gate-command.js';
import { helpText } from './help-text.js';

/** Runs what the arguments ask for and answers with the exit code. Never rejects: what goes wrong is told on stderr. */
export async function runCommandLine(args: readonly string[], host: Host): Promise<number> {
  try {
    const [first, ...rest] = args;
    if (args.includes('--help') || first === '-h' || first === 'help') {
      host.stdout.write(helpText());
      return EXIT.passed;
    }
    if (first === undefined) throw new UsageError('No command is given.');
    const listed = Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
    if (listed === undefined)
      throw new UsageError(`There is no command ${JSON.stringify(first.slice(0, 60))}.`);
    const command = await listed.load();
    return await command.run(rest, host);
  } catch (error) {
    const { code, text } = errorText(error);
    host.stderr.write(text);
    return code;
  }
}
