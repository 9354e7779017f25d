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
  report: {
    usage: 'report RUN',
    summary: 'Print the report of a recorded run, by its id or its externalId',
    load: async () => (await import('./report-command.js')).reportCommand,
  },
  watch: {
    usage: 'watch RUN',
    summary: 'Follow a run of a coordinator that serves, until it is over',
    load: async () => (await import('./watch-command.js')).watchCommand,
  },
  spool: {
    usage: 'spool [ACTION]',
    summary: 'Show what waits for PostgreSQL; retry, export or discard what that refused',
    load: async () => (await import('./spool-command.js')).spoolCommand,
  },
  audit: {
    usage: 'audit ACTION',
    summary: 'verify the audit log against its checkpoints, or list its newest entries',
    load: async () => (await import('./audit-command.js')).auditCommand,
  },
  health: {
    usage: 'health',
    summary: 'Tell each adapter, its role, its limits and how it is doing',
    load: async () => (await import('./health-command.js')).healthCommand,
  },
  keys: {
    usage: 'keys',
    summary: 'Make, list, rotate and revoke the API keys: create, list, rotate KEY-ID, revoke KEY-ID',
    load: async () => (await import('./keys-command.js')).keysCommand,
  },
  migrate: {
    usage: 'migrate',
    summary: 'Bring the schema up to date, as every start does',
    load: async () => (await import('./migrate-command.js')).migrateCommand,
  },
  maintain: {
    usage: 'maintain',
    summary: 'Delete what is older than the settings keep it, as serve does every hour',
    load: async () => (await import('./maintain-command.js')).maintainCommand,
  },
};
