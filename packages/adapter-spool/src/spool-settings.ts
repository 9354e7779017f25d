import { refuse } from '@test-coordinator/ports';

import { HEADER_BYTES, RECORD_OVERHEAD, SEAL_BYTES } from './segment-format.js';

/** How large a spool may be. Sizes are in bytes. */
export interface SpoolSettings {
  /** A segment file is closed before it grows beyond this, and deleted once all of it is stored. @default 8 MiB */
  readonly segmentBytes?: number | undefined;
  /** All segments together; beyond it records are refused with `CAPACITY`, and none is dropped. @default 2 GiB */
  readonly maxBytes?: number | undefined;
  /** The share of `maxBytes` from which `isAboveHighWater` is told. @default 0.8 */
  readonly highWater?: number | undefined;
  /** Disk space kept for urgent records and for the spool's own notes when the disk is full. @default 1 MiB */
  readonly reserveBytes?: number | undefined;
  /** How long no write is tried after the disk failed twice in a row, in milliseconds. @default 1000 */
  readonly retryAfterMs?: number | undefined;
}

export type ReadSpoolSettings = { readonly [Name in keyof SpoolSettings]-?: number };

export const DEFAULT_SPOOL_SETTINGS: ReadSpoolSettings = Object.freeze({
  segmentBytes: 8 * 1_048_576,
  maxBytes: 2_048 * 1_048_576,
  highWater: 0.8,
  reserveBytes: 1_048_576,
  retryAfterMs: 1_000,
});
const LEAST_SEGMENT_BYTES = 512;

/** The settings with their defaults. @throws DataAdapterError `INVALID_ARGUMENT` */
export function readSpoolSettings(settings: SpoolSettings): ReadSpoolSettings {
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  const read: ReadSpoolSettings = { ...DEFAULT_SPOOL_SETTINGS, ...given };
  for (const name of ['segmentBytes', 'maxBytes', 'reserveBytes', 'retryAfterMs'] as const) {
    if (!Number.isSafeInteger(read[name]) || read[name] < 0) refuse(name, 'must be a whole number from 0');
  }
  if (read.segmentBytes < LEAST_SEGMENT_BYTES)
    refuse('segmentBytes', `must be at least ${LEAST_SEGMENT_BYTES}`);
  if (read.maxBytes < 2 * read.segmentBytes) refuse('maxBytes', 'must be at least two segments');
  if (!(read.highWater > 0 && read.highWater <= 1)) refuse('highWater', 'must be above 0 and at most 1');
  return read;
}

/** The largest payload that fits in a segment of this size. */
export function maxPayloadBytes(segmentBytes: number): number {
  return segmentBytes - HEADER_BYTES - RECORD_OVERHEAD - SEAL_BYTES;
}
