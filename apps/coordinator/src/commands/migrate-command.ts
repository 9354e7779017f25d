import { parseArgs } from 'node:util';

import { namingSettings, openRecordStore, POSTGRES_VARIABLES } from '@test-coordinator/settings';

import { SETTINGS } from '../settings/setting-table.js';
import { EXIT, UsageError, type Command } from './command.js';
import { parsed } from './parsed-arguments.js';
import { prepare } from './short-command.js';

const OPTIONS = { 'dry-run': { type: 'boolean' }, roles: { type: 'boolean' } } as const;

/** Brings the schema up to date, as every start does too; or prints on stdout the SQL that would. */
export const migrateCommand: Command = {
  async run(args, host) {
    const { values } = parsed(() => parseArgs({ args: [...args], options: OPTIONS }));
    const { settings, logger } = await prepare(host);
    if (settings.store === 'memory')
      throw new UsageError(`${SETTINGS.store.variable} is memory, which has no schema.`);
    const { migrate, planMigrations } = await import('@test-coordinator/adapter-postgres');
    await using store = await openRecordStore(settings, { environment: host.environment, logger });
    if (values['dry-run'] === true) {
      const { sql } = await namingSettings(POSTGRES_VARIABLES, () => planMigrations(store.settings));
      host.stdout.write(sql === '' ? '-- The schema is up to date.\n' : `${sql}\n`);
      return EXIT.done;
    }
    const { applied, roles } = await namingSettings(POSTGRES_VARIABLES, () =>
      migrate(store.settings, { roles: values.roles === true }),
    );
    host.stdout.write(
      applied.length === 0 ? 'The schema is up to date.\n' : `Applied ${applied.join(', ')}.\n`,
    );
    if (roles !== undefined) host.stdout.write(`${roles}\n`);
    return EXIT.done;
  },
};
