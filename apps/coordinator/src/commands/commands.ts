import type { Command } from './command.js';

/** A command of the command line. Its module is loaded when it is called: the API alone costs a third of a second. */
export interface ListedCommand {
  readonly usage: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** A new command is a module beside this one and a line here. */
export const COMMANDS: Readonly<Record<string, ListedCommand>> = {
  serve: {
    usage: 'serve',
    summary: 'Serve the HTTP API (also without any command)',
    load: async () => (await import('./serve-command.js')).serveCommand,
  },
  import: {
    usage: 'import FILE…',
    summary: 'Record reports of other tools and print what they say; - is stdin',
    load: async () => (await import('./import-command.js')).importCommand,
  },
};
