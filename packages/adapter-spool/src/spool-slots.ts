import { join } from 'node:path';

import { DataAdapterError } from '@test-coordinator/ports';

import { Spool, deadLettersIn, type SpoolOptions } from './spool.js';
import { nodeFileSystem } from './node-file-system.js';

const SLOT_NAME = /^\d{1,3}$/;
const MOST_SLOTS = 100;

/** The spool of one process among several that share a folder. */
export interface ClaimedSpool {
  readonly spool: Spool;
  /** What dead processes left in other slots, to be emptied before the spool. */
  readonly left: readonly Spool[];
}

/**
 * Takes the lowest slot below the folder that no living process has: `0`, `1`, … Every process has a spool of its own so,
 * and what a dead one left in any of them goes to the next that starts, whichever slot that gets.
 * Codes: those of `Spool.open`.
 */
export async function claimSpool(options: SpoolOptions): Promise<ClaimedSpool> {
  const { folder, fileSystem = nodeFileSystem } = options;
  for (let slot = 0; slot < MOST_SLOTS; slot += 1) {
    const spool = await openFree({ ...options, folder: join(folder, `${slot}`) });
    if (spool === undefined) continue;
    const left: Spool[] = [];
    for (const other of await slotsIn(fileSystem, folder)) {
      if (other === slot) continue;
      const found = await openFree({ ...options, folder: join(folder, `${other}`) });
      if (found === undefined) continue;
      const isEmpty = found.status.waitingRecords === 0 && (await found.retries.list()).length === 0;
      if (isEmpty) await found.close();
      else left.push(found);
    }
    return { spool, left };
  }
  throw new DataAdapterError(
    'UNAVAILABLE',
    `${MOST_SLOTS} processes have their spools in the folder; choose another folder`,
  );
}

/** The numbers of the slots that are there, lowest first. */
export async function slotsIn(
  fileSystem: NonNullable<SpoolOptions['fileSystem']>,
  folder: string,
): Promise<readonly number[]> {
  const names = await fileSystem.list(folder);
  return names
    .filter((name) => SLOT_NAME.test(name))
    .map(Number)
    .toSorted((a, b) => a - b);
}

/** Of all slots, whoever has them. */
export async function countDeadLetters(folder: string, fileSystem = nodeFileSystem): Promise<number> {
  let count = 0;
  for (const slot of await slotsIn(fileSystem, folder))
    count += (await deadLettersIn(fileSystem, join(folder, `${slot}`)).list()).length;
  return count;
}

/** `undefined` while a living process has it. */
async function openFree(options: SpoolOptions): Promise<Spool | undefined> {
  try {
    return await Spool.open(options);
  } catch (error) {
    if (DataAdapterError.is(error) && error.details?.['pid'] !== undefined) return undefined;
    throw error;
  }
}
