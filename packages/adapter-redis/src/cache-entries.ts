import { addToEntries, expireEntry, readIndex, removeEntries, storeEntries } from './cache-scripts.js';
import { GatheredCalls } from './gathered-calls.js';
import type { RedisConnections } from './redis-connections.js';
import { BUCKETS, type CachePlace, type RedisKeys } from './redis-keys.js';
import type { Script } from './script.js';

/** One entry as the scripts take it: its value, or what is added to it, is the text. */
export interface EntryToStore {
  readonly key: string;
  /** In milliseconds, or `FOR_EVER`. */
  readonly ttl: string;
  readonly text: string;
}

interface Placed<Item> {
  readonly item: Item;
  readonly place: CachePlace;
}

/** Members of an index that one step looks at, and entries that one step removes: a step takes about a millisecond. */
const STEP = 200;
/**
 * Buckets that are looked at together. The server does not let others in between commands that have come together: with
 * all 64, another client waited 48 ms while 1,000 of 10,000 entries were removed.
 */
const BUCKETS_AT_ONCE = 4;
/** A longer text is not gathered with others: it would make their callers wait. */
const LONGEST_GATHERED_TEXT = 16_384;

/**
 * The cache's entries and the indexes that know their keys. In a cluster, calls over several entries are one command for
 * each bucket; on one server they are one command.
 */
export class CacheEntries {
  readonly #connections: RedisConnections;
  readonly #keys: RedisKeys;
  readonly #reads: readonly GatheredCalls<string, string | null>[];
  readonly #writes: readonly GatheredCalls<EntryToStore, void>[];
  readonly #additions: readonly GatheredCalls<EntryToStore, string>[];

  constructor(connections: RedisConnections, keys: RedisKeys) {
    this.#connections = connections;
    this.#keys = keys;
    const lanes = Array.from({ length: connections.isCluster ? BUCKETS : 1 });
    this.#reads = lanes.map(() => new GatheredCalls((places) => this.#mget(places)));
    this.#writes = lanes.map(() => new GatheredCalls((entries) => this.#storeTogether(entries)));
    this.#additions = lanes.map(() => new GatheredCalls((summands) => this.#runOver(addToEntries, summands)));
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

  async store(entry: EntryToStore): Promise<void> {
    if (entry.text.length > LONGEST_GATHERED_TEXT) await this.#storeTogether([entry]);
    else await this.#writes[this.#laneOf(this.#keys.cachePlace(entry.key))]!.call(entry);
  }

  async storeMany(entries: readonly EntryToStore[]): Promise<void> {
    await this.#inLanes(
      entries,
      ({ key }) => key,
      async (lane) => {
        await this.#storeTogether(lane.map(({ item }) => item));
      },
    );
  }

  /** Answers how many there were. */
  async remove(keys: readonly string[]): Promise<number> {
    return sum(
      await this.#inLanes(keys, keyOf, (lane) => {
        const places = lane.flatMap(({ place }) => [place.entry, place.index]);
        const members = lane.map(({ item }) => item);
        return this.#connections.run<number>(removeEntries, places, members);
      }),
    );
  }

  async exists(key: string): Promise<boolean> {
    const { entry } = this.#keys.cachePlace(key);
    return (await this.#connections.send(entry, (client) => client.exists(entry))) === 1;
  }

  async expire(key: string, ttl: string): Promise<boolean> {
    const { entry, index } = this.#keys.cachePlace(key);
    return (await this.#connections.run<number>(expireEntry, [entry, index], [key, ttl])) === 1;
  }

  /** `null` for an entry that never expires, `undefined` for an absent one. */
  async millisecondsLeft(key: string): Promise<number | null | undefined> {
    const { entry } = this.#keys.cachePlace(key);
    const left = await this.#connections.send(entry, (client) => client.pttl(entry));
    return left === -2 ? undefined : left === -1 ? null : left;
  }

  /** The sum as text, or why it was refused. */
  add(key: string, by: number, ttl: string): Promise<string> {
    return this.#additions[this.#laneOf(this.#keys.cachePlace(key))]!.call({ key, ttl, text: String(by) });
  }

  /** The keys that match, in no order. An entry that is there all the while is found. */
  async keys(matches: (key: string) => boolean): Promise<string[]> {
    return (await this.#eachBucket(matches, (keys) => Promise.resolve(keys))).flat();
  }

  /** Answers how many there were. Other clients are let in after each step. */
  async removeMatching(matches: (key: string) => boolean): Promise<number> {
    return sum(await this.#eachBucket(matches, (keys) => this.#removeInSteps(keys)));
  }

  async #removeInSteps(keys: readonly string[]): Promise<number> {
    let removed = 0;
    for (let start = 0; start < keys.length; start += STEP) {
      const inStep = await this.remove(keys.slice(start, start + STEP));
      removed += inStep;
    }
    return removed;
  }

  async #eachBucket<Answer>(
    matches: (key: string) => boolean,
    work: (keys: readonly string[]) => Promise<Answer>,
  ): Promise<readonly Answer[]> {
    const left = [...this.#keys.cacheIndexes];
    const answers: Answer[] = [];
    const lookAtBuckets = async (): Promise<void> => {
      for (let index = left.pop(); index !== undefined; index = left.pop()) {
        const answer = await work([...(await this.#keysIn(index))].filter(matches));
        answers.push(answer);
      }
    };
    await Promise.all(Array.from({ length: BUCKETS_AT_ONCE }, lookAtBuckets));
    return answers;
  }

  /** A step may tell of a key a second time, so it is a set. */
  async #keysIn(index: string): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    let cursor = '0';
    do {
      const [next, ...keys] = await this.#connections.run<[string, ...string[]]>(
        readIndex,
        [index],
        [cursor, STEP],
      );
      for (const key of keys) found.add(key);
      cursor = next;
    } while (cursor !== '0');
    return found;
  }

  #mget(places: readonly string[]): Promise<readonly (string | null)[]> {
    return this.#connections.send(places[0]!, (client) => client.mget([...places]));
  }

  async #storeTogether(entries: readonly EntryToStore[]): Promise<readonly void[]> {
    await this.#runOver(storeEntries, entries);
    return [];
  }

  #runOver<Reply>(script: Script, entries: readonly EntryToStore[]): Promise<Reply> {
    const places: string[] = [];
    const values: string[] = [];
    for (const { key, ttl, text } of entries) {
      const { entry, index } = this.#keys.cachePlace(key);
      places.push(entry, index);
      values.push(key, ttl, text);
    }
    return this.#connections.run(script, places, values);
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

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
