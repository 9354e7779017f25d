import { DataAdapterError, type Logger } from '@test-coordinator/ports';

import { ActiveSegment } from './active-segment.js';
import { codeOf, isOutOfSpace, type FileSystem } from './file-system.js';
import { HEADER_BYTES, RECORD_OVERHEAD, SEAL_BYTES, encodeRecord } from './segment-format.js';
import type { LiveSegments } from './live-segments.js';
import type { SpaceReserve } from './space-reserve.js';
import type { ReadSpoolSettings } from './spool-settings.js';

/** Most bytes in one write: what the callers of a moment add up to, and a bound for the memory of it. */
const MAX_BATCH_BYTES = 1_048_576;

export interface GroupCommitContext {
  readonly fileSystem: FileSystem;
  readonly folder: string;
  readonly instance: Uint8Array;
  readonly segments: LiveSegments;
  readonly reserve: SpaceReserve;
  readonly settings: ReadSpoolSettings;
  readonly monotonicMs: () => number;
  readonly logger: Logger;
}

interface WaitingRecord {
  readonly type: number;
  readonly payload: Uint8Array;
  readonly isUrgent: boolean;
  readonly resolve: (sequence: number) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes records so that one write and one sync, of which one is under way at a time, serve all callers that wait:
 * a caller is answered when its record survives a power cut, and never before.
 *
 * A sync that failed is not tried again on its file: the system may have thrown the bytes away and calls the next sync
 * a success. What was not confirmed is written again to a new segment, which makes void what the old one may hold of it.
 */
export class GroupCommit {
  readonly #context: GroupCommitContext;
  #waiting: WaitingRecord[] = [];
  #waitingBytes = 0;
  #active: ActiveSegment | undefined;
  #flushing: Promise<void> | undefined;
  #noWriteBefore = -Infinity;

  constructor(context: GroupCommitContext) {
    this.#context = context;
  }

  /** Bytes of records that are not confirmed yet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Whether the disk failed a moment ago, so that no write is tried. */
  get isReadOnly(): boolean {
    return this.#context.monotonicMs() < this.#noWriteBefore;
  }

  append(type: number, payload: Uint8Array, isUrgent: boolean): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ type, payload, isUrgent, resolve, reject });
      this.#waitingBytes += RECORD_OVERHEAD + payload.length;
      this.#flushing ??= this.#flush();
    });
  }

  /** Waits for the records under way; the segment is complete then, and the next record begins another. */
  async finish(): Promise<void> {
    await this.#flushing;
    await this.#roll();
  }

  async #flush(): Promise<void> {
    // Callers of one moment share the first write too.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch();
      await this.#serve(batch);
      for (const { payload } of batch) this.#waitingBytes -= RECORD_OVERHEAD + payload.length;
    }
    this.#flushing = undefined;
  }

  #takeBatch(): readonly WaitingRecord[] {
    const room = Math.min(MAX_BATCH_BYTES, this.#context.settings.segmentBytes - HEADER_BYTES - SEAL_BYTES);
    let bytes = 0;
    let count = 0;
    for (const { payload } of this.#waiting) {
      bytes += RECORD_OVERHEAD + payload.length;
      if (bytes > room && count > 0) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  /** @param mayBeHeld By the file of an attempt before, whatever becomes of this one. */
  async #serve(batch: readonly WaitingRecord[], mayBeHeld = false): Promise<void> {
    try {
      const first = await this.#commit(batch);
      batch.forEach(({ resolve }, index) => resolve(first + index));
    } catch (failure) {
      const error = mayBeHeld && !isUnknownOutcome(failure) ? unknownOutcome(failure) : failure;
      const urgent = isForSpace(error) ? batch.filter(({ isUrgent }) => isUrgent) : [];
      for (const record of batch) if (!urgent.includes(record)) record.reject(error);
      if (urgent.length === 0) return;
      if (await this.#context.reserve.giveUp()) await this.#serve(urgent, isUnknownOutcome(error));
      else for (const { reject } of urgent) reject(error);
    }
  }

  /** Answers the sequence of the first record once all are confirmed. */
  async #commit(batch: readonly WaitingRecord[]): Promise<number> {
    if (this.isReadOnly) throw readOnly(undefined);
    const doubt = await this.#tryCommit(batch);
    if (typeof doubt === 'number') return doubt;
    try {
      const again = await this.#tryCommit(batch);
      if (typeof again === 'number') return again;
      this.#pauseWrites();
      throw again.cause;
    } catch (error) {
      // Whatever stopped the second try, the file of the first may hold the records.
      throw unknownOutcome(error);
    }
  }

  /** The sequence of the first record; or why the file that was written to, and is left now, may or may not hold them. */
  async #tryCommit(batch: readonly WaitingRecord[]): Promise<number | { readonly cause: unknown }> {
    const length = batch.reduce((bytes, { payload }) => bytes + RECORD_OVERHEAD + payload.length, 0);
    const segment = await this.#segmentWithRoom(length);
    const first = segment.next;
    const cause = await this.#written(segment, encodeBatch(batch, first, length), batch.length);
    if (cause === undefined) return first;
    this.#active = undefined;
    await this.#close(segment);
    this.#context.logger.error(
      { segment: segment.number, code: codeOf(cause), records: batch.length },
      'the disk did not confirm records of the spool: nothing more is written to that file',
    );
    return { cause };
  }

  /**
   * Answers with what makes the segment's unconfirmed bytes doubtful, if anything does.
   * @throws DataAdapterError `CAPACITY` when the disk has no room, and the segment is as it was before.
   */
  async #written(segment: ActiveSegment, bytes: Buffer, count: number): Promise<unknown> {
    try {
      await segment.write(bytes);
    } catch (error) {
      if (!isOutOfSpace(error)) return error;
      try {
        await segment.cut();
      } catch (cutError) {
        return cutError;
      }
      throw noSpace(error);
    }
    try {
      await segment.confirm(count, bytes.length);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  async #segmentWithRoom(length: number): Promise<ActiveSegment> {
    const { fileSystem, folder, instance, segments, settings } = this.#context;
    if (this.#active !== undefined && this.#active.end + length + SEAL_BYTES > settings.segmentBytes)
      await this.#roll();
    if (this.#active !== undefined) return this.#active;
    try {
      const number = segments.takeNumber();
      this.#active = await ActiveSegment.create(fileSystem, folder, number, segments.next, instance);
    } catch (error) {
      if (isOutOfSpace(error)) throw noSpace(error);
      this.#pauseWrites();
      throw readOnly(error);
    }
    segments.add(this.#active);
    return this.#active;
  }

  async #roll(): Promise<void> {
    const segment = this.#active;
    this.#active = undefined;
    if (segment === undefined) return;
    try {
      await segment.seal();
    } catch (error) {
      // A start reads a segment without its seal as a whole.
      this.#context.logger.warn({ segment: segment.number, code: codeOf(error) }, 'a segment was not sealed');
      await segment.cut().catch(() => undefined);
    }
    await this.#close(segment);
  }

  async #close(segment: ActiveSegment): Promise<void> {
    await segment.close().catch(() => undefined);
    this.#context.segments.settle(segment);
  }

  #pauseWrites(): void {
    const { monotonicMs, settings } = this.#context;
    this.#noWriteBefore = monotonicMs() + settings.retryAfterMs;
  }
}

function encodeBatch(batch: readonly WaitingRecord[], first: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  batch.forEach(({ type, payload }, index) => {
    at = encodeRecord(bytes, at, first + index, type, payload);
  });
  return bytes;
}

/** Whether room on the disk would have helped. */
function isForSpace(error: unknown): boolean {
  if (!DataAdapterError.is(error)) return false;
  return error.code === 'CAPACITY' || (isUnknownOutcome(error) && isForSpace(error.cause));
}

function isUnknownOutcome(error: unknown): boolean {
  return DataAdapterError.is(error) && error.code === 'UNKNOWN_OUTCOME';
}

function noSpace(cause: unknown): DataAdapterError {
  return new DataAdapterError('CAPACITY', 'the disk of the spool is full; make room and try again', {
    cause,
  });
}

function readOnly(cause: unknown): DataAdapterError {
  const message = 'the disk of the spool takes no writes; try again in a moment';
  return new DataAdapterError('UNAVAILABLE', message, { cause });
}

function unknownOutcome(cause: unknown): DataAdapterError {
  const message =
    'the disk of the spool did not confirm the record, and may hold it; try again with the same id';
  return new DataAdapterError('UNKNOWN_OUTCOME', message, { cause });
}
