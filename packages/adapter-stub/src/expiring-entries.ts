import { SortedList } from './sorted-list.js';
import { compareIds } from './stored.js';

/** What is kept under a key for a time. */
export interface Expiring {
  readonly key: string;
  /** Milliseconds since 1970; the entry is live before. `Infinity` is for ever. */
  readonly expiresAtMs: number;
}

/** How many expired entries each write may remove: a write stays short when a million entries expire at once. */
const SWEPT_PER_WRITE = 16;

/**
 * Entries by key, with the expiring ones in the order of their expiry. Each write removes some that have expired, also
 * when nobody reads them again: the store never holds more entries than were live at one time, and after n writes at
 * least 16 × n of the expired ones are gone.
 */
export class ExpiringEntries<Entry extends Expiring> {
  #byKey = new Map<string, Entry>();
  #byExpiry = new SortedList<Entry>(byExpiryAndKey);

  /** How many entries are held, expired ones too. */
  get size(): number {
    return this.#byKey.size;
  }

  /** The entry that is live, by `nowMs`. */
  get(key: string, nowMs: number): Entry | undefined {
    const entry = this.#byKey.get(key);
    return entry !== undefined && nowMs < entry.expiresAtMs ? entry : undefined;
  }

  set(entry: Entry, nowMs: number): void {
    this.delete(entry.key, nowMs);
    this.#byKey.set(entry.key, entry);
    if (entry.expiresAtMs !== Infinity) this.#byExpiry.add(entry);
  }

  /** Removes the entry and answers whether it was live. */
  delete(key: string, nowMs: number): boolean {
    this.#sweep(nowMs);
    const entry = this.#byKey.get(key);
    if (entry === undefined) return false;
    this.#remove(entry);
    return nowMs < entry.expiresAtMs;
  }

  /** The keys of the live entries. */
  *keys(nowMs: number): IterableIterator<string> {
    for (const { key, expiresAtMs } of this.#byKey.values()) if (nowMs < expiresAtMs) yield key;
  }

  clear(): void {
    this.#byKey = new Map();
    this.#byExpiry = new SortedList<Entry>(byExpiryAndKey);
  }

  #remove(entry: Entry): void {
    this.#byKey.delete(entry.key);
    if (entry.expiresAtMs !== Infinity) this.#byExpiry.remove(entry);
  }

  #sweep(nowMs: number): void {
    const expired: Entry[] = [];
    for (const entry of this.#byExpiry.ascending()) {
      if (nowMs < entry.expiresAtMs || expired.length === SWEPT_PER_WRITE) break;
      expired.push(entry);
    }
    for (const entry of expired) this.#remove(entry);
  }
}

function byExpiryAndKey(a: Expiring, b: Expiring): number {
  return a.expiresAtMs - b.expiresAtMs || compareIds(a.key, b.key);
}
