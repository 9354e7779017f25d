import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Spool, type SpoolOptions, type SpooledRecord } from '@test-coordinator/adapter-spool';
import { DataAdapterError, type ErrorCode } from '@test-coordinator/ports';
import { expect } from 'chai';

export const ALL = { records: 1_000_000, bytes: 1_000_000_000 };

/** Opens spools in folders of their own, and takes all away at the end of the test. */
export class SpoolFolders {
  readonly #folders: string[] = [];
  readonly #spools: Spool[] = [];

  async newFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'spool-'));
    this.#folders.push(folder);
    return join(folder, 'spool');
  }

  async open(folder: string, options: Omit<SpoolOptions, 'folder'> = {}): Promise<Spool> {
    const spool = await Spool.open({ folder, ...options });
    this.#spools.push(spool);
    return spool;
  }

  async removeAll(): Promise<void> {
    for (const spool of this.#spools.splice(0)) await spool.close();
    for (const folder of this.#folders.splice(0)) await rm(folder, { recursive: true });
  }
}

export async function appendTexts(spool: Spool, ...texts: readonly string[]): Promise<readonly number[]> {
  return Promise.all(texts.map((text) => spool.append(1, Buffer.from(text))));
}

export async function waitingTexts(spool: Spool): Promise<readonly string[]> {
  return textsOf((await spool.read(spool.acknowledged, ALL)).records);
}

export function textsOf(records: readonly SpooledRecord[]): readonly string[] {
  return records.map(({ payload }) => payload.toString());
}

export async function expectRefusal(refused: Promise<unknown>, code: ErrorCode): Promise<DataAdapterError> {
  const error = await refused.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!DataAdapterError.is(error)) throw new Error(`expected ${code}`, { cause: error });
  expect(error.code).to.equal(code);
  return error;
}
