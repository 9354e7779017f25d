import type { Logger } from '@test-coordinator/ports';

import { codeOf, type FileSystem } from './file-system.js';
import type { LiveSegments } from './live-segments.js';
import { RECORD_OVERHEAD, type SpooledRecord } from './segment-format.js';
import { SegmentReader } from './segment-reader.js';
import type { Segment } from './segment.js';

/** How much one look at the backlog may bring. At least one record comes, however large. */
export interface ReadLimits {
  readonly records: number;
  readonly bytes: number;
}

export interface Backlog {
  /** In the order in which they were confirmed. */
  readonly records: readonly SpooledRecord[];
  /** Nothing up to this sequence is left out, but for records that the disk lost: what to acknowledge once they are stored. */
  readonly through: number;
}

interface OpenSegment {
  readonly segment: Segment;
  readonly reader: SegmentReader;
}

/** Reads on through the segments with one of them open, so that a backlog of any size costs the memory of one batch. */
export class BacklogReader {
  #open: OpenSegment | undefined;
  /** Every record up to here was handed out or is lost. */
  #through = 0;
  /** Read, and too much for the batch before. */
  #ahead: SpooledRecord | undefined;

  constructor(
    private readonly fileSystem: FileSystem,
    private readonly segments: LiveSegments,
    private readonly logger: Logger,
  ) {}

  /** The records after `after` that are confirmed now. */
  async read(after: number, limits: ReadLimits): Promise<Backlog> {
    const last = this.segments.next - 1;
    if (after !== this.#through) {
      await this.close();
      this.#through = after;
    }
    const records: SpooledRecord[] = [];
    let bytes = 0;
    while (records.length < limits.records && this.#through < last) {
      const record = this.#ahead ?? (await this.#next());
      this.#ahead = undefined;
      if (record === undefined) {
        this.#tellLost(last + 1);
        this.#through = last;
        break;
      }
      bytes += RECORD_OVERHEAD + record.payload.length;
      if (records.length > 0 && bytes > limits.bytes) {
        this.#ahead = record;
        break;
      }
      this.#tellLost(record.sequence);
      this.#through = record.sequence;
      records.push(record);
    }
    return { records, through: this.#through };
  }

  /** Lets go of the segment's file, which can then be removed. */
  async release(segment: Segment): Promise<void> {
    if (this.#open?.segment === segment) await this.close();
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    this.#ahead = undefined;
    await open?.reader.close();
  }

  /** The next record after the one before, or `undefined` when no confirmed one follows. */
  async #next(): Promise<SpooledRecord | undefined> {
    for (;;) {
      const segment = this.#open?.segment ?? this.segments.segmentAfter(this.#through);
      if (segment === undefined) return undefined;
      const record = await this.#nextOf(segment);
      if (record !== undefined) {
        if (record.sequence > this.#through) return record;
        continue;
      }
      if (this.segments.isOpen(segment)) return undefined;
      await this.close();
      // What the segment still lacks is lost: without this, it would be looked at for ever.
      if (segment.next > this.#through + 1) {
        this.#tellLost(segment.next);
        this.#through = segment.next - 1;
      }
    }
  }

  async #nextOf(segment: Segment): Promise<SpooledRecord | undefined> {
    try {
      const { reader } = (this.#open ??= await this.#opened(segment));
      const record = await reader.next();
      if (record === undefined && reader.damagedBytes > 0) this.#markDamaged(segment, 'holds damaged bytes');
      return record;
    } catch (error) {
      // Sectors that the disk can no longer read stay so: trying again would hold up all that is behind them.
      if (codeOf(error) !== 'EIO') throw error;
      this.#markDamaged(segment, 'cannot be read');
      return undefined;
    }
  }

  async #opened(segment: Segment): Promise<OpenSegment> {
    const range = {
      first: segment.first,
      get end() {
        return segment.end;
      },
      get before() {
        return segment.next;
      },
    };
    return { segment, reader: await SegmentReader.open(this.fileSystem, segment.path, range) };
  }

  #markDamaged(segment: Segment, what: string): void {
    segment.isDamaged = true;
    this.logger.error(
      { segment: segment.number },
      `a file of the spool ${what}: what is intact goes on, and the file is kept in quarantine`,
    );
  }

  #tellLost(next: number): void {
    const records = next - this.#through - 1;
    if (records > 0)
      this.logger.error({ records, from: this.#through + 1 }, 'the disk lost confirmed records of the spool');
  }
}
