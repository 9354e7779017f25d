import { join } from 'node:path';

import { silentLogger } from '@test-coordinator/ports';

import { BacklogReader } from './backlog-reader.js';
import { COMMAND_TYPE, decodeCommand } from './command-codec.js';
import type { DeadLetter, DeadLetters } from './dead-letters.js';
import { codeOf, type FileSystem } from './file-system.js';
import { FolderOwner } from './folder-owner.js';
import { nodeFileSystem } from './node-file-system.js';
import { nodeProcesses, type Processes } from './processes.js';
import { recoverSpool } from './spool-recovery.js';
import { slotsIn } from './spool-slots.js';
import { deadLettersIn, retriesIn } from './spool.js';

/** One slot of a spool folder as it is on disk, seen without taking it from the process that has it. */
export interface SpoolView {
  readonly slot: number;
  /** The living process that has it, or `null`. */
  readonly owner: number | null;
  readonly waitingRecords: number;
  /** Size of the segments. */
  readonly bytes: number;
  /** `null` when nothing waits. */
  readonly oldestAcceptedAt: Date | null;
  readonly deadLetters: DeadLetters;
  readonly retries: DeadLetters;
}

/** A dead letter for a person: why the store refused it, and what it holds. */
export interface DeadLetterView {
  readonly name: string;
  readonly reason: DeadLetter['reason'];
  /** As it was accepted: `command`, `acceptedAt`, `key`; the bytes in base64 for one that another version wrote. */
  readonly content: AcceptedContent | string;
}

interface AcceptedContent {
  readonly command: { readonly method: string };
  readonly acceptedAt: string;
  /** The run, or the scenario, that it belongs to. */
  readonly key: string;
}

/** Codes: `NOT_FOUND`. */
export async function viewDeadLetter(letters: DeadLetters, name: string): Promise<DeadLetterView> {
  const { type, payload, reason } = await letters.read(name);
  if (type !== COMMAND_TYPE) return { name, reason, content: payload.toString('base64') };
  return { name, reason, content: JSON.parse(payload.toString()) as AcceptedContent };
}

export interface ViewDependencies {
  readonly fileSystem?: FileSystem;
  readonly processes?: Processes;
}

/**
 * Every slot below the folder, lowest first; none when there is no folder. Nothing is changed, and a process that writes
 * meanwhile is not disturbed: what it adds or removes in this moment may be counted or not.
 */
export async function viewSpools(
  folder: string,
  { fileSystem = nodeFileSystem, processes = nodeProcesses }: ViewDependencies = {},
): Promise<readonly SpoolView[]> {
  const slots = await slotsIn(fileSystem, folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  return Promise.all(slots.map((slot) => viewSlot(slot, join(folder, `${slot}`), fileSystem, processes)));
}

async function viewSlot(
  slot: number,
  folder: string,
  fileSystem: FileSystem,
  processes: Processes,
): Promise<SpoolView> {
  const looking = withoutChanges(fileSystem);
  const owner = await FolderOwner.livingIn(looking, folder, processes);
  const { segments, acknowledged } = await recoverSpool(looking, folder, silentLogger);
  const waitingRecords = segments.next - 1 - acknowledged;
  return {
    slot,
    owner: owner ?? null,
    waitingRecords,
    bytes: segments.bytes,
    oldestAcceptedAt: waitingRecords === 0 ? null : await oldestIn(),
    deadLetters: deadLettersIn(fileSystem, folder),
    retries: retriesIn(fileSystem, folder),
  };

  async function oldestIn(): Promise<Date | null> {
    const reader = new BacklogReader(looking, segments, silentLogger);
    try {
      const { records } = await reader.read(acknowledged, { records: 1, bytes: 1 });
      return records[0] === undefined ? null : decodeCommand(records[0].payload).acceptedAt;
    } catch {
      // Of another version, or gone in this moment.
      return null;
    } finally {
      await reader.close();
    }
  }
}

/** A file system on which what a start puts in order stays as it is. */
function withoutChanges(fileSystem: FileSystem): FileSystem {
  const nothing = (): Promise<void> => Promise.resolve();
  return { ...fileSystem, makeFolder: nothing, rename: nothing, link: nothing, remove: nothing };
}
