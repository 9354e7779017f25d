import type { FileSystem, OpenFile } from '@test-coordinator/adapter-spool';

import { moments } from './moments.js';
import type { SeededRandom } from './seeded-random.js';
import { systemError, type SimulatedDisk } from './simulated-disk.js';
import type { SimulatedFile } from './simulated-file.js';

/** What goes wrong, and how often, as probabilities of one operation. */
export interface Faults {
  readonly shortWrite: number;
  readonly failingWrite: number;
  readonly failingSync: number;
  readonly failingFolderSync: number;
  /** Bytes of all files together; beyond it writes are short, and then `ENOSPC`. */
  readonly capacity: number;
}

export const NO_FAULTS: Faults = {
  shortWrite: 0,
  failingWrite: 0,
  failingSync: 0,
  failingFolderSync: 0,
  capacity: Infinity,
};

export const FAULT_KINDS = [
  'shortWrite',
  'fullDisk',
  'failedWrite',
  'failedSync',
  'powerCut',
  'kill',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];
export type FaultCounts = Record<FaultKind, number>;

export function noFaultsYet(): FaultCounts {
  return Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as FaultCounts;
}

export interface SimulatedProcessOptions {
  readonly disk: SimulatedDisk;
  readonly random: SeededRandom;
  readonly faults: Faults;
  /** After so many operations the power is cut. */
  readonly operations: number;
  /** Told of each fault that happens. */
  readonly onFault?: (kind: FaultKind) => void;
}

/** The file system as one process has it: its operations take a moment, may fail, and end with the process. */
export class SimulatedProcess implements FileSystem {
  readonly #options: SimulatedProcessOptions;
  #operationsLeft: number;

  constructor(options: SimulatedProcessOptions) {
    this.#options = options;
    this.#operationsLeft = options.operations;
  }

  get isGone(): boolean {
    return this.#operationsLeft <= 0;
  }

  /** Ends the process alone: what it wrote is there for the next one, synced or not. */
  kill(): void {
    this.#operationsLeft = 0;
    this.#options.onFault?.('kill');
  }

  /** Ends the process with its machine. */
  cutPower(): void {
    this.#operationsLeft = 0;
    this.#options.onFault?.('powerCut');
    this.#options.disk.cutPower(this.#options.random);
  }

  makeFolder(path: string): Promise<void> {
    return this.#perform((disk) => disk.makeFolder(path));
  }

  list(path: string): Promise<readonly string[]> {
    return this.#perform((disk) => disk.names(path));
  }

  create(path: string): Promise<OpenFile> {
    return this.#perform((disk) => this.#opened(disk.create(path)));
  }

  openToRead(path: string): Promise<OpenFile> {
    return this.#perform((disk) => this.#opened(disk.file(path)));
  }

  rename(from: string, to: string): Promise<void> {
    return this.#perform((disk) => disk.rename(from, to));
  }

  link(path: string, name: string): Promise<void> {
    return this.#perform((disk) => disk.link(path, name));
  }

  remove(path: string): Promise<void> {
    return this.#perform((disk) => disk.remove(path));
  }

  syncFolder(path: string): Promise<void> {
    return this.#perform((disk) => {
      this.#mayFail('failingFolderSync', 'failedSync');
      disk.syncFolder(path);
    });
  }

  #opened(file: SimulatedFile): OpenFile {
    return {
      write: (bytes, position) => this.#perform((disk) => this.#write(disk, file, bytes, position)),
      read: (into, position) => this.#perform(() => file.read(into, position)),
      size: () => this.#perform(() => file.size),
      truncate: (length) => this.#perform(() => file.truncate(length)),
      syncData: () => this.#perform(() => this.#sync(file)),
      close: () => this.#perform(() => undefined),
    };
  }

  #write(disk: SimulatedDisk, file: SimulatedFile, bytes: Uint8Array, position: number): number {
    const { faults, random, onFault } = this.#options;
    this.#mayFail('failingWrite', 'failedWrite');
    let count = bytes.length;
    const room =
      faults.capacity === Infinity ? Infinity : faults.capacity - disk.bytes + file.size - position;
    if (count > room) {
      onFault?.('fullDisk');
      count = Math.max(0, room);
    }
    if (count > 1 && random.chance(faults.shortWrite)) {
      onFault?.('shortWrite');
      count = random.between(1, count - 1);
    }
    if (count === 0) throw systemError('ENOSPC');
    file.write(bytes.subarray(0, count), position);
    return count;
  }

  #sync(file: SimulatedFile): void {
    try {
      this.#mayFail('failingSync', 'failedSync');
      file.sync();
    } catch (error) {
      file.failSync();
      throw error;
    }
  }

  #mayFail(fault: keyof Faults, kind: FaultKind): void {
    if (!this.#options.random.chance(this.#options.faults[fault])) return;
    this.#options.onFault?.(kind);
    throw systemError('EIO');
  }

  /** Takes a moment, so that others come before, between and after it. */
  async #perform<Answer>(operation: (disk: SimulatedDisk) => Answer): Promise<Answer> {
    await moments(this.#options.random.between(0, 3));
    if (this.isGone) throw systemError('EPOWER');
    const answer = operation(this.#options.disk);
    this.#operationsLeft -= 1;
    if (!this.isGone) return answer;
    this.cutPower();
    throw systemError('EPOWER');
  }
}
