/** Records that are kept at most, of each kind: about 1 KB each. */
const MOST_RECORDS = 20_000;

/** The newest state of records that wait or were seen, the least recently touched first. */
export class KnownRecords<Entry extends object> {
  readonly #records = new Map<string, Entry>();
  #hasForgotten = false;

  constructor(readonly idOf: (record: Entry) => string) {}

  /** Whether a record that was put may no longer be here, so that one that is not here may exist all the same. */
  get hasForgotten(): boolean {
    return this.#hasForgotten;
  }

  get(id: string): Entry | undefined {
    return this.#records.get(id);
  }

  put(record: Entry): void {
    const id = this.idOf(record);
    this.#records.delete(id);
    this.#records.set(id, record);
    if (this.#records.size <= MOST_RECORDS) return;
    this.#hasForgotten = true;
    for (const oldest of this.#records.keys()) {
      this.#records.delete(oldest);
      break;
    }
  }

  forget(id: string): void {
    this.#records.delete(id);
  }

  all(): Iterable<Entry> {
    return this.#records.values();
  }
}
