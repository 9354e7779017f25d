import { frozenDate, frozenJson, type JsonValue } from '@test-coordinator/domain';

import type { AcceptedCommand, Command, Moved } from './commands.js';

/** Records of this type hold one accepted command as JSON. */
export const COMMAND_TYPE = 1;

/** The dates of inputs and records. They stand at the first level, never within the JSON of a user. */
const DATES = [
  'startedAt',
  'completedAt',
  'injectedAt',
  'recoveredAt',
  'verificationTime',
  'at',
  'createdAt',
  'updatedAt',
] as const;

export function encodeCommand(accepted: AcceptedCommand): Buffer {
  return Buffer.from(JSON.stringify(accepted));
}

/** An accepted command as JSON has it: the times of a unit's writes are texts too, whatever their type says. */
type Written = Omit<AcceptedCommand, 'acceptedAt'> & { readonly acceptedAt: string | Date };

/** What encodeCommand wrote. @throws SyntaxError or TypeError for anything else */
export function decodeCommand(payload: Buffer): AcceptedCommand {
  return acceptedOf(JSON.parse(payload.toString()) as Written);
}

function acceptedOf({ command, acceptedAt, fence, key, moved }: Written): AcceptedCommand {
  return {
    command: withDates(command),
    acceptedAt: new Date(acceptedAt),
    key,
    ...(fence !== undefined && { fence }),
    ...(moved !== undefined && { moved: movedWithDates(moved) }),
  };
}

function withDates(command: Command): Command {
  const { method } = command;
  if (method === 'testRuns.create') return { ...command, run: revived(command.run) };
  if (method === 'chaosEvents.create') return { ...command, event: revived(command.event) };
  if (method === 'testResults.bulkCreate') return { ...command, results: command.results.map(revived) };
  if (method === 'chaosEvents.recordRecovery') return { ...command, recovery: revived(command.recovery) };
  if (method === 'auditLog.append') return { ...command, entries: command.entries.map(frozen) };
  if (method === 'unitOfWork.run') return { ...command, writes: command.writes.map(acceptedOf) };
  return command;
}

function movedWithDates({ run, event }: Moved): Moved {
  return {
    ...(run !== undefined && { run: frozen(run) }),
    ...(event !== undefined && { event: frozen(event) }),
  };
}

function revived<Input extends object>(input: Input): Input {
  const dates = DATES.flatMap((name) => {
    const value = (input as Readonly<Record<string, unknown>>)[name];
    return typeof value === 'string' ? [[name, new Date(value)] as const] : [];
  });
  return { ...input, ...Object.fromEntries(dates) };
}

/** A record as a store hands it out: nothing in it can be changed. */
function frozen<Entry extends object>(record: Entry): Entry {
  const members = Object.entries(revived(record)).map(([name, value]) => [
    name,
    value instanceof Date ? frozenDate(value) : frozenJson(value as JsonValue),
  ]);
  return Object.freeze(Object.fromEntries(members)) as Entry;
}
