import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { AccessError } from './access-error.js';
import type { ApiKey } from './api-key.js';
import { SCOPES } from './scope.js';

const VERSION = 1;
const MODE = 0o600;
const OTHERS = 0o077;
const LOCK_LOOK_MS = 20;
const LOCK_PATIENCE_MS = 5_000;

/** What tells one state of a file from another without reading it. */
export interface FileStamp {
  readonly inode: bigint;
  readonly modifiedNs: bigint;
  readonly bytes: bigint;
}

/**
 * The API keys of a coordinator, in one file of its own (JSON, mode 0600), which any number of coordinators may read.
 * A file and no table: who may record must be known also while the database is away.
 */
export class ApiKeyFile {
  constructor(readonly path: string) {}

  /** All keys, expired ones too; none when there is no file. @throws AccessError when it cannot be read, or is no key file. */
  async read(): Promise<ReadonlyMap<string, ApiKey>> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return new Map();
      throw new AccessError(`The API keys in ${this.path} cannot be read (${codeOf(error)}).`);
    }
    const keys = parsedKeys(text);
    if (keys === undefined)
      throw new AccessError(`${this.path} is no file of API keys that this version wrote.`);
    return new Map(keys.map((key) => [key.keyId, key]));
  }

  /** `undefined` when there is no file, or it cannot be looked at. */
  async stamp(): Promise<FileStamp | undefined> {
    const found = await stat(this.path, { bigint: true }).catch(() => undefined);
    return found && { inode: found.ino, modifiedNs: found.mtimeNs, bytes: found.size };
  }

  /** Whether other users of this machine may read or write it. */
  async isOpenToOthers(): Promise<boolean> {
    const found = await stat(this.path).catch(() => undefined);
    return found !== undefined && (found.mode & OTHERS) !== 0;
  }

  /**
   * Replaces the keys by what `change` makes of them, as a whole: a reader sees the file before or after. Two changes at
   * once take turns. @throws AccessError
   */
  async change(change: (keys: ReadonlyMap<string, ApiKey>) => Iterable<ApiKey>): Promise<void> {
    const draft = `${this.path}.new`;
    try {
      await mkdir(dirname(this.path), { recursive: true });
      // The draft is the lock too: one process at a time can make it.
      const file = await this.#made(draft);
      try {
        const keys = [...change(await this.read())];
        await file.writeFile(`${JSON.stringify({ version: VERSION, keys }, undefined, 2)}\n`);
        await file.sync();
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      } finally {
        await file.close();
      }
      await rename(draft, this.path);
      await synced(dirname(this.path));
    } catch (error) {
      if (codeOf(error) === undefined) throw error;
      throw new AccessError(`The API keys cannot be written to ${this.path} (${codeOf(error)}).`);
    }
  }

  async #made(draft: string): Promise<Awaited<ReturnType<typeof open>>> {
    for (const deadline = performance.now() + LOCK_PATIENCE_MS; ;) {
      try {
        return await open(draft, 'wx', MODE);
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error;
        if (performance.now() > deadline)
          throw new AccessError(`Another process changes the keys; if none does, remove ${draft}.`);
        await delay(LOCK_LOOK_MS);
      }
    }
  }
}

async function synced(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function parsedKeys(text: string): readonly ApiKey[] | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { version, keys } = (content ?? {}) as { readonly version?: unknown; readonly keys?: unknown };
  if (version !== VERSION || !Array.isArray(keys)) return undefined;
  const read = keys.map(parsedKey);
  return read.every((key) => key !== undefined) ? read : undefined;
}

function parsedKey(given: unknown): ApiKey | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const { keyId, name, scope: word, hash, createdAt, expiresAt } = given as Record<string, unknown>;
  const scope = SCOPES.find((known) => known === word);
  const created = timeOf(createdAt);
  const expires = expiresAt === null ? null : timeOf(expiresAt);
  if (typeof keyId !== 'string' || !/^[0-9a-f]{12}$/.test(keyId)) return undefined;
  if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash) || typeof name !== 'string') return undefined;
  if (scope === undefined || created === undefined || expires === undefined) return undefined;
  return { keyId, name, scope, hash, createdAt: created, expiresAt: expires };
}

function timeOf(value: unknown): Date | undefined {
  const time = typeof value === 'string' ? new Date(value) : undefined;
  return time === undefined || Number.isNaN(time.getTime()) ? undefined : time;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
