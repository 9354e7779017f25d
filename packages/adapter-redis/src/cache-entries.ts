import type { CacheIndex } from './cache-index.js';
import { FOR_EVER_MS, MAX_TTL_MS, addToEntries, removeEntries, storeEntries } from './cache-scripts.js';
import { GatheredCalls } from './gathered-calls.js';
import type { RedisConnections } from './redis-connections.js';
import { BUCKETS, type CachePlace, type RedisKeys } from './redis-keys.js';
import type { Script } from './script.js';

/** One entry as the scripts take it: its value, or what is added to it, is the text. */
export interface EntryToStore {
  readonly key: string;
  /** `Infinity` for one that never expires. */
  readonly ttlMs: number;
  readonly text: string;
}

interface PlacedEntry {
  readonly place: CachePlace;
  readonly ttlMs: number;
  readonly text: string;
}

interface Placed<Item> {
  readonly item: Item;
  readonly place: CachePlace;
}

/** What the entries work on. */
export interface CacheEntriesContext {
  readonly connections: RedisConnections;
  readonly keys: RedisKeys;
  readonly index: CacheIndex;
}

/** Entries in a row that were there when they were stored, after which the next one is expected to be there, too. */
const OVERWRITES_TO_EXPECT_ONE = 8;
/** A longer text is not gathered with others: it would make their callers wait. */
const LONGEST_GATHERED_TEXT = 16_384;

/**
 * The cache's entries, of which each write keeps the index. In a cluster, calls over several entries are one command for
 * each bucket; on one server they are one command.
 */
export class CacheEntries {
  readonly #connections: RedisConnections;
  readonly #keys: RedisKeys;
  readonly #index: CacheIndex;
  readonly #reads: readonly GatheredCalls<string, string | null>[];
  readonly #writes: readonly GatheredCalls<PlacedEntry, unknown>[];
  readonly #additions: readonly GatheredCalls<PlacedEntry, number | string>[];
  #overwrites = 0;

  constructor({ connections, keys, index }: CacheEntriesContext) {
    this.#connections = connections;
    this.#keys = keys;
    this.#index = index;
    const reads = {
      one: (entry: string) => connections.send<string | null>(entry, 'get', [entry]),
      many: (entries: readonly string[]) => this.#mget(entries),
    };
    const writes = {
      one: (entry: PlacedEntry) => this.#storeAlone(entry),
      many: async (entries: readonly PlacedEntry[]) => {
        await this.#runOver(storeEntries, entries);
        return [];
      },
    };
    const additions = {
      one: async (summand: PlacedEntry) =>
        (await this.#runOver<readonly [number | string]>(addToEntries, [summand]))[0],
      many: (summands: readonly PlacedEntry[]) =>
        this.#runOver<readonly (number | string)[]>(addToEntries, summands),
    };
    const lanes = Array.from({ length: connections.isCluster ? BUCKETS : 1 });
    this.#reads = lanes.map(() => new GatheredCalls(reads));
    this.#writes = lanes.map(() => new GatheredCalls(writes));
    this.#additions = lanes.map(() => new GatheredCalls(additions));
  }

  read(key: string): Promise<string | null> {
    const place = this.#keys.cachePlace(key);
    return this.#reads[this.#laneOf(place)]!.call(place.entry);
  }

  /** The texts in the order of the keys, at least one. */
  async readMany(keys: readonly string[]): Promise<readonly (string | null)[]> {
    if (!this.#connections.isCluster) return this.#mget(keys.map((key) => this.#keys.cachePlace(key).entry));
    const found = new Map<string, string | null>();
    await this.#inLanes(keys, keyOf, async (lane) => {
      const texts = await this.#mget(lane.map(({ place }) => place.entry));
      lane.forEach(({ item }, index) => found.set(item, texts[index]!));
    });
    return keys.map((key) => found.get(key)!);
  }

  store({ key, ttlMs, text }: EntryToStore): Promise<unknown> {
    const place = this.#keys.cachePlace(key);
    const entry = { place, ttlMs, text };
    return text.length > LONGEST_GATHERED_TEXT
      ? this.#storeAlone(entry)
      : this.#writes[this.#laneOf(place)]!.call(entry);
  }

  async storeMany(entries: readonly EntryToStore[]): Promise<void> {
    await this.#inLanes(
      entries,
      ({ key }) => key,
      (lane) =>
        this.#runOver<unknown>(
          storeEntries,
          lane.map(({ place, item: { ttlMs, text } }) => ({ place, ttlMs, text })),
        ),
    );
  }

  /** Answers how many there were. */
  async remove(keys: readonly string[]): Promise<number> {
    const removed = await this.#inLanes(keys, keyOf, (lane) => {
      const buckets = new Map<string, string[]>();
      for (const { place } of lane) {
        const entries = buckets.get(place.index);
        if (entries === undefined) buckets.set(place.index, [place.entry]);
        else entries.push(place.entry);
      }
      return this.#connections.run<number>(
        removeEntries,
        [...buckets].flatMap(([index, entries]) => [index, ...entries]),
        [...buckets.values()].map(({ length }) => length),
      );
    });
    return removed.reduce((total, number) => total + number, 0);
  }

  async exists(key: string): Promise<boolean> {
    const { entry } = this.#keys.cachePlace(key);
    return (await this.#connections.send<number>(entry, 'exists', [entry])) === 1;
  }

  async expire(key: string, ttlMs: number): Promise<boolean> {
    const { entry } = this.#keys.cachePlace(key);
    return (await this.#connections.send<number>(entry, 'pexpire', [entry, ttlArgument(ttlMs)])) === 1;
  }

  /** `null` for an entry that never expires, `undefined` for an absent one. */
  async millisecondsLeft(key: string): Promise<number | null | undefined> {
    const { entry } = this.#keys.cachePlace(key);
    const left = await this.#connections.send<number>(entry, 'pttl', [entry]);
    return left === -2 ? undefined : left > MAX_TTL_MS ? null : left;
  }

  /** The sum, or why it was refused. */
  add(key: string, by: number, ttlMs: number): Promise<number | string> {
    const place = this.#keys.cachePlace(key);
    return this.#additions[this.#laneOf(place)]!.call({ place, ttlMs, text: String(by) });
  }

  #mget(entries: readonly string[]): Promise<readonly (string | null)[]> {
    return this.#connections.send(entries[0]!, 'mget', entries);
  }

  /**
   * An entry that is there is in the index, too: a plain SET does, which takes the server 3 µs and not 13. Where it turns
   * out that there is none, nothing was stored, and the script does it.
   */
  #storeAlone(entry: PlacedEntry): Promise<unknown> {
    if (this.#overwrites < OVERWRITES_TO_EXPECT_ONE) return this.#storeByScript(entry);
    const { place, ttlMs, text } = entry;
    return this.#connections
      .send<unknown>(place.entry, 'set', [place.entry, text, 'PX', ttlArgument(ttlMs), 'XX'])
      .then((reply) => {
        if (reply !== null) return undefined;
        this.#overwrites = 0;
        return this.#storeByScript(entry);
      });
  }

  async #storeByScript(entry: PlacedEntry): Promise<void> {
    const added = await this.#runOver<number>(storeEntries, [entry]);
    this.#overwrites = added === 0 ? this.#overwrites + 1 : 0;
  }

  #runOver<Reply>(script: Script, entries: readonly PlacedEntry[]): Promise<Reply> {
    const keys: string[] = [];
    const values: (string | number)[] = [];
    for (const { place, ttlMs, text } of entries) {
      keys.push(place.entry, place.index);
      values.push(ttlArgument(ttlMs), text);
      this.#index.noteWrite(place.index);
    }
    return this.#connections.run(script, keys, values);
  }

  /** Does the work once for all items, or in a cluster once for each bucket. */
  #inLanes<Item, Answer>(
    items: readonly Item[],
    keyOfItem: (item: Item) => string,
    work: (lane: readonly Placed<Item>[]) => Promise<Answer>,
  ): Promise<Answer[]> {
    const lanes = new Map<number, Placed<Item>[]>();
    for (const item of items) {
      const place = this.#keys.cachePlace(keyOfItem(item));
      const lane = lanes.get(this.#laneOf(place)) ?? [];
      lane.push({ item, place });
      lanes.set(this.#laneOf(place), lane);
    }
    return Promise.all([...lanes.values()].map(work));
  }

  #laneOf({ bucket }: CachePlace): number {
    return this.#connections.isCluster ? bucket : 0;
  }
}

function keyOf(key: string): string {
  return key;
}

function ttlArgument(ttlMs: number): number {
  return ttlMs === Infinity ? FOR_EVER_MS : Math.min(ttlMs, MAX_TTL_MS);
}
