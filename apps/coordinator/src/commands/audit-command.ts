import { parseArgs } from 'node:util';

import { viewSpools } from '@test-coordinator/adapter-spool';
import { isSignedBy, verifyAuditLog } from '@test-coordinator/auditing';
import type { AuditCheckpoint, AuditEntry, ChainReport } from '@test-coordinator/domain';
import type { AuditFilter } from '@test-coordinator/ports';

import { CheckpointFile } from '../audit/checkpoint-file.js';
import { readPublicKey } from '../audit/signing-key.js';
import type { AdapterFactory } from '../composition/adapter-factory.js';
import { auditPlaces } from '../composition/choose-audit.js';
import { spoolFolder } from '../composition/choose-spool.js';
import type { Settings } from '../settings/setting-table.js';
import { EXIT, UsageError, type Command, type Host } from './command.js';
import { parsed } from './parsed-arguments.js';
import { withDataLayer } from './short-command.js';

const OPTIONS = {
  checkpoints: { type: 'string' },
  'public-key': { type: 'string' },
  actor: { type: 'string' },
  action: { type: 'string' },
  entity: { type: 'string' },
  id: { type: 'string' },
  run: { type: 'string' },
  request: { type: 'string' },
  limit: { type: 'string' },
} as const;

type Values = { readonly [Name in keyof typeof OPTIONS]?: string | undefined };
type Action = (factory: AdapterFactory, settings: Settings, values: Values, host: Host) => Promise<number>;

const ACTIONS: Readonly<
  Record<string, { readonly run: Action; readonly options: readonly (keyof Values)[] }>
> = {
  verify: { run: verify, options: ['checkpoints', 'public-key'] },
  list: { run: list, options: ['actor', 'action', 'entity', 'id', 'run', 'request', 'limit'] },
};

/** Verifies the audit log against its checkpoints, or lists its newest entries. */
export const auditCommand: Command = {
  async run(args, host) {
    const { values, positionals } = parsed(() =>
      parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true }),
    );
    const [word, ...others] = positionals;
    const action = word !== undefined && Object.hasOwn(ACTIONS, word) ? ACTIONS[word] : undefined;
    if (action === undefined || others.length > 0) throw new UsageError('audit takes: verify, or list.');
    const wrong = Object.keys(values).find((name) => !action.options.includes(name as keyof Values));
    if (wrong !== undefined) throw new UsageError(`audit ${word} takes no --${wrong}.`);
    return withDataLayer(host, (factory, settings) => action.run(factory, settings, values, host));
  },
};

async function verify(
  factory: AdapterFactory,
  settings: Settings,
  values: Values,
  host: Host,
): Promise<number> {
  const { stdout } = host;
  const { checkpoints, problems } = await knownCheckpoints(settings, values, host);
  for (const problem of problems) stdout.write(`${problem}\n`);
  let [chains, entries, unfinished, faulty, cut] = [0, 0, 0, 0, 0];
  for await (const report of verifyAuditLog(factory.getAuditLog(), checkpoints)) {
    chains += 1;
    entries += report.entries;
    unfinished += report.unfinished.length;
    if (report.fault !== undefined) {
      faulty += 1;
      if (report.fault.kind === 'cut') cut += 1;
    }
    for (const line of linesOf(report)) stdout.write(`${line}\n`);
  }
  stdout.write(
    `${chains} chains with ${entries} entries, ${checkpoints.length} checkpoints: ${faulty === 0 && problems.length === 0 ? 'sound' : 'TAMPERED WITH'}; ${unfinished} attempts without an outcome.\n`,
  );
  if (faulty === 0 && problems.length === 0) return EXIT.done;
  // Entries that still wait in the spool look like a tail that was cut off.
  if (faulty === cut && problems.length === 0 && (await isSpoolFilled(settings, host))) {
    stdout.write(
      'Entries wait in the spool: it cannot be told yet whether those that are missing are among them.\n',
    );
    return EXIT.storeUnavailable;
  }
  return EXIT.badInput;
}

/** Whose signature holds, and a sentence for each that does not. */
async function knownCheckpoints(
  settings: Settings,
  values: Values,
  { environment }: Host,
): Promise<{ readonly checkpoints: readonly AuditCheckpoint[]; readonly problems: readonly string[] }> {
  const { checkpoints: file, 'public-key': keyFile } = values;
  const places =
    file === undefined || keyFile === undefined ? auditPlaces(settings, { environment }) : undefined;
  const path = file ?? places!.checkpoints;
  const { checkpoints, brokenLines } = await new CheckpointFile(path).read();
  if (checkpoints.length === 0) return { checkpoints, problems: [] };
  const key = await readPublicKey(keyFile ?? places!.key);
  if (key === undefined)
    throw new UsageError(
      `There are checkpoints in ${path}, and no key to verify them: name it with --public-key.`,
    );
  const forged = checkpoints.filter((checkpoint) => !isSignedBy(checkpoint, key));
  const problems = forged.map(
    ({ chain, sequence }) => `${chain}: the checkpoint at ${sequence} was not signed with this key`,
  );
  // Of a crash, the last line alone may be broken.
  if (brokenLines > 1) problems.push(`${brokenLines} lines of ${path} are no checkpoints`);
  return { checkpoints: checkpoints.filter((checkpoint) => !forged.includes(checkpoint)), problems };
}

function linesOf({ chain, fault, unfinished }: ChainReport): readonly string[] {
  const lines: string[] = [];
  if (fault !== undefined) lines.push(`${chain}: ${fault.kind} from sequence ${fault.sequence} on`);
  if (unfinished.length > 0)
    lines.push(
      `${chain}: no outcome of the attempts ${unfinished.slice(0, 20).join(', ')}${unfinished.length > 20 ? ', …' : ''}`,
    );
  return lines;
}

async function isSpoolFilled(settings: Settings, { environment }: Host): Promise<boolean> {
  const slots = await viewSpools(spoolFolder(settings, environment));
  return slots.some(({ waitingRecords }) => waitingRecords > 0);
}

async function list(
  factory: AdapterFactory,
  _settings: Settings,
  values: Values,
  host: Host,
): Promise<number> {
  const { actor, action, entity, id, run: runId, request: requestId, limit = '100' } = values;
  if (!/^\d{1,4}$/.test(limit)) throw new UsageError('--limit must be a whole number from 1 to 1000.');
  const filter: AuditFilter = { actor, action, entity, id, runId, requestId };
  const { items } = await factory.getAuditLog().find(filter, { limit: Number(limit) });
  for (const entry of items) host.stdout.write(`${lineOf(entry)}\n`);
  return EXIT.done;
}

function lineOf({ at, phase, result, code, action, id, actor }: AuditEntry): string {
  const how = phase === 'attempted' ? phase : `${result ?? 'unknown'}${code === undefined ? '' : ` ${code}`}`;
  return `${at.toISOString()}  ${(actor ?? '-').padEnd(16)}  ${action}  ${id ?? '-'}  ${how}`;
}
