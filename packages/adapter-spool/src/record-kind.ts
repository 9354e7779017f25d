import {
  DataAdapterError,
  type CallOptions,
  type KeysetKey,
  type Page,
  type ReadPage,
} from '@test-coordinator/ports';

import type { DegradedCalls } from './degraded-calls.js';
import { mergedPage, pageOf } from './known-page.js';
import type { KnownRecords } from './known-records.js';

interface KindOfRecord<Entry extends object> {
  readonly calls: DegradedCalls;
  readonly known: KnownRecords<Entry>;
  /** Under which the record's commands wait. */
  readonly waitsAs: (record: Entry) => string;
  readonly orderKeyOf: (record: Entry) => KeysetKey;
}

export interface ListCall<Entry> {
  readonly options: CallOptions | undefined;
  readonly page: ReadPage;
  readonly direction: 'oldest first' | 'newest first';
  readonly matches: (record: Entry) => boolean;
  readonly fromStore: () => Promise<Page<Entry>>;
}

/** The reads of one kind of record: the store's answers with what waits in its place, and what is known without the store. */
export class RecordKind<Entry extends object> {
  readonly #kind: KindOfRecord<Entry>;

  constructor(kind: KindOfRecord<Entry>) {
    this.#kind = kind;
  }

  /** The newest state that is known, which may be older than the store's unless it waits. */
  get(id: string): Entry | undefined {
    return this.#kind.known.get(id);
  }

  /** What a store said of the record; answers with it. */
  see(record: Entry): Entry {
    if (!this.#replaces(record)) this.#kind.known.put(record);
    return record;
  }

  /** It is gone. */
  forget(id: string): void {
    this.#kind.known.forget(id);
  }

  async getById(
    id: string,
    options: CallOptions | undefined,
    fromStore: () => Promise<Entry | null>,
  ): Promise<Entry | null> {
    const { calls, known } = this.#kind;
    const fromKnown = (): Entry | null => known.get(id) ?? (calls.isUnit ? null : unknown(id));
    const waiting = known.get(id);
    if (waiting !== undefined && this.#isWaiting(waiting)) {
      return calls.read(options, () => Promise.resolve(waiting), fromKnown);
    }
    const read = async (): Promise<Entry | null> => {
      const stored = await fromStore();
      if (stored !== null) return this.see(stored);
      // What was accepted long ago, and is no longer held here, may wait all the same.
      if (calls.hasWaiting && known.hasForgotten) unknown(id);
      return null;
    };
    return calls.read(options, read, fromKnown);
  }

  list({ options, page, direction, matches, fromStore }: ListCall<Entry>): Promise<Page<Entry>> {
    const { calls, known, orderKeyOf } = this.#kind;
    const order = { keyOf: orderKeyOf, direction };
    const read = async (): Promise<Page<Entry>> => {
      const stored = await fromStore();
      for (const record of stored.items) this.see(record);
      // An offset counts from the store's first record; what waits is not counted into it.
      if (!calls.hasWaiting || page.offset > 0) return stored;
      const waiting = [...known.all()].filter((record) => this.#isWaiting(record) && matches(record));
      return mergedPage(stored, waiting, (record) => this.#replaces(record), page, order);
    };
    return calls.read(options, read, () => pageOf([...known.all()].filter(matches), page, order));
  }

  /** Whether a newer state of the record waits. */
  #replaces(record: Entry): boolean {
    const newest = this.#kind.known.get(this.#kind.known.idOf(record));
    return newest !== undefined && this.#isWaiting(newest) && versionOf(newest) >= versionOf(record);
  }

  #isWaiting(record: Entry): boolean {
    return this.#kind.calls.isWaiting(this.#kind.waitsAs(record));
  }
}

function versionOf(record: object): number {
  return (record as { readonly version?: number }).version ?? 1;
}

function unknown(id: string): never {
  throw new DataAdapterError(
    'UNAVAILABLE',
    `${id} is not known here while the store is away; try again later`,
    { id },
  );
}
