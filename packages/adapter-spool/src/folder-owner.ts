import { join } from 'node:path';

import { DataAdapterError } from '@test-coordinator/ports';

import { codeOf, readFully, writeFully, type FileSystem } from './file-system.js';
import type { ProcessIdentity, Processes } from './processes.js';

const OWNER_NAME = /^owner\.(\d{1,15})$/;
const MAX_OWNER_BYTES = 1_024;
/** What a folder is given back with: nobody's process. */
const NOBODY: ProcessIdentity = { pid: 0, started: 'released' };

/**
 * The one process that may use a folder, written down as `owner.<n>`; the highest n decides. Taking over links a file
 * with the next number, which one of any number of processes can do, and the highest is never removed: a process that
 * looked long ago finds its number taken, or a higher one, and not an empty folder. It says who is alive, so it need not
 * survive a power cut, and nothing is synced.
 */
export class FolderOwner {
  private constructor(
    private readonly fileSystem: FileSystem,
    private readonly folder: string,
    private readonly generation: number,
  ) {}

  /** @throws DataAdapterError `UNAVAILABLE` while another living process, or another spool of this one, has the folder. */
  static async take(fileSystem: FileSystem, folder: string, processes: Processes): Promise<FolderOwner> {
    const self = await processes.current();
    for (;;) {
      const newest = Math.max(0, ...(await generations(fileSystem, folder)));
      const living = await FolderOwner.livingIn(fileSystem, folder, processes);
      if (living !== undefined) throw inUse(living);
      const generation = newest + 1;
      if (!(await written(fileSystem, folder, generation, self))) continue;
      // Somebody may have taken this number and a higher one, and removed this one, since the look above.
      if (Math.max(...(await generations(fileSystem, folder))) === generation) {
        const owner = new FolderOwner(fileSystem, folder, generation);
        await owner.#removeOlder(generation);
        return owner;
      }
      // Whoever took a higher one may be removing it too.
      await fileSystem.remove(ownerPath(folder, generation)).catch(() => undefined);
    }
  }

  /** The id of the living process that has the folder, if there is one. */
  static async livingIn(
    fileSystem: FileSystem,
    folder: string,
    processes: Processes,
  ): Promise<number | undefined> {
    const newest = Math.max(0, ...(await generations(fileSystem, folder)));
    const owner = newest === 0 ? undefined : await readOwner(fileSystem, ownerPath(folder, newest));
    return owner !== undefined && (await processes.isAlive(owner)) ? owner.pid : undefined;
  }

  /** Lets the next one have the folder, also in this process. */
  async release(): Promise<void> {
    await written(this.fileSystem, this.folder, this.generation + 1, NOBODY);
    await this.#removeOlder(this.generation + 1);
  }

  async #removeOlder(than: number): Promise<void> {
    for (const generation of await generations(this.fileSystem, this.folder)) {
      if (generation < than)
        await this.fileSystem.remove(ownerPath(this.folder, generation)).catch(() => undefined);
    }
  }
}

async function generations(fileSystem: FileSystem, folder: string): Promise<readonly number[]> {
  const found = (await fileSystem.list(folder)).map((name) => OWNER_NAME.exec(name)?.[1]);
  return found.filter((digits) => digits !== undefined).map(Number);
}

function ownerPath(folder: string, generation: number): string {
  return join(folder, `owner.${generation}`);
}

function inUse(pid: number): DataAdapterError {
  const message = `the spool folder is in use by process ${pid}; stop it, or choose another folder`;
  return new DataAdapterError('UNAVAILABLE', message, { details: { pid } });
}

/** `undefined` when it is gone, or says nothing: a power cut took its bytes, and its process with them. */
async function readOwner(fileSystem: FileSystem, path: string): Promise<ProcessIdentity | undefined> {
  try {
    const file = await fileSystem.openToRead(path);
    try {
      const bytes = Buffer.alloc(MAX_OWNER_BYTES);
      const text = bytes.toString('utf8', 0, await readFully(file, bytes, 0));
      const { pid, started } = JSON.parse(text) as Partial<ProcessIdentity>;
      return typeof pid === 'number' && pid > 0 && typeof started === 'string' ? { pid, started } : undefined;
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

/** Writes it in full under a name of its own and links it; answers `false` when the number, or the folder, was taken meanwhile. */
async function written(
  fileSystem: FileSystem,
  folder: string,
  generation: number,
  owner: ProcessIdentity,
): Promise<boolean> {
  const draft = join(folder, `owner-${process.pid}-${crypto.randomUUID()}.tmp`);
  const file = await fileSystem.create(draft);
  try {
    try {
      await writeFully(file, Buffer.from(JSON.stringify(owner)), 0);
    } finally {
      await file.close();
    }
    await fileSystem.link(draft, ownerPath(folder, generation));
    return true;
  } catch (error) {
    const code = codeOf(error);
    // A new owner clears away what it finds, also the draft of who was slower.
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    throw error;
  } finally {
    await fileSystem.remove(draft).catch(() => undefined);
  }
}
