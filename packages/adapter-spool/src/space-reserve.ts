import { randomFillSync } from 'node:crypto';
import { join } from 'node:path';

import { isOutOfSpace, writeFully, type FileSystem } from './file-system.js';

const NAME = 'reserve';
const PIECE_BYTES = 65_536;

/**
 * Disk space that is taken in advance and given up when the disk is full, so that what must be written then can be:
 * how far the backlog was stored, and the records that a caller calls urgent.
 */
export class SpaceReserve {
  #isSpent = false;

  constructor(
    private readonly fileSystem: FileSystem,
    private readonly folder: string,
    private readonly bytes: number,
  ) {}

  /** Ordinary records are refused until it is taken again: they would eat what the others need. */
  get isSpent(): boolean {
    return this.#isSpent;
  }

  /** Takes the space, unless the disk has none to spare. */
  async take(): Promise<void> {
    try {
      if (!(await this.#isThere())) await this.#write();
      this.#isSpent = false;
    } catch (error) {
      await this.fileSystem.remove(join(this.folder, NAME)).catch(() => undefined);
      this.#isSpent = isOutOfSpace(error);
    }
  }

  /** Gives the space up and answers whether there was any. */
  async giveUp(): Promise<boolean> {
    this.#isSpent = true;
    try {
      await this.fileSystem.remove(join(this.folder, NAME));
      // The freed blocks can be used once the journal has the removal.
      await this.fileSystem.syncFolder(this.folder);
      return true;
    } catch {
      return false;
    }
  }

  async #isThere(): Promise<boolean> {
    if (!(await this.fileSystem.list(this.folder)).includes(NAME)) return false;
    const file = await this.fileSystem.openToRead(join(this.folder, NAME));
    try {
      return (await file.size()) === this.bytes;
    } finally {
      await file.close();
    }
  }

  async #write(): Promise<void> {
    await this.fileSystem.remove(join(this.folder, NAME)).catch(() => undefined);
    const file = await this.fileSystem.create(join(this.folder, NAME));
    try {
      // Random bytes: a file system that compresses, or leaves out zeros, would reserve nothing.
      const piece = randomFillSync(Buffer.allocUnsafe(Math.min(PIECE_BYTES, this.bytes)));
      for (let at = 0; at < this.bytes; at += piece.length) {
        await writeFully(file, piece.subarray(0, this.bytes - at), at);
      }
      await file.syncData();
    } finally {
      await file.close();
    }
  }
}
