import type { GateCommand } from './gate-command.js';

/** A command of the command line. Its module is loaded when it is called. */
interface ListedCommand {
  readonly usage: string;
  readonly summary: string;
  readonly load: () => Promise<GateCommand>;
}

/** A new command is a module beside this one and a line here. */
export const COMMANDS: Readonly<Record<string, ListedCommand>> = {
  check: {
    usage: 'check --scenario X',
    summary: 'Judge a run of the scenario by rules; the exit code tells',
    load: async () => (await import('./check-command.js')).checkCommand,
  },
  compare: {
    usage: 'compare A B',
    summary: 'Tell what became of the assertions of run A in run B',
    load: async () => (await import('./compare-command.js')).compareCommand,
  },
  'first-bad': {
    usage: 'first-bad --scenario X',
    summary: 'Tell since when what fails now has been failing',
    load: async () => (await import('./first-bad-command.js')).firstBadCommand,
  },
  flips: {
    usage: 'flips [--scenario X]',
    summary: 'Tell which assertions pass and fail by turns, and how often',
    load: async () => (await import('./flips-command.js')).flipsCommand,
  },
  export: {
    usage: 'export --run RUN',
    summary: 'Write a run in a format that other tools read',
    load: async () => (await import('./export-command.js')).exportCommand,
  },
};
