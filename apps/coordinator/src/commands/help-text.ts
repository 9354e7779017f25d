import { EXIT } from './command.js';
import { COMMANDS } from './commands.js';

const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'done: served until told to stop, or every file recorded or a duplicate',
  badInput: 'bad input: a file was refused and the others are recorded, or nothing is called so',
  usage: 'usage: an argument or a setting is wrong, or the port is taken',
  storeUnavailable: 'the store is not available',
  unexpected: 'a fault of this program',
};

/** What `--help` prints. */
export function helpText(): string {
  const commands = Object.values(COMMANDS).map(({ usage, summary }) => `  ${usage.padEnd(16)}${summary}`);
  const codes = Object.entries(EXIT).map(([name, code]) => {
    return `  ${String(code).padEnd(4)}${EXIT_MEANINGS[name as keyof typeof EXIT]}`;
  });
  return [
    'Usage: npm start [-- COMMAND …]',
    '',
    'Commands:',
    ...commands,
    '',
    'Options of import, report and spool:',
    '  --format FORMAT     text (default), markdown (not of spool) or json',
    '',
    'Options of import:',
    '  --zone ZONE         zone of JUnit times without an offset: +01:00 or UTC (default)',
    '  --environment NAME  the environment that was tested',
    '',
    'Options of watch:',
    '  --url URL           the coordinator; http://127.0.0.1:8084 unless the settings say otherwise',
    '',
    'Actions of spool, on dead letters by NAME as spool shows them:',
    '  retry NAME…         let PostgreSQL judge them again; --all for all',
    '  export [NAME…]      write them as JSON lines, to --output FILE or stdout; all unless named',
    '  discard NAME…       remove them for good; --all for all',
    '',
    'Options of keys:',
    '  --name NAME         of create: who uses the key',
    '  --scope SCOPE       of create: read, record or admin',
    '  --expires-in TIME   of create and rotate: such as 90d; else it never expires',
    '  --overlap TIME      of rotate: how long the old key stays good; 24h',
    '  --format FORMAT     of list: text (default) or json',
    '',
    'Options of migrate and maintain:',
    '  --dry-run           change nothing; print the SQL, or tell what would go',
    '  --roles             of migrate: also make the database roles and grant them what each may do',
    '',
    'Options:',
    '  --help              print this',
    '  --version           print the version',
    '',
    'Exit codes:',
    ...codes,
    '',
    'Settings are environment variables; docs/settings.md lists them.',
    '',
  ].join('\n');
}
