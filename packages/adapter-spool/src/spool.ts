import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { DataAdapterError, refuse, silentLogger, type Logger } from '@test-coordinator/ports';

import { writeAcknowledged } from './acknowledged-file.js';
import { BacklogReader, type Backlog, type ReadLimits } from './backlog-reader.js';
import { DeadLetters } from './dead-letters.js';
import { codeOf, isOutOfSpace, type FileSystem } from './file-system.js';
import { FolderOwner } from './folder-owner.js';
import { GroupCommit } from './group-commit.js';
import type { LiveSegments } from './live-segments.js';
import { machineMonotonicMs } from './machine-monotonic.js';
import { nodeFileSystem } from './node-file-system.js';
import { nodeProcesses, type Processes } from './processes.js';
import { RECORD_OVERHEAD } from './segment-format.js';
import { SpaceReserve } from './space-reserve.js';
import { discardSegment, recoverSpool, type RecoveredSpool } from './spool-recovery.js';
import {
  maxPayloadBytes,
  readSpoolSettings,
  type ReadSpoolSettings,
  type SpoolSettings,
} from './spool-settings.js';

const INSTANCE_BYTES = 16;
const DEAD_LETTERS = 'dead';
const RETRIES = 'retry';
/** What a spool that takes records has room for at least; less where segments are small. */
const ROOM_BYTES = 65_536;
const ROOMS_IN_SEGMENT = 16;

/** What a spool is built on. What is left out: the machine's file system, processes and monotonic clock, and no log. */
export interface SpoolDependencies {
  readonly fileSystem?: FileSystem | undefined;
  readonly processes?: Processes | undefined;
  /** Milliseconds that never jump: tell when a disk that failed is tried again. */
  readonly monotonicMs?: (() => number) | undefined;
  readonly logger?: Logger | undefined;
}

export interface SpoolOptions extends SpoolSettings, SpoolDependencies {
  /** On a local disk, for this spool alone; made when it is not there. */
  readonly folder: string;
}

export interface AppendOptions {
  /** May use the reserve when the disk is full or the limit is reached. For the few records that must not be refused. @default false */
  readonly isUrgent?: boolean | undefined;
}

/** How full a spool is. */
export interface SpoolStatus {
  /** Confirmed records that are not acknowledged. */
  readonly waitingRecords: number;
  /** Size of the segments on disk. */
  readonly bytes: number;
  readonly maxBytes: number;
  /** `bytes` has reached the share of `maxBytes` that `highWater` names. */
  readonly isAboveHighWater: boolean;
  /** Whether an ordinary record would be taken now, as far as is known: there is room for 64 KiB and the disk works. */
  readonly isAccepting: boolean;
}

interface SpoolParts {
  readonly folder: string;
  readonly fileSystem: FileSystem;
  readonly logger: Logger;
  readonly settings: ReadSpoolSettings;
  readonly owner: FolderOwner;
  readonly reserve: SpaceReserve;
  readonly segments: LiveSegments;
  readonly commits: GroupCommit;
}

/**
 * A durable queue in one folder. What `append` has answered survives kill -9 and a power cut, and is handed out by
 * `read` in the order of its sequences until it is acknowledged; after a crash, what was not acknowledged is handed out again.
 */
export class Spool implements AsyncDisposable {
  /** What the store refused. Its size does not count against the limit. */
  readonly deadLetters: DeadLetters;
  /** Dead letters that somebody wants to be tried again: whoever drains the spool takes them. */
  readonly retries: DeadLetters;
  readonly #parts: SpoolParts;
  readonly #reader: BacklogReader;
  #acknowledged: number;
  #isAcknowledgedDurable: boolean;
  #turn: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  private constructor(
    parts: SpoolParts,
    { acknowledged, isAcknowledgedDurable }: Omit<RecoveredSpool, 'segments'>,
  ) {
    this.#parts = parts;
    this.#acknowledged = acknowledged;
    this.#isAcknowledgedDurable = isAcknowledgedDurable;
    this.deadLetters = deadLettersIn(parts.fileSystem, parts.folder);
    this.retries = retriesIn(parts.fileSystem, parts.folder);
    this.#reader = new BacklogReader(parts.fileSystem, parts.segments, parts.logger);
  }

  /**
   * Takes the folder and finds what earlier processes left in it. Codes: `INVALID_ARGUMENT` for bad settings;
   * `UNAVAILABLE` while another process, or another spool of this one, has the folder, or when there can be none.
   */
  static async open(options: SpoolOptions): Promise<Spool> {
    const { folder, fileSystem = nodeFileSystem, processes = nodeProcesses } = options;
    const { monotonicMs = machineMonotonicMs, logger = silentLogger } = options;
    const settings = readSpoolSettings(pickSettings(options));
    const reserve = new SpaceReserve(fileSystem, folder, settings.reserveBytes);
    const owner = await taken(fileSystem, folder, processes, reserve);
    try {
      const { segments, ...recovered } = await recoverSpool(fileSystem, folder, logger);
      const instance = randomBytes(INSTANCE_BYTES);
      const shared = { folder, fileSystem, logger, settings, reserve, segments };
      const commits = new GroupCommit({ ...shared, instance, monotonicMs });
      const parts = { ...shared, owner, commits };
      const spool = new Spool(parts, recovered);
      await spool.#discardStored();
      await reserve.take();
      return spool;
    } catch (error) {
      await owner.release().catch(() => undefined);
      throw unusable(error);
    }
  }

  /** Every record up to this sequence has been acknowledged; 0 for none. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** The sequence of the last confirmed record; 0 for none. */
  get last(): number {
    return this.#parts.segments.next - 1;
  }

  /** The largest payload that is taken. */
  get maxPayloadBytes(): number {
    return maxPayloadBytes(this.#parts.settings.segmentBytes);
  }

  get status(): SpoolStatus {
    const { segments, settings, commits, reserve } = this.#parts;
    const { bytes } = segments;
    const { maxBytes, highWater, segmentBytes } = settings;
    const hasRoom = bytes + Math.min(ROOM_BYTES, segmentBytes / ROOMS_IN_SEGMENT) <= maxBytes;
    return {
      waitingRecords: this.last - this.#acknowledged,
      bytes,
      maxBytes,
      isAboveHighWater: bytes >= highWater * maxBytes,
      isAccepting: this.#closing === undefined && hasRoom && !reserve.isSpent && !commits.isReadOnly,
    };
  }

  /**
   * Resolves with the record's sequence once it survives a power cut. `payload` must not change until then.
   * A rejected record may be appended again. Codes: `INVALID_ARGUMENT`; `CLOSED`; `CAPACITY` when the limit or the disk is
   * full, `UNAVAILABLE` when the disk does not write: the record is not stored; `UNKNOWN_OUTCOME` when it may be.
   * @param type 1–255, what the payload is.
   */
  async append(type: number, payload: Uint8Array, options: AppendOptions = {}): Promise<number> {
    const { settings, segments, commits, reserve } = this.#parts;
    const { isUrgent = false } = options;
    if (!Number.isInteger(type) || type < 1 || type > 255)
      refuse('type', 'must be a whole number from 1 to 255');
    const most = this.maxPayloadBytes;
    if (payload.length > most)
      refuse('payload', `must be at most ${most} bytes, which is what a segment holds`);
    if (this.#closing !== undefined) throw closed();
    const bytes = segments.bytes + commits.waitingBytes + RECORD_OVERHEAD + payload.length;
    const limit = isUrgent ? settings.maxBytes + settings.reserveBytes : settings.maxBytes;
    if (bytes > limit)
      throw full('the spool has reached its size limit; let the store come back, or raise the limit');
    if (reserve.isSpent && !isUrgent)
      throw full('the disk of the spool is full and its reserve is in use; make room and try again');
    return commits.append(type, payload, isUrgent);
  }

  /**
   * The confirmed records after `after`, in order, up to the limits; none when all are read.
   * @param after A `through` of before, or `acknowledged`.
   */
  read(after: number, limits: ReadLimits): Promise<Backlog> {
    return this.#inTurn(() => this.#reader.read(after, limits));
  }

  /**
   * Resolves once it is written down, for good, that every record up to `through` is stored elsewhere; then the segments
   * that hold nothing else are removed. To be called after the store has committed them.
   * Codes: `INVALID_ARGUMENT`; `CLOSED`; `CAPACITY` or `UNAVAILABLE` when it could not be written: acknowledge again later.
   */
  acknowledge(through: number): Promise<void> {
    return this.#inTurn(() => this.#acknowledge(through));
  }

  /** Refuses new records, waits for those under way and gives the folder back. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Reads and acknowledgements take turns: the file that is read is not removed under the reader. */
  #inTurn<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    const answer = this.#turn.then(() => {
      if (this.#closing !== undefined) throw closed();
      return work();
    });
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  async #acknowledge(through: number): Promise<void> {
    if (!Number.isInteger(through) || through > this.last)
      refuse('through', 'must be the sequence of a record');
    if (through <= this.#acknowledged && this.#isAcknowledgedDurable) return;
    const { fileSystem, folder, segments, reserve } = this.#parts;
    const sequence = Math.max(through, this.#acknowledged);
    const acknowledged = { sequence, segment: segments.lastNumber };
    const write = (): Promise<void> => writeAcknowledged(fileSystem, folder, acknowledged);
    try {
      await write().catch(async (error: unknown) => {
        if (!isOutOfSpace(error) || !(await reserve.giveUp())) throw error;
        await write();
      });
    } catch (error) {
      throw unusable(error);
    }
    this.#acknowledged = sequence;
    this.#isAcknowledgedDurable = true;
    await this.#discardStored();
    if (reserve.isSpent) await reserve.take();
  }

  /**
   * Removes the segments that are stored elsewhere as a whole, once a power cut cannot undo that this is known. One that
   * cannot be removed now is tried again the next time.
   */
  async #discardStored(): Promise<void> {
    const { fileSystem, folder, segments, logger } = this.#parts;
    const stored = this.#isAcknowledgedDurable ? segments.settledUpTo(this.#acknowledged) : [];
    for (const segment of stored) {
      try {
        await this.#reader.release(segment);
        await discardSegment(fileSystem, folder, segment);
        segments.forget(segment);
      } catch (error) {
        logger.warn(
          { segment: segment.number, code: codeOf(error) },
          'a stored segment could not be removed',
        );
      }
    }
  }

  async #close(): Promise<void> {
    const { commits, owner, logger } = this.#parts;
    await this.#turn;
    await commits.finish();
    await this.#reader.close();
    await this.#discardStored();
    await owner.release().catch((error: unknown) => {
      logger.warn({ code: codeOf(error) }, 'the spool folder stays taken until this process ends');
    });
  }
}

/** The dead letters of a spool's folder, which need no spool that is open. */
export function deadLettersIn(fileSystem: FileSystem, folder: string): DeadLetters {
  return new DeadLetters(fileSystem, join(folder, DEAD_LETTERS));
}

/** Those of them that are to be tried again. */
export function retriesIn(fileSystem: FileSystem, folder: string): DeadLetters {
  return new DeadLetters(fileSystem, join(folder, RETRIES));
}

function pickSettings(options: SpoolOptions): SpoolSettings {
  const { segmentBytes, maxBytes, highWater, reserveBytes, retryAfterMs } = options;
  return { segmentBytes, maxBytes, highWater, reserveBytes, retryAfterMs };
}

async function taken(
  fileSystem: FileSystem,
  folder: string,
  processes: Processes,
  reserve: SpaceReserve,
): Promise<FolderOwner> {
  const take = (): Promise<FolderOwner> => FolderOwner.take(fileSystem, folder, processes);
  try {
    await fileSystem.makeFolder(folder);
    return await take().catch(async (error: unknown) => {
      if (!isOutOfSpace(error) || !(await reserve.giveUp())) throw error;
      return take();
    });
  } catch (error) {
    throw unusable(error);
  }
}

/** An error of the file system as one of the ports; the system's code tells what is wrong with the disk. */
function unusable(error: unknown): unknown {
  if (DataAdapterError.is(error)) return error;
  const code = codeOf(error);
  if (code === undefined) return error;
  const message = `the spool folder cannot be used (${code}); check its disk, owner and permissions`;
  return new DataAdapterError(isOutOfSpace(error) ? 'CAPACITY' : 'UNAVAILABLE', message, { cause: error });
}

function full(message: string): DataAdapterError {
  return new DataAdapterError('CAPACITY', message);
}

function closed(): DataAdapterError {
  return new DataAdapterError('CLOSED', 'the spool is closed');
}
