import type { CacheIndex } from './cache-index.js';
import {
  FOR_EVER_MS,
  MAX_TTL_MS,
  addToEntries,
  addToEntry,
  removeEntries,
  storeEntries,
} from './cache-scripts.js';
import { GatheredCalls } from './gathered-calls.js';
import type { RedisConnections } from './redis-connections.js';
import { BUCKETS, type RedisKeys } from './redis-keys.js';
import type { Script } from './script.js';

/** One entry as the scripts take it: its value, or what is added to it, is the text. */
export interface EntryToStore {
  readonly key: string;
  /** `Infinity` for one that never expires. */
  readonly ttlMs: number;
  readonly text: string;
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
  readonly #writes: readonly GatheredCalls<EntryToStore, unknown>[];
  readonly #additions: readonly GatheredCalls<EntryToStore, number | string>[];
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
      one: (entry: EntryToStore) => this.#storeAlone(entry),
      many: async (entries: readonly EntryToStore[]) => {
        await this.#runOver(storeEntries, entries);
        return [];
      },
    };
    const additions = {
      one: (summand: EntryToStore) => this.#runOver<number | string>(addToEntry, [summand]),
      many: (summands: readonly EntryToStore[]) =>
        this.#runOver<readonly (number | string)[]>(addToEntries, summands),
    };
    const lanes = Array.from({ length: connections.isCluster ? BUCKETS : 1 });
    this.#reads = lanes.map(() => new GatheredCalls(reads));
    this.#writes = lanes.map(() => new GatheredCalls(writes));
    this.#additions = lanes.map(() => new GatheredCalls(additions));
  }

  read(key: string): Promise<string | null> {
    return this.#reads[this.#laneOf(key)]!.call(this.#keys.cachePlace(key).entry);
  }

  /** The texts in the order of the keys, at least one. */
  async readMany(keys: readonly string[]): Promise<readonly (string | null)[]> {
    const entries = keys.map((key) => this.#keys.cachePlace(key).entry);
    if (!this.#connections.isCluster) return this.#mget(entries);
    const found = new Map<string, string | null>();
    const readLane = async (numbers: readonly number[]): Promise<void> => {
      const texts = await this.#mget(numbers.map((number) => entries[number]!));
      numbers.forEach((number, index) => found.set(entries[number]!, texts[index]!));
    };
    await Promise.all(this.#lanesOf(keys).map(readLane));
    return entries.map((entry) => found.get(entry)!);
  }

  store(entry: EntryToStore): Promise<unknown> {
    return entry.text.length > LONGEST_GATHERED_TEXT
      ? this.#storeAlone(entry)
      : this.#writes[this.#laneOf(entry.key)]!.call(entry);
  }

  async storeMany(entries: readonly EntryToStore[]): Promise<void> {
    if (entries.length > 0 && !this.#connections.isCluster) {
      await this.#runOver(storeEntries, entries);
      return;
    }
    const lanes = this.#lanesOf(entries.map(({ key }) => key));
    await Promise.all(
      lanes.map((numbers) =>
        this.#runOver(
          storeEntries,
          numbers.map((number) => entries[number]!),
        ),
      ),
    );
  }

  /** Answers how many there were. */
  async remove(keys: readonly string[]): Promise<number> {
    const removed = await Promise.all(
      this.#lanesOf(keys).map((numbers) => {
        const buckets = new Map<string, string[]>();
        for (const number of numbers) {
          const { entry, index } = this.#keys.cachePlace(keys[number]!);
          const entries = buckets.get(index);
          if (entries === undefined) buckets.set(index, [entry]);
          else entries.push(entry);
        }
        return this.#connections.run<number>(
          removeEntries,
          [...buckets].flatMap(([index, entries]) => [index, ...entries]),
          [...buckets.values()].map(({ length }) => length),
        );
      }),
    );
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
    return this.#additions[this.#laneOf(key)]!.call({ key, ttlMs, text: String(by) });
  }

  #mget(entries: readonly string[]): Promise<readonly (string | null)[]> {
    return this.#connections.send(entries[0]!, 'mget', entries);
  }

  /**
   * An entry that is there is in the index, too: a plain SET does, which takes the server 3 µs and not 13. Where it turns
   * out that there is none, nothing was stored, and the script does it.
   */
  #storeAlone(entry: EntryToStore): Promise<unknown> {
    if (this.#overwrites < OVERWRITES_TO_EXPECT_ONE) return this.#storeByScript(entry);
    const place = this.#keys.cachePlace(entry.key);
    const values = [place.entry, entry.text, 'PX', ttlArgument(entry.ttlMs), 'XX'];
    return this.#connections.send<unknown>(place.entry, 'set', values).then((reply) => {
      if (reply !== null) return undefined;
      this.#overwrites = 0;
      return this.#storeByScript(entry);
    });
  }

  async #storeByScript(entry: EntryToStore): Promise<void> {
    const absent = await this.#runOver<number>(storeEntries, [entry]);
    this.#overwrites = absent === 0 ? this.#overwrites + 1 : 0;
  }

  #runOver<Reply>(script: Script, entries: readonly EntryToStore[]): Promise<Reply> {
    const keys: string[] = [];
    const indexes: string[] = [];
    const values: (string | number)[] = [];
    for (const { key, ttlMs, text } of entries) {
      const { entry, index } = this.#keys.cachePlace(key);
      keys.push(entry);
      indexes.push(index);
      values.push(ttlArgument(ttlMs), text);
      this.#index.noteWrite(index);
    }
    return this.#connections.run(script, [...keys, ...indexes], values);
  }

  /** The numbers of the keys that one command takes: of all, or in a cluster of those of each bucket. */
  #lanesOf(keys: readonly string[]): readonly (readonly number[])[] {
    const lanes = new Map<number, number[]>();
    keys.forEach((key, number) => {
      const lane = lanes.get(this.#laneOf(key));
      if (lane === undefined) lanes.set(this.#laneOf(key), [number]);
      else lane.push(number);
    });
    return [...lanes.values()];
  }

  #laneOf(key: string): number {
    return this.#connections.isCluster ? this.#keys.cachePlace(key).bucket : 0;
  }
}

function ttlArgument(ttlMs: number): number {
  return ttlMs === Infinity ? FOR_EVER_MS : Math.min(ttlMs, MAX_TTL_MS);
}
