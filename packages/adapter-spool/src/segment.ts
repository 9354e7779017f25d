import { readFully, type FileSystem } from './file-system.js';
import {
  HEADER_BYTES,
  SEAL_BYTES,
  SEAL_TYPE,
  decodeHeader,
  decodeRecord,
  endOfRecord,
} from './segment-format.js';
import { SegmentReader } from './segment-reader.js';

/** One file of the spool. */
export interface Segment {
  /** Segments are in the order of their numbers; a number is never used twice. */
  readonly number: number;
  readonly path: string;
  /** The sequence of its first record. */
  readonly first: number;
  /** One more than the sequence of its last record that counts. */
  next: number;
  /** Where its last good record ends, in bytes. */
  end: number;
  /** Holds bytes that are not as they were written: kept for a person to look at. */
  isDamaged: boolean;
}

const SEGMENT_NAME = /^(\d{10,15})\.log$/;

export function segmentName(number: number): string {
  return `${String(number).padStart(10, '0')}.log`;
}

/** The number of the segment with this file name, or `undefined` for another file. */
export function segmentNumber(name: string): number | undefined {
  const digits = SEGMENT_NAME.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/**
 * What a segment file of an earlier process holds, or `undefined` when there is no record to be had from it. A sealed one
 * is judged by its header and its seal, so that a backlog of gigabytes costs a start next to nothing; its records are
 * checked when they are read.
 */
export async function inspectSegment(
  fileSystem: FileSystem,
  path: string,
  number: number,
): Promise<Segment | undefined> {
  const file = await fileSystem.openToRead(path);
  let size: number;
  let first: number | 'damaged' | 'foreign';
  let sealedNext: number | undefined;
  try {
    size = await file.size();
    const header = Buffer.alloc(HEADER_BYTES);
    first = decodeHeader(header.subarray(0, await readFully(file, header, 0)));
    const seal = Buffer.alloc(SEAL_BYTES);
    if (size >= HEADER_BYTES + SEAL_BYTES && (await readFully(file, seal, size - SEAL_BYTES)) === SEAL_BYTES)
      sealedNext = nextBySeal(seal, first);
  } finally {
    await file.close();
  }
  if (first === 'foreign') return undefined;
  if (sealedNext !== undefined && first !== 'damaged')
    return { number, path, first, next: sealedNext, end: size - SEAL_BYTES, isDamaged: false };
  return scanned(fileSystem, path, number, first === 'damaged' ? undefined : first, size);
}

function nextBySeal(seal: Buffer, first: number | 'damaged' | 'foreign'): number | undefined {
  if (endOfRecord(seal, 0) !== SEAL_BYTES) return undefined;
  const record = decodeRecord(seal, 0, SEAL_BYTES);
  if (record?.type !== SEAL_TYPE || typeof first !== 'number') return undefined;
  return record.sequence === first + record.payload.readUInt32LE() ? record.sequence : undefined;
}

async function scanned(
  fileSystem: FileSystem,
  path: string,
  number: number,
  first: number | undefined,
  size: number,
): Promise<Segment | undefined> {
  const range = { first, end: Math.max(size, HEADER_BYTES), before: Infinity };
  const reader = await SegmentReader.open(fileSystem, path, range);
  try {
    let firstRead: number | undefined;
    let last: number | undefined;
    for (let record = await reader.next(); record !== undefined; record = await reader.next()) {
      firstRead ??= record.sequence;
      last = record.sequence;
    }
    const begins = first ?? firstRead;
    if (begins === undefined) return undefined;
    const isDamaged = reader.damagedBytes > 0 || first === undefined;
    return { number, path, first: begins, next: (last ?? begins - 1) + 1, end: reader.end, isDamaged };
  } finally {
    await reader.close();
  }
}
