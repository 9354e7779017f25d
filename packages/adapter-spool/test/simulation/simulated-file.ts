import type { SeededRandom } from './seeded-random.js';

const SECTOR_BYTES = 512;

type Change =
  | { readonly kind: 'write'; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly length: number };

/** One file: what programs see, what the disk has for sure, and the changes between the two. */
export class SimulatedFile {
  #seen: Buffer = Buffer.alloc(0);
  #durable: Buffer = Buffer.alloc(0);
  #unsynced: Change[] = [];

  get size(): number {
    return this.#seen.length;
  }

  read(into: Uint8Array, position: number): number {
    return this.#seen.copy(into, 0, Math.min(position, this.size), position + into.length);
  }

  write(bytes: Uint8Array, position: number): void {
    this.#unsynced.push({ kind: 'write', at: position, bytes: Buffer.from(bytes) });
    this.#seen = written(this.#seen, bytes, position);
  }

  truncate(length: number): void {
    this.#unsynced.push({ kind: 'truncate', length });
    this.#seen = this.#seen.subarray(0, length);
  }

  sync(): void {
    for (const change of this.#unsynced) this.#durable = changed(this.#durable, change);
    this.#unsynced = [];
  }

  /**
   * A sync that fails, as Linux does it: the changes stay to be seen, count as clean, and no later sync writes them.
   */
  failSync(): void {
    this.#unsynced = [];
  }

  /**
   * What a power cut leaves. Of the changes since the last sync, each sector of the disk has seen the first few, or all,
   * or none, independently of its neighbours; the size is one of those that the file has had since.
   */
  cutPower(random: SeededRandom): void {
    const sizes = [this.#durable.length];
    let size = this.#durable.length;
    for (const change of this.#unsynced) {
      size = change.kind === 'write' ? Math.max(size, change.at + change.bytes.length) : change.length;
      sizes.push(size);
    }
    const left = Buffer.alloc(sizes[random.between(0, sizes.length - 1)]!);
    this.#durable.copy(left);
    for (let sector = 0; sector < left.length; sector += SECTOR_BYTES) {
      const end = Math.min(sector + SECTOR_BYTES, left.length);
      for (const change of this.#unsynced.slice(0, random.between(0, this.#unsynced.length))) {
        if (change.kind === 'truncate') left.fill(0, Math.max(sector, Math.min(change.length, end)), end);
        else copyWithin(change.bytes, change.at, left, sector, end);
      }
    }
    this.#seen = left;
    this.#durable = left;
    this.#unsynced = [];
  }

  /** Turns one bit of what is stored. */
  flipBit(random: SeededRandom): void {
    if (this.size === 0) return;
    this.#seen = Buffer.from(this.#seen);
    this.#seen[random.between(0, this.size - 1)]! ^= 1 << random.between(0, 7);
    this.#durable = this.#seen;
  }
}

function changed(content: Buffer, change: Change): Buffer {
  return change.kind === 'write'
    ? written(content, change.bytes, change.at)
    : Buffer.concat([content.subarray(0, change.length)], change.length);
}

function written(content: Buffer, bytes: Uint8Array, at: number): Buffer {
  const result = Buffer.alloc(Math.max(content.length, at + bytes.length));
  content.copy(result);
  result.set(bytes, at);
  return result;
}

/** The part of `bytes`, which lie at `at`, that is in [from, to). */
function copyWithin(bytes: Buffer, at: number, into: Buffer, from: number, to: number): void {
  const start = Math.max(at, from);
  const end = Math.min(at + bytes.length, to);
  if (start < end) bytes.copy(into, start, start - at, end - at);
}
