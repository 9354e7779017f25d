/**
 * The operations of a file system that a spool is made of, and no more, so that a simulated disk can stand in.
 * Failures reject with the error of the system: its `code` (`ENOSPC`, `EEXIST`, …) decides what the spool does.
 */
export interface FileSystem {
  /** Makes the folder, for its owner alone (0700). One that is there is left as it is. */
  makeFolder(path: string): Promise<void>;
  /** The names in the folder, in any order. */
  list(path: string): Promise<readonly string[]>;
  /** A new, empty file for its owner alone (0600). Rejects with `EEXIST` when there is one. */
  create(path: string): Promise<OpenFile>;
  openToRead(path: string): Promise<OpenFile>;
  /** Replaces what has the new name. */
  rename(from: string, to: string): Promise<void>;
  /** Gives the file a second name in one step. Rejects with `EEXIST` when the name is taken. */
  link(path: string, name: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Resolves once the names in the folder survive a power cut: what a new file needs besides its own sync. */
  syncFolder(path: string): Promise<void>;
}

export interface OpenFile {
  /** Answers how many bytes were written: fewer than given on a disk that is nearly full. */
  write(bytes: Uint8Array, position: number): Promise<number>;
  /** Fills `into` from `position` and answers how many bytes were read: fewer than asked for, and 0 at the end. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** In bytes. */
  size(): Promise<number>;
  truncate(length: number): Promise<void>;
  /** fdatasync: resolves once the bytes, and the size that is needed to find them, survive a power cut. */
  syncData(): Promise<void>;
  close(): Promise<void>;
}

/** Whether the disk, the quota or the limit on a file's size has no room: the next try may find some. */
export function isOutOfSpace(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(codeOf(error) ?? '');
}

export function codeOf(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Writes all of `bytes`. A write may be short without an error: Node wrote 2,144 of 10,000 bytes on a full disk. */
export async function writeFully(file: OpenFile, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const count = await file.write(written === 0 ? bytes : bytes.subarray(written), position + written);
    if (count <= 0) throw Object.assign(new Error('the file takes no more bytes'), { code: 'ENOSPC' });
    written += count;
  }
}

/** Fills `into` as far as the file goes and answers how many bytes there were. */
export async function readFully(file: OpenFile, into: Uint8Array, position: number): Promise<number> {
  let read = 0;
  while (read < into.length) {
    const count = await file.read(read === 0 ? into : into.subarray(read), position + read);
    if (count <= 0) break;
    read += count;
  }
  return read;
}
