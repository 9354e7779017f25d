import { readFully, type FileSystem, type OpenFile } from './file-system.js';
import {
  HEADER_BYTES,
  RECORD_OVERHEAD,
  SEAL_TYPE,
  decodeRecord,
  endOfRecord,
  sequenceAt,
  type SpooledRecord,
} from './segment-format.js';

const CHUNK_BYTES = 262_144;

/** Which records of a segment count. */
export interface SegmentRange {
  /** The sequence of its first record; unknown when the header is damaged. */
  readonly first: number | undefined;
  /** Bytes from here on are not looked at: what the disk has not confirmed yet. */
  readonly end: number;
  /** Records from this sequence on are void. */
  readonly before: number;
}

/**
 * Reads the intact records of one segment in their order. Bytes that are not as they were written are skipped up to the
 * next intact record, so that one flipped bit costs one record and not all behind it.
 */
export class SegmentReader {
  /** Bytes that belong to no intact record. */
  damagedBytes = 0;
  /** Where the last record that was handed out ends. */
  end = HEADER_BYTES;
  isSealed = false;
  readonly #file: OpenFile;
  readonly #range: SegmentRange;
  #expected: number | undefined;
  #at = HEADER_BYTES;
  #chunk: Buffer = Buffer.alloc(0);
  #chunkAt = HEADER_BYTES;

  private constructor(file: OpenFile, range: SegmentRange) {
    this.#file = file;
    this.#range = range;
    this.#expected = range.first;
  }

  static async open(fileSystem: FileSystem, path: string, range: SegmentRange): Promise<SegmentReader> {
    return new SegmentReader(await fileSystem.openToRead(path), range);
  }

  /** The next record, or `undefined` at the end. */
  async next(): Promise<SpooledRecord | undefined> {
    while (!this.isSealed && this.#at < this.#range.end) {
      const record = (await this.#recordAt(this.#at)) ?? (await this.#recordBehindDamage());
      if (record === undefined || record.sequence >= this.#range.before) break;
      this.#at += RECORD_OVERHEAD + record.payload.length;
      this.#expected = record.sequence + 1;
      this.isSealed = record.type === SEAL_TYPE;
      if (this.isSealed) break;
      this.end = this.#at;
      return record;
    }
    return undefined;
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  async #recordAt(at: number): Promise<SpooledRecord | undefined> {
    if (!(await this.#load(at, RECORD_OVERHEAD))) return undefined;
    const length = endOfRecord(this.#chunk, at - this.#chunkAt) - (at - this.#chunkAt);
    if (!(await this.#load(at, length))) return undefined;
    const record = decodeRecord(this.#chunk, at - this.#chunkAt, at - this.#chunkAt + length);
    return record !== undefined && this.#mayBeNext(record.sequence, at) ? record : undefined;
  }

  /** Moves to the next intact record, or to the end. Takes in the rest of the segment at once: at most one segment's size. */
  async #recordBehindDamage(): Promise<SpooledRecord | undefined> {
    const from = this.#at;
    await this.#load(from, this.#range.end - from);
    const chunkEnd = this.#chunk.length;
    for (let at = from - this.#chunkAt + 1; at + RECORD_OVERHEAD <= chunkEnd; at += 1) {
      const end = endOfRecord(this.#chunk, at);
      if (end > chunkEnd || !this.#mayBeNext(sequenceAt(this.#chunk, at), at + this.#chunkAt)) continue;
      const record = decodeRecord(this.#chunk, at, end);
      if (record === undefined) continue;
      this.#at = at + this.#chunkAt;
      this.damagedBytes += this.#at - from;
      return record;
    }
    this.#at = this.#range.end;
    this.damagedBytes += this.#range.end - from;
    return undefined;
  }

  /**
   * A record that follows another has the next sequence. Behind damaged bytes it is higher by as many records as they
   * can have held, which rules out nearly every place before a checksum is worked out.
   */
  #mayBeNext(sequence: number, at: number): boolean {
    if (this.#expected === undefined) return sequence > 0;
    const skipped = Math.floor((at - this.#at) / RECORD_OVERHEAD);
    return sequence >= this.#expected && sequence <= this.#expected + skipped;
  }

  /** Whether the bytes are there, and then they are in the chunk. Records keep their chunk: a new one is made each time. */
  async #load(at: number, length: number): Promise<boolean> {
    if (at + length > this.#range.end) return false;
    const loadedEnd = this.#chunkAt + this.#chunk.length;
    if (at + length <= loadedEnd) return true;
    const chunk = Buffer.allocUnsafe(Math.min(Math.max(length, CHUNK_BYTES), this.#range.end - at));
    const kept = this.#chunk.copy(chunk, 0, at - this.#chunkAt);
    const read = await readFully(this.#file, chunk.subarray(kept), at + kept);
    this.#chunk = chunk.subarray(0, kept + read);
    this.#chunkAt = at;
    return length <= this.#chunk.length;
  }
}
