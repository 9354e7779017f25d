import { join } from 'node:path';

import { DataAdapterError, type ErrorCode } from '@test-coordinator/ports';

import { codeOf, readFully, writeFully, type FileSystem } from './file-system.js';

const NAME = /^\d{16}-\d{4}\.json$/;

/** A record that the store refused. */
export interface DeadLetter {
  /** By which it is retried and discarded; in the order in which the records were accepted. */
  readonly name: string;
  readonly type: number;
  readonly payload: Buffer;
  /** Why the store refused it. */
  readonly reason: { readonly code: ErrorCode; readonly message: string };
}

/** Where a record stands: its sequence, and its place among those that came with it. */
export interface DeadLetterPlace {
  readonly sequence: number;
  readonly index: number;
}

/**
 * What a store refused, one file each with its reason, until a person retries or discards it. Never removed on its own.
 */
export class DeadLetters {
  constructor(
    private readonly fileSystem: FileSystem,
    private readonly folder: string,
  ) {}

  /** Resolves once it survives a power cut. Putting it again replaces it. */
  async put({ sequence, index }: DeadLetterPlace, letter: Omit<DeadLetter, 'name'>): Promise<void> {
    await this.fileSystem.makeFolder(this.folder);
    const name = `${String(sequence).padStart(16, '0')}-${String(index).padStart(4, '0')}.json`;
    const { type, payload, reason } = letter;
    const text = JSON.stringify({ type, reason, payload: payload.toString('base64') });
    const draft = join(this.folder, `${name}.tmp`);
    await this.fileSystem.remove(draft).catch(() => undefined);
    const file = await this.fileSystem.create(draft);
    try {
      await writeFully(file, Buffer.from(text), 0);
      await file.syncData();
    } finally {
      await file.close();
    }
    await this.fileSystem.rename(draft, join(this.folder, name));
    await this.fileSystem.syncFolder(this.folder);
  }

  /** The names, oldest first. */
  async list(): Promise<readonly string[]> {
    await this.fileSystem.makeFolder(this.folder);
    return (await this.fileSystem.list(this.folder)).filter((name) => NAME.test(name)).toSorted();
  }

  /** Codes: `NOT_FOUND`. */
  async read(name: string): Promise<DeadLetter> {
    if (!(await this.list()).includes(name)) throw notThere(name);
    const file = await this.fileSystem.openToRead(join(this.folder, name));
    try {
      const bytes = Buffer.alloc(await file.size());
      await readFully(file, bytes, 0);
      const { type, reason, payload } = JSON.parse(bytes.toString()) as Omit<DeadLetter, 'payload'> & {
        readonly payload: string;
      };
      return { name, type, reason, payload: Buffer.from(payload, 'base64') };
    } finally {
      await file.close();
    }
  }

  /**
   * Puts it among others, under its name. Codes: `NOT_FOUND`; `ALREADY_EXISTS` while one of that name is there.
   * A power cut in the middle leaves it in both places.
   */
  async moveTo(name: string, others: DeadLetters): Promise<void> {
    if (!(await this.list()).includes(name)) throw notThere(name);
    await others.list();
    try {
      await this.fileSystem.link(join(this.folder, name), join(others.folder, name));
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      const message = `dead letter ${name} waits for its retry already; try again in a moment`;
      throw new DataAdapterError('ALREADY_EXISTS', message, { entity: 'dead letter', id: name });
    }
    await this.fileSystem.syncFolder(others.folder);
    await this.discard(name);
  }

  /** Removes it for good. Codes: `NOT_FOUND`. */
  async discard(name: string): Promise<void> {
    if (!(await this.list()).includes(name)) throw notThere(name);
    await this.fileSystem.remove(join(this.folder, name));
    await this.fileSystem.syncFolder(this.folder);
  }
}

function notThere(name: string): DataAdapterError {
  return new DataAdapterError('NOT_FOUND', 'there is no such dead letter; list them to see their names', {
    entity: 'dead letter',
    id: name.slice(0, 100),
  });
}
