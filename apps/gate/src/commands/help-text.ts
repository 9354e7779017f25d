import { COMMANDS } from './commands.js';
import { EXIT } from './gate-command.js';

const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  passed: 'every rule passed; of the other commands: done',
  failed: 'the gate failed: a rule did',
  usage: 'usage: an argument or a setting is wrong',
  unknown: "can't tell: data is missing, stale, unfinished or degraded, or the store is away",
};

/** What `--help` prints. */
export function helpText(): string {
  const commands = Object.values(COMMANDS).map(({ usage, summary }) => `  ${usage.padEnd(24)}${summary}`);
  const codes = Object.entries(EXIT).map(
    ([name, code]) => `  ${String(code).padEnd(4)}${EXIT_MEANINGS[name as keyof typeof EXIT]}`,
  );
  return [
    'Usage: npm run gate -- COMMAND …',
    '',
    'Commands (a RUN is an id or an externalId):',
    ...commands,
    '',
    'Options of check:',
    '  --run RUN               the run to judge; left out, the last one of the scenario',
    '  --min-pass-rate SHARE   of the results that decided, at least this share passed: 0.99',
    '  --max-recovery-p95 TIME the p95 of the recovery times is at most this: 5s',
    '  --no-new-failures       nothing fails that did not fail in the baseline',
    '  --baseline WHICH        last-passed (default), previous, or a RUN',
    '  --max-flaky N           at most so many results passed only after another attempt',
    '  --max-age TIME          the run ended no longer ago than this: 24h',
    '  --format FORMAT         text (default), markdown, json, junit or ctrf',
    '',
    'Options of compare:',
    '  --format FORMAT         text (default), markdown or json',
    '',
    'Options of first-bad and flips:',
    '  --scenario X            of flips: left out, all scenarios',
    '  --runs N                how many of the newest runs are looked at: 100',
    '  --format FORMAT         text (default), markdown or json',
    '',
    'Options of export:',
    '  --format FORMAT         junit, ctrf, csv, markdown or json',
    '  --output FILE           instead of stdout',
    '',
    'Exit codes:',
    ...codes,
    '',
    "Settings are environment variables, the coordinator's own; docs/gate.md tells which.",
    '',
  ].join('\n');
}
