import { join } from 'node:path';

import { writeFully, type FileSystem, type OpenFile } from './file-system.js';
import { HEADER_BYTES, encodeHeader, encodeSeal } from './segment-format.js';
import { segmentName, type Segment } from './segment.js';

/** The segment that is written to. `next` and `end` cover what the disk has confirmed, and nothing else. */
export class ActiveSegment implements Segment {
  next: number;
  end = HEADER_BYTES;
  isDamaged = false;
  readonly #file: OpenFile;

  private constructor(
    file: OpenFile,
    readonly path: string,
    readonly number: number,
    readonly first: number,
  ) {
    this.#file = file;
    this.next = first;
  }

  /** Resolves once the empty segment, and its name in the folder, survive a power cut. */
  static async create(
    fileSystem: FileSystem,
    folder: string,
    number: number,
    first: number,
    instance: Uint8Array,
  ): Promise<ActiveSegment> {
    const path = join(folder, segmentName(number));
    const file = await fileSystem.create(path);
    try {
      await writeFully(file, encodeHeader(instance, first), 0);
      await file.syncData();
      // Without it the name is gone after a power cut, and all confirmed records with it.
      await fileSystem.syncFolder(folder);
      return new ActiveSegment(file, path, number, first);
    } catch (error) {
      await file.close().catch(() => undefined);
      await fileSystem.remove(path).catch(() => undefined);
      throw error;
    }
  }

  /** Writes behind the confirmed records. What was written counts once it is confirmed. */
  write(bytes: Uint8Array): Promise<void> {
    return writeFully(this.#file, bytes, this.end);
  }

  /** Resolves once the `count` records of the `length` bytes that were written survive a power cut. */
  async confirm(count: number, length: number): Promise<void> {
    await this.#file.syncData();
    this.end += length;
    this.next += count;
  }

  /** Takes away what was written and not confirmed. */
  async cut(): Promise<void> {
    await this.#file.truncate(this.end);
    await this.#file.syncData();
  }

  /** Marks the segment complete, so that a start need not read it. One that is not is read, and loses nothing. */
  async seal(): Promise<void> {
    await this.write(encodeSeal(this.next, this.next - this.first));
    await this.#file.syncData();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
