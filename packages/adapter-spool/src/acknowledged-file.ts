import { join } from 'node:path';

import { crc32c } from './crc32c.js';
import { readFully, writeFully, type FileSystem } from './file-system.js';

const NAME = 'acknowledged';
const DRAFT = 'acknowledged.tmp';
const MAX_BYTES = 200;
const LINE = /^(acknowledged (\d{1,15}) segment (\d{1,15})) ([0-9a-f]{8})\n$/;

/** How far the spool has been stored elsewhere. */
export interface Acknowledged {
  /** Every record up to this sequence; 0 for none. */
  readonly sequence: number;
  /** No segment has had a higher number when it was written. */
  readonly segment: number;
}

const NOTHING_ACKNOWLEDGED: Acknowledged = { sequence: 0, segment: 0 };

/**
 * What is written down, or nothing when there is no file or it does not read as it was written: then records are
 * handed out again, which the store takes as the same ones.
 */
export async function readAcknowledged(fileSystem: FileSystem, folder: string): Promise<Acknowledged> {
  try {
    const file = await fileSystem.openToRead(join(folder, NAME));
    try {
      const bytes = Buffer.alloc(MAX_BYTES);
      const text = bytes.toString('latin1', 0, await readFully(file, bytes, 0));
      const [, line, sequence, segment, checksum] = LINE.exec(text) ?? [];
      if (line === undefined || checksumOf(line) !== checksum) return NOTHING_ACKNOWLEDGED;
      return { sequence: Number(sequence), segment: Number(segment) };
    } finally {
      await file.close();
    }
  } catch {
    return NOTHING_ACKNOWLEDGED;
  }
}

/** Resolves once it survives a power cut: a whole new file takes the place of the old one. */
export async function writeAcknowledged(
  fileSystem: FileSystem,
  folder: string,
  { sequence, segment }: Acknowledged,
): Promise<void> {
  const line = `acknowledged ${sequence} segment ${segment}`;
  await fileSystem.remove(join(folder, DRAFT)).catch(() => undefined);
  const file = await fileSystem.create(join(folder, DRAFT));
  try {
    await writeFully(file, Buffer.from(`${line} ${checksumOf(line)}\n`), 0);
    await file.syncData();
  } finally {
    await file.close();
  }
  await fileSystem.rename(join(folder, DRAFT), join(folder, NAME));
  await fileSystem.syncFolder(folder);
}

function checksumOf(line: string): string {
  const bytes = Buffer.from(line, 'latin1');
  return crc32c(bytes, 0, bytes.length).toString(16).padStart(8, '0');
}
