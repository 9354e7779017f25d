/** A binary heap: its least item is at index 0. */
class Heap<Item> {
  readonly #items: Item[];
  readonly #compare: (a: Item, b: Item) => number;

  constructor(items: Item[], compare: (a: Item, b: Item) => number) {
    this.#items = items;
    this.#compare = compare;
    for (let index = (items.length >>> 1) - 1; index >= 0; index -= 1) this.#sink(index);
  }

  get least(): Item | undefined {
    return this.#items[0];
  }

  /** To be called after the least item has become greater. */
  reorder(): void {
    this.#sink(0);
  }

  removeLeast(): void {
    const last = this.#items.pop()!;
    if (this.#items.length === 0) return;
    this.#items[0] = last;
    this.#sink(0);
  }

  #sink(start: number): void {
    const items = this.#items;
    const item = items[start]!;
    let index = start;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.#compare(items[child + 1]!, items[child]!) < 0) child += 1;
      if (this.#compare(item, items[child]!) <= 0) break;
      items[index] = items[child]!;
      index = child;
    }
    items[index] = item;
  }
}

/** The items in the order of `compare`, sorted as they are taken: a page of n items costs O(n), not O(n log n). */
export function* sortedLazily<Item>(
  items: Iterable<Item>,
  compare: (a: Item, b: Item) => number,
): IterableIterator<Item> {
  const heap = new Heap([...items], compare);
  for (let least = heap.least; least !== undefined; least = heap.least) {
    yield least;
    heap.removeLeast();
  }
}

/** The items of several sequences that are each in the order of `compare`, in that order, read only as far as they are taken. */
export function mergeSorted<Item>(
  sequences: readonly IterableIterator<Item>[],
  compare: (a: Item, b: Item) => number,
): IterableIterator<Item> {
  return sequences.length === 1 ? sequences[0]! : merge(sequences, compare);
}

function* merge<Item>(
  sequences: readonly IterableIterator<Item>[],
  compare: (a: Item, b: Item) => number,
): IterableIterator<Item> {
  const heads: { item: Item; rest: IterableIterator<Item> }[] = [];
  for (const rest of sequences) {
    const first = rest.next();
    if (first.done !== true) heads.push({ item: first.value, rest });
  }
  const heap = new Heap(heads, (a, b) => compare(a.item, b.item));
  for (let head = heap.least; head !== undefined; head = heap.least) {
    yield head.item;
    const next = head.rest.next();
    if (next.done === true) {
      heap.removeLeast();
    } else {
      head.item = next.value;
      heap.reorder();
    }
  }
}
