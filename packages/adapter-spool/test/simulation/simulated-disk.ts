import { basename, dirname } from 'node:path';

import type { SeededRandom } from './seeded-random.js';
import { SimulatedFile } from './simulated-file.js';

type Names = Map<string, SimulatedFile>;
/** One change of the names of a folder, which the disk makes as a whole or not at all. */
type NameChange = (names: Names) => void;

interface Folder {
  seen: Names;
  durable: Names;
  unsynced: NameChange[];
}

/** Folders and files in memory with the semantics of a disk whose power may be cut: what was not synced is gone, or there in part. */
export class SimulatedDisk {
  readonly #folders = new Map<string, Folder>();

  /** Bytes of all files together. */
  get bytes(): number {
    let bytes = 0;
    for (const file of this.#files()) bytes += file.size;
    return bytes;
  }

  /** Loses what was not synced. */
  cutPower(random: SeededRandom): void {
    for (const folder of this.#folders.values()) {
      // New names, renames and removals reach the disk independently of each other, unless the folder is synced.
      for (const change of folder.unsynced) if (random.chance(0.5)) change(folder.durable);
      folder.unsynced = [];
      folder.seen = new Map(folder.durable);
    }
    for (const file of this.#files()) file.cutPower(random);
  }

  makeFolder(path: string): void {
    if (!this.#folders.has(path))
      this.#folders.set(path, { seen: new Map(), durable: new Map(), unsynced: [] });
  }

  names(path: string): readonly string[] {
    return [...this.#folder(path).seen.keys()];
  }

  file(path: string): SimulatedFile {
    const file = this.#folder(dirname(path)).seen.get(basename(path));
    if (file === undefined) throw systemError('ENOENT');
    return file;
  }

  create(path: string): SimulatedFile {
    const file = new SimulatedFile();
    this.#give(path, file);
    return file;
  }

  link(path: string, name: string): void {
    this.#give(name, this.file(path));
  }

  rename(from: string, to: string): void {
    const file = this.file(from);
    const isOneFolder = dirname(from) === dirname(to);
    this.#change(to, (names) => {
      names.set(basename(to), file);
      if (isOneFolder) names.delete(basename(from));
    });
    if (!isOneFolder) this.#change(from, (names) => names.delete(basename(from)));
  }

  remove(path: string): void {
    this.file(path);
    this.#change(path, (names) => names.delete(basename(path)));
  }

  syncFolder(path: string): void {
    const folder = this.#folder(path);
    folder.durable = new Map(folder.seen);
    folder.unsynced = [];
  }

  #give(path: string, file: SimulatedFile): void {
    if (this.#folder(dirname(path)).seen.has(basename(path))) throw systemError('EEXIST');
    this.#change(path, (names) => names.set(basename(path), file));
  }

  #change(path: string, change: NameChange): void {
    const folder = this.#folder(dirname(path));
    change(folder.seen);
    folder.unsynced.push(change);
  }

  #folder(path: string): Folder {
    const folder = this.#folders.get(path);
    if (folder === undefined) throw systemError('ENOENT');
    return folder;
  }

  #files(): Set<SimulatedFile> {
    return new Set([...this.#folders.values()].flatMap(({ seen }) => [...seen.values()]));
  }
}

/** As the system's errors, without a stack: capturing one took an eighth of a simulation. */
export function systemError(code: string): Error {
  return Object.assign(Object.create(Error.prototype) as Error, { code, message: code });
}
