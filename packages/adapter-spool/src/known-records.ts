/** What is kept at most of each kind: in records, and in characters of text, which are what makes a record large. */
const MOST_RECORDS = 20_000;
const MOST_CHARACTERS = 16 * 1_048_576;

interface KnownRecord<Entry> {
  readonly record: Entry;
  readonly characters: number;
}

/** The newest state of records that wait or were seen, the least recently touched first. */
export class KnownRecords<Entry extends object> {
  readonly #records = new Map<string, KnownRecord<Entry>>();
  /**
   * Goes on where it stopped. A new one for each record would first pass over all that was forgotten since the map last moved
   * its entries, which took a quarter of a coordinator's time in bulk loads. And one for ever would keep each table that the
   * map has left behind since it was last asked: half a MiB a minute for a run that was put again and again.
   */
  #oldestFirst = this.#records.keys();
  #putsSince = 0;
  #characters = 0;
  #hasForgotten = false;

  /** @param beneath What is known outside of a unit: nothing of the unit's own is forgotten then. */
  constructor(
    readonly idOf: (record: Entry) => string,
    private readonly beneath?: KnownRecords<Entry>,
  ) {}

  /** Whether a record that was put may no longer be here, so that one that is not here may exist all the same. */
  get hasForgotten(): boolean {
    return this.#hasForgotten;
  }

  get(id: string): Entry | undefined {
    return this.#records.get(id)?.record ?? this.beneath?.get(id);
  }

  put(record: Entry): void {
    const id = this.idOf(record);
    this.forget(id);
    const characters = charactersIn(record);
    this.#records.set(id, { record, characters });
    this.#characters += characters;
    this.#putsSince += 1;
    if (this.#putsSince > this.#records.size) {
      this.#putsSince = 0;
      this.#oldestFirst = this.#records.keys();
    }
    if (this.beneath !== undefined) return;
    while (this.#records.size > MOST_RECORDS || this.#characters > MOST_CHARACTERS) {
      this.#hasForgotten = true;
      this.forget(this.#oldestFirst.next().value!);
    }
  }

  forget(id: string): void {
    this.#characters -= this.#records.get(id)?.characters ?? 0;
    this.#records.delete(id);
  }

  *all(): Iterable<Entry> {
    for (const record of this.beneath?.all() ?? []) if (!this.#records.has(this.idOf(record))) yield record;
    for (const { record } of this.#records.values()) yield record;
  }
}

function charactersIn(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let characters = 0;
  // Records are plain: `for … in` takes half of the time of `Object.entries`, which makes a list for each field.
  for (const name in value)
    characters += name.length + charactersIn((value as Readonly<Record<string, unknown>>)[name]);
  return characters;
}
