import { crc32c } from './crc32c.js';

/**
 * A segment file, numbers little-endian:
 *
 *     header  "TCSP" | version u32 | instance 16 bytes | first sequence u64 | crc32c u32 of the bytes before
 *     record  length of the payload u32 | crc32c u32 of all else in the record | sequence u48 | type u8 | payload
 *     seal    a record of type 0 with the number of records before it (u32): nothing follows
 *
 * Sequences rise by one from the first. They make the place of a record known without its neighbours, so that what lies
 * behind damaged bytes is found again; and records from a sequence at which a later segment begins are void.
 */
export const HEADER_BYTES = 36;
export const RECORD_OVERHEAD = 15;
export const SEAL_TYPE = 0;
export const SEAL_BYTES = RECORD_OVERHEAD + 4;
const MAGIC = 'TCSP';
const VERSION = 1;
const HEADER_CRC_AT = HEADER_BYTES - 4;

/** One record, as it is handed out. */
export interface SpooledRecord {
  /** Its place among all records of the spool, from 1. */
  readonly sequence: number;
  /** 1–255, as given. */
  readonly type: number;
  readonly payload: Buffer;
}

export function encodeHeader(instance: Uint8Array, firstSequence: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write(MAGIC, 'latin1');
  header.writeUInt32LE(VERSION, 4);
  header.set(instance, 8);
  header.writeBigUInt64LE(BigInt(firstSequence), 24);
  header.writeUInt32LE(crc32c(header, 0, HEADER_CRC_AT), HEADER_CRC_AT);
  return header;
}

/** The first sequence; or `damaged`; or `foreign` for a sound header of another version. */
export function decodeHeader(header: Buffer): number | 'damaged' | 'foreign' {
  if (header.length < HEADER_BYTES || header.toString('latin1', 0, 4) !== MAGIC) return 'damaged';
  if (crc32c(header, 0, HEADER_CRC_AT) !== header.readUInt32LE(HEADER_CRC_AT)) return 'damaged';
  return header.readUInt32LE(4) === VERSION ? Number(header.readBigUInt64LE(24)) : 'foreign';
}

/** Writes the record at `at` and answers where it ends. */
export function encodeRecord(
  into: Buffer,
  at: number,
  sequence: number,
  type: number,
  payload: Uint8Array,
): number {
  const end = at + RECORD_OVERHEAD + payload.length;
  into.writeUInt32LE(payload.length, at);
  into.writeUIntLE(sequence, at + 8, 6);
  into[at + 14] = type;
  into.set(payload, at + RECORD_OVERHEAD);
  into.writeUInt32LE(recordCrc(into, at, end), at + 4);
  return end;
}

export function encodeSeal(sequence: number, count: number): Buffer {
  const seal = Buffer.alloc(SEAL_BYTES);
  const payload = Buffer.alloc(4);
  payload.writeUInt32LE(count);
  encodeRecord(seal, 0, sequence, SEAL_TYPE, payload);
  return seal;
}

/** Where the record at `at` would end, by its length. At least RECORD_OVERHEAD bytes must be there. */
export function endOfRecord(bytes: Buffer, at: number): number {
  return at + RECORD_OVERHEAD + bytes.readUInt32LE(at);
}

export function sequenceAt(bytes: Buffer, at: number): number {
  return bytes.readUIntLE(at + 8, 6);
}

/** The record whose bytes are `bytes[at, end)`, or `undefined` when its checksum tells that they are not as they were written. */
export function decodeRecord(bytes: Buffer, at: number, end: number): SpooledRecord | undefined {
  if (recordCrc(bytes, at, end) !== bytes.readUInt32LE(at + 4)) return undefined;
  return {
    sequence: sequenceAt(bytes, at),
    type: bytes[at + 14]!,
    payload: bytes.subarray(at + RECORD_OVERHEAD, end),
  };
}

function recordCrc(bytes: Uint8Array, at: number, end: number): number {
  return crc32c(bytes, at + 8, end, crc32c(bytes, at, at + 4));
}
