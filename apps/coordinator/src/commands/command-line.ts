import { productVersion } from '../product-version.js';
import { EXIT, UsageError, type Host } from './command.js';
import { COMMANDS } from './commands.js';
import { helpText } from './help-text.js';

/**
 * Runs what the arguments ask for and answers with the exit code. Never rejects: what goes wrong is told on stderr.
 * The ports are loaded by who needs them alone: class-validator makes half a second of a cold start.
 */
export async function runCommandLine(args: readonly string[], host: Host): Promise<number> {
  try {
    const [first = 'serve', ...rest] = args;
    if (args.includes('--help') || first === '-h' || first === 'help') {
      host.stdout.write(helpText());
      return EXIT.done;
    }
    if (first === '--version') {
      host.stdout.write(`${productVersion()}\n`);
      return EXIT.done;
    }
    const listed = Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
    if (listed === undefined)
      throw new UsageError(`There is no command ${JSON.stringify(first.slice(0, 60))}.`);
    const command = await listed.load();
    return await command.run(rest, host);
  } catch (error) {
    const { errorText } = await import('./error-text.js');
    const { code, text } = errorText(error);
    host.stderr.write(text);
    return code;
  }
}
