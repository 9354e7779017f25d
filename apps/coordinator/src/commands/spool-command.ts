import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import {
  viewDeadLetter,
  viewSpools,
  type DeadLetterView,
  type SpoolView,
} from '@test-coordinator/adapter-spool';

import { spoolFolder } from '../composition/choose-spool.js';
import { EXIT, UsageError, type Command, type Host } from './command.js';
import { parsed } from './parsed-arguments.js';
import { deadLettersNamed, namesOf, type NamedLetter } from './spool-names.js';
import { spoolText } from './spool-text.js';
import { prepare } from './short-command.js';

const OPTIONS = {
  format: { type: 'string' },
  output: { type: 'string' },
  all: { type: 'boolean' },
} as const;

interface Asked {
  readonly names: readonly string[];
  readonly format: string | undefined;
  readonly output: string | undefined;
  readonly all: boolean;
}

/** What acts on the slots, and which options it takes. */
interface Action {
  readonly options: readonly (keyof typeof OPTIONS)[];
  readonly run: (slots: readonly SpoolView[], asked: Asked, host: Host, folder: string) => Promise<void>;
}

/**
 * Shows what waits and what PostgreSQL refused, and acts on the latter. Works on the files, whether coordinators run or
 * not: dead letters are files of their own, and a retry is left to whoever has the spool.
 */
export const spoolCommand: Command = {
  async run(args, host) {
    const { values, positionals } = parsed(() =>
      parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true }),
    );
    const [name = 'show', ...names] = positionals;
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (action === undefined)
      throw new UsageError(`spool has no action ${JSON.stringify(name.slice(0, 60))}.`);
    for (const option of Object.keys(values) as (keyof typeof OPTIONS)[]) {
      if (!action.options.includes(option)) throw new UsageError(`spool ${name} takes no --${option}.`);
    }
    const { settings } = await prepare(host);
    const folder = spoolFolder(settings, host.environment);
    const { format, output, all = false } = values;
    await action.run(await viewSpools(folder), { names, format, output, all }, host, folder);
    return EXIT.done;
  },
};

const ACTIONS: Readonly<Record<string, Action>> = {
  show: { options: ['format'], run: show },
  retry: { options: ['all'], run: retry },
  export: { options: ['output'], run: exportLetters },
  discard: { options: ['all'], run: discard },
};

async function show(
  slots: readonly SpoolView[],
  { names, format = 'text' }: Asked,
  { stdout }: Host,
  folder: string,
): Promise<void> {
  if (names.length > 0) throw new UsageError('spool shows all there is, and takes no names.');
  if (format !== 'text' && format !== 'json') throw new UsageError('--format of spool is text or json.');
  const letters = await viewed(await namesOf(slots));
  const times = slots.flatMap(({ oldestAcceptedAt }) => oldestAcceptedAt?.getTime() ?? []);
  const shown = {
    folder,
    waitingRecords: slots.reduce((sum, { waitingRecords }) => sum + waitingRecords, 0),
    bytes: slots.reduce((sum, { bytes }) => sum + bytes, 0),
    oldestAcceptedAt: times.length === 0 ? null : new Date(Math.min(...times)),
    slots: slots.map(({ slot, owner, waitingRecords }) => ({ slot, owner, waitingRecords })),
    deadLetters: letters,
  };
  stdout.write(format === 'json' ? `${JSON.stringify(shown, null, 2)}\n` : spoolText(shown));
}

async function retry(slots: readonly SpoolView[], asked: Asked, { stdout }: Host): Promise<void> {
  const chosen = await chosenLetters(slots, asked, 'retry');
  const living = slots.find(({ owner }) => owner !== null);
  for (const { view, file } of chosen) {
    const target = view.owner === null ? (living ?? view) : view;
    await view.deadLetters.moveTo(file, target.retries);
  }
  const when =
    living === undefined ? 'at the next start of a coordinator' : 'by the coordinator that runs, in a second';
  stdout.write(`${counted(chosen.length)} tried again ${when}.\n`);
}

async function exportLetters(
  slots: readonly SpoolView[],
  { names, output }: Asked,
  { stdout, stderr }: Host,
): Promise<void> {
  const chosen = names.length === 0 ? await namesOf(slots) : await deadLettersNamed(slots, names);
  const lines = (await viewed(chosen)).map((letter) => `${JSON.stringify(letter)}\n`).join('');
  if (output === undefined) {
    stdout.write(lines);
    return;
  }
  await writeFile(resolve(output), lines, { mode: 0o600 }).catch((error: unknown) => {
    throw new UsageError(`${output} cannot be written (${String((error as { code?: unknown }).code)}).`);
  });
  stderr.write(`${counted(chosen.length)} written to ${output}.\n`);
}

async function discard(slots: readonly SpoolView[], asked: Asked, { stdout }: Host): Promise<void> {
  const chosen = await chosenLetters(slots, asked, 'discard');
  for (const { view, file } of chosen) await view.deadLetters.discard(file);
  stdout.write(`${counted(chosen.length)} removed for good.\n`);
}

/** Those that are named; all of them only when that is said. */
async function chosenLetters(
  slots: readonly SpoolView[],
  { names, all }: Asked,
  action: string,
): Promise<readonly NamedLetter[]> {
  if (all === names.length > 0)
    throw new UsageError(`spool ${action} takes the names of dead letters, or --all.`);
  return all ? namesOf(slots) : deadLettersNamed(slots, names);
}

function viewed(letters: readonly NamedLetter[]): Promise<readonly DeadLetterView[]> {
  return Promise.all(
    letters.map(async ({ name, view, file }) => ({
      ...(await viewDeadLetter(view.deadLetters, file)),
      name,
    })),
  );
}

function counted(count: number): string {
  return count === 1 ? '1 dead letter is' : `${count} dead letters are`;
}
