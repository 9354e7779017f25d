import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

import { ReportRefusedError } from './report-refused-error.js';
import { detectEncoding } from './text-encoding.js';

/** Largest source that is read, after decompression. */
export const DEFAULT_MAX_BYTES = 64 * 1_024 * 1_024;
/** Largest piece that is decoded at once, also when the caller hands over the whole file. */
const PIECE_BYTES = 65_536;
/** Enough to see a byte order mark, an XML declaration and the first sign of JSON behind leading blanks. */
const HEAD_BYTES = 4_096;

/** A file, a request body or bytes in memory. Pulled as it is read, so a slow reader holds nothing back in memory. */
export type ReportBytes = AsyncIterable<Uint8Array> | Uint8Array;

export interface ReportSourceOptions {
  /** Most bytes after decompression. @default 64 MiB */
  readonly maxBytes?: number | undefined;
  /** Told how many bytes of the source (as it came, before decompression) were read so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
  /** Aborted: reading stops and rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A source as text, whatever its compression and encoding. */
export interface ReportText {
  /** The beginning, for recognition. Part of `chunks` too. */
  readonly head: string;
  /** The whole text without a byte order mark; can be read once. Rejects with ReportRefusedError when the bytes turn out bad. */
  readonly chunks: AsyncIterable<string>;
  /** SHA-256 (hex) of the text read so far: the same for a gzipped or re-encoded copy. */
  contentHash(): string;
}

/** Opens a source: gzip by its magic bytes, encoding by mark and declaration. @throws ReportRefusedError */
export async function readReportSource(
  source: ReportBytes,
  options: ReportSourceOptions = {},
): Promise<ReportText> {
  const bytes = limited(await unpacked(counted(source, options)), options.maxBytes ?? DEFAULT_MAX_BYTES);
  const { head, rest } = await peek(bytes, HEAD_BYTES);
  const decoder = await orLetGo(rest, () => detectEncoding(head));
  const hash = createHash('sha256');
  // The head decodes by itself for recognition; a character may be cut at its end, so it is decoded as a stream.
  const preview = decoder.start();
  return {
    head: preview.decode(head),
    chunks: hashed(decoded(head, rest, decoder.start()), hash),
    contentHash: () => hash.copy().digest('hex'),
  };
}

async function* counted(source: ReportBytes, options: ReportSourceOptions): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const chunk of source instanceof Uint8Array ? [source] : source) {
    for (let start = 0; start < chunk.length; start += PIECE_BYTES) {
      options.signal?.throwIfAborted();
      const piece = chunk.subarray(start, start + PIECE_BYTES);
      read += piece.length;
      options.onProgress?.(read);
      yield piece;
    }
  }
}

async function unpacked(bytes: AsyncGenerator<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const { head, rest } = await peek(bytes, 6);
  const all = joined(head, rest);
  if (!startsWith(head, 0x1f, 0x8b)) {
    return orLetGo(rest, () => {
      refuseArchive(head);
      return all;
    });
  }
  return gunzipped(all);
}

const ARCHIVES = [
  { name: 'zip', magic: [0x50, 0x4b, 0x03, 0x04] },
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: 'xz', magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a] },
  { name: 'bzip2', magic: [0x42, 0x5a, 0x68] },
];

function refuseArchive(head: Uint8Array): void {
  const archive = ARCHIVES.find(({ magic }) => startsWith(head, ...magic));
  if (archive === undefined) return;
  throw new ReportRefusedError(
    'UNSUPPORTED_ENCODING',
    `this is a ${archive.name} archive; only gzip is unpacked here: unpack it and import what is inside`,
  );
}

async function* gunzipped(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  const packed = Readable.from(bytes, { objectMode: false });
  packed.on('error', (error) => gunzip.destroy(error));
  packed.pipe(gunzip);
  let first = true;
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      if (first && startsWith(chunk, 0x1f, 0x8b)) {
        throw new ReportRefusedError(
          'UNSUPPORTED_ENCODING',
          'this is gzip inside gzip; unpack it once and try again',
        );
      }
      first = false;
      yield chunk;
    }
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (typeof code !== 'string' || !code.startsWith('Z_')) throw error;
    throw new ReportRefusedError(
      'MALFORMED',
      code === 'Z_BUF_ERROR' ? 'the gzip data is cut off before its end' : 'the gzip data is damaged',
    );
  } finally {
    packed.destroy();
    gunzip.destroy();
  }
}

async function* limited(bytes: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const chunk of bytes) {
    total += chunk.length;
    if (total > maxBytes) {
      throw new ReportRefusedError(
        'TOO_LARGE',
        `the source is larger than ${maxBytes} bytes after decompression`,
      );
    }
    yield chunk;
  }
}

interface Peeked {
  readonly head: Buffer;
  readonly rest: AsyncIterator<Uint8Array>;
}

async function peek(bytes: AsyncIterable<Uint8Array>, least: number): Promise<Peeked> {
  const rest = bytes[Symbol.asyncIterator]();
  const parts: Uint8Array[] = [];
  let length = 0;
  while (length < least) {
    const next = await rest.next();
    if (next.done === true) break;
    parts.push(next.value);
    length += next.value.length;
  }
  return { head: Buffer.concat(parts), rest };
}

/** A source that is refused before it is read on still lets go of its file or request. */
async function orLetGo<Value>(rest: AsyncIterator<Uint8Array>, decide: () => Value): Promise<Value> {
  try {
    return decide();
  } catch (error) {
    await rest.return?.();
    throw error;
  }
}

async function* joined(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    // A reader that stops early lets go of the file or the request it came from.
    await rest.return?.();
  }
}

async function* decoded(
  head: Buffer,
  rest: AsyncIterator<Uint8Array>,
  decoder: { decode(bytes: Uint8Array): string; end(): string },
): AsyncGenerator<string> {
  for await (const chunk of joined(head, rest)) {
    const text = decoder.decode(chunk);
    if (text !== '') yield text;
  }
  const last = decoder.end();
  if (last !== '') yield last;
}

async function* hashed(
  chunks: AsyncIterable<string>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<string> {
  for await (const chunk of chunks) {
    hash.update(chunk, 'utf8');
    yield chunk;
  }
}

function startsWith(bytes: Uint8Array, ...magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}
