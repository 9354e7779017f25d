import { join } from 'node:path';

import type { Logger } from '@test-coordinator/ports';

import { readAcknowledged } from './acknowledged-file.js';
import { codeOf, type FileSystem } from './file-system.js';
import { LiveSegments } from './live-segments.js';
import { inspectSegment, segmentName, segmentNumber, type Segment } from './segment.js';

const QUARANTINE = 'quarantine';

export interface RecoveredSpool {
  readonly segments: LiveSegments;
  /** Every record up to this sequence is stored elsewhere. */
  readonly acknowledged: number;
  /** Whether that is still known after a power cut. */
  readonly isAcknowledgedDurable: boolean;
}

/**
 * Finds what earlier processes left in the folder. What a power cut tore is put aside, and nothing in a segment makes it fail:
 * whatever can be read is handed out.
 */
export async function recoverSpool(
  fileSystem: FileSystem,
  folder: string,
  logger: Logger,
): Promise<RecoveredSpool> {
  const names = await fileSystem.list(folder);
  for (const name of names) {
    if (name.endsWith('.tmp')) await fileSystem.remove(join(folder, name)).catch(() => undefined);
  }
  const numbers = names.map(segmentNumber).filter((number) => number !== undefined);
  numbers.sort((a, b) => a - b);
  const found: Segment[] = [];
  for (const number of numbers) {
    const segment = await inspected(fileSystem, folder, number, logger);
    if (segment !== undefined) found.push(segment);
  }
  // What a later segment begins with was written again there: what an earlier one has from there on was never confirmed.
  let before = Infinity;
  for (const segment of found.toReversed()) {
    segment.next = Math.min(segment.next, Math.max(before, segment.first));
    before = Math.min(before, segment.first);
  }
  const written = await readAcknowledged(fileSystem, folder);
  // Who wrote it may have been killed before the name was synced: a power cut would bring back what it said before.
  const isAcknowledgedDurable = written.sequence === 0 || (await isSynced(fileSystem, folder));
  const last = Math.max(written.sequence, 0, ...found.map(({ next }) => next - 1));
  const segments = new LiveSegments(Math.max(written.segment, 0, ...numbers), last + 1);
  for (const segment of found) {
    segments.add(segment);
    segments.settle(segment);
  }
  return { segments, acknowledged: written.sequence, isAcknowledgedDurable };
}

/** Removes a segment that holds nothing more of use; a damaged one is kept in quarantine, for a person to look at. */
export async function discardSegment(
  fileSystem: FileSystem,
  folder: string,
  { path, number, isDamaged }: Pick<Segment, 'path' | 'number' | 'isDamaged'>,
): Promise<void> {
  if (!isDamaged) return fileSystem.remove(path);
  await fileSystem.makeFolder(join(folder, QUARANTINE));
  await fileSystem.rename(path, join(folder, QUARANTINE, segmentName(number)));
}

async function inspected(
  fileSystem: FileSystem,
  folder: string,
  number: number,
  logger: Logger,
): Promise<Segment | undefined> {
  const path = join(folder, segmentName(number));
  try {
    const segment = await inspectSegment(fileSystem, path, number);
    if (segment?.isDamaged === true) {
      const records = segment.next - segment.first;
      logger.warn({ segment: number, records }, 'a file of the spool has a torn end: its records are intact');
    }
    if (segment !== undefined) return segment;
    logger.warn({ segment: number }, 'a file of the spool holds no record: it is put in quarantine');
  } catch (error) {
    logger.error(
      { segment: number, code: codeOf(error) },
      'a file of the spool cannot be read: it is put in quarantine',
    );
  }
  await discardSegment(fileSystem, folder, { path, number, isDamaged: true }).catch(() => undefined);
  return undefined;
}

function isSynced(fileSystem: FileSystem, folder: string): Promise<boolean> {
  return fileSystem.syncFolder(folder).then(
    () => true,
    () => false,
  );
}
