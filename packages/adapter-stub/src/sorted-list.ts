/**
 * Most items of one chunk. An insert in the middle moves half a chunk (2 KiB, about 0.1 µs) instead of half the
 * list, so ids that come out of order cost little more than those that are appended.
 */
const CHUNK_ITEMS = 512;

/** Tells the items of a leading part of a list: true for each of them and false for all that follow. */
export type Leads<Item> = (item: Item) => boolean;

/**
 * Items in ascending order, kept in chunks that are sorted at all times. Against one sorted array with a tail that is
 * sorted when it is read, and marks for what was removed: as quick to append to, and no read pays for earlier writes.
 */
export class SortedList<Item> {
  readonly #compare: (a: Item, b: Item) => number;
  readonly #chunks: Item[][] = [];
  #size = 0;

  constructor(compare: (a: Item, b: Item) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds an item that is not in the list. */
  add(item: Item): void {
    this.#size += 1;
    const last = this.#chunks.at(-1);
    if (last === undefined) {
      // A literal holds one item and no spare room: lists of one item are the many (unique keys).
      this.#chunks.push([item]);
    } else if (this.#compare(last.at(-1)!, item) < 0) {
      if (last.length < CHUNK_ITEMS) last.push(item);
      else this.#chunks.push([item]);
    } else {
      this.#insert(item);
    }
  }

  /** Removes an item that is in the list, and that compares now as it did when it was added. */
  remove(item: Item): void {
    const place = this.#placeAfter((other) => this.#compare(other, item) < 0);
    const chunk = this.#chunks[place.chunk]!;
    chunk.splice(place.offset, 1);
    if (chunk.length === 0) this.#chunks.splice(place.chunk, 1);
    this.#size -= 1;
  }

  /** How many items lead. */
  countWhile(leads: Leads<Item>): number {
    const place = this.#placeAfter(leads);
    let count = place.offset;
    for (let index = 0; index < place.chunk; index += 1) count += this.#chunks[index]!.length;
    return count;
  }

  /** The items in ascending order, without those that lead. */
  *ascending(leads?: Leads<Item>): IterableIterator<Item> {
    const start = leads === undefined ? { chunk: 0, offset: 0 } : this.#placeAfter(leads);
    for (let { chunk, offset } = start; chunk < this.#chunks.length; chunk += 1, offset = 0) {
      const items = this.#chunks[chunk]!;
      for (; offset < items.length; offset += 1) yield items[offset]!;
    }
  }

  /** The items in descending order; only those that lead, when that is told. */
  *descending(leads?: Leads<Item>): IterableIterator<Item> {
    const end = leads === undefined ? { chunk: this.#chunks.length, offset: 0 } : this.#placeAfter(leads);
    for (let { chunk, offset } = end; chunk >= 0; chunk -= 1, offset = Infinity) {
      const items = this.#chunks[chunk] ?? [];
      for (let index = Math.min(offset, items.length) - 1; index >= 0; index -= 1) yield items[index]!;
    }
  }

  #insert(item: Item): void {
    const place = this.#placeAfter((other) => this.#compare(other, item) < 0);
    const chunk = this.#chunks[place.chunk]!;
    chunk.splice(place.offset, 0, item);
    if (chunk.length > CHUNK_ITEMS) this.#chunks.splice(place.chunk + 1, 0, chunk.splice(CHUNK_ITEMS / 2));
  }

  /** The place of the first item that does not lead. */
  #placeAfter(leads: Leads<Item>): { chunk: number; offset: number } {
    const chunk = firstFailing(this.#chunks.length, (index) => leads(this.#chunks[index]!.at(-1)!));
    const items = this.#chunks[chunk];
    return {
      chunk,
      offset: items === undefined ? 0 : firstFailing(items.length, (index) => leads(items[index]!)),
    };
  }
}

/** The first index for which `holds` is false, by binary search. */
function firstFailing(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
