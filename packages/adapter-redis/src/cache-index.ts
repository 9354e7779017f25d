import { compileGlob } from '@test-coordinator/ports';

import { findEntries, forgetEntries, removeEntries } from './cache-scripts.js';
import type { RedisConnections } from './redis-connections.js';
import type { RedisKeys } from './redis-keys.js';

/** Members of an index that one step looks at, which takes the server 0.2 ms. */
const LOOKED_AT_ONCE = 200;
/** Entries that one step removes, or asks for: 0.3 ms of the server. */
const STEP = 100;
/**
 * Buckets that are looked at together. The server does not let others in between commands that have come together: with
 * all 64, another client waited 48 ms while 1,000 of 10,000 entries were removed.
 */
const BUCKETS_AT_ONCE = 4;
/** One write in so many has a look at its index, by chance, so that no order of writes leaves a bucket out. */
const WRITES_PER_LOOK = 128;
/** Members that one look takes at random. */
const SAMPLE = 32;
/** While so many of the members were expired, another look follows: fewer than that are left in the long run. */
const TOLERATED_PART = 1 / 4;

/**
 * The keys of the entries, for patterns: a set for each bucket. An entry that is there is in the set, since both are
 * written in one step. One that has expired stays until a look finds it, so who reads a set asks for the entries, too.
 */
export class CacheIndex {
  readonly #toLookAt = new Set<string>();
  #isLooking = false;

  constructor(
    private readonly connections: RedisConnections,
    private readonly keys: RedisKeys,
  ) {}

  /** To be told of each write. Now and then it takes expired members off, and nobody waits for that. */
  noteWrite(index: string): void {
    if (Math.random() * WRITES_PER_LOOK >= 1) return;
    this.#toLookAt.add(index);
    if (!this.#isLooking) void this.#look();
  }

  /** The keys that match, in no order. An entry that is there all the while is found. */
  async find(pattern: string): Promise<string[]> {
    return (await this.#eachStep(pattern, (_, keys) => this.#present(keys))).flat();
  }

  /** Answers how many there were. Other clients are let in after each step. */
  async removeMatching(pattern: string): Promise<number> {
    const removed = await this.#eachStep(pattern, (index, keys) =>
      this.connections.run<number>(removeEntries, [index, ...this.#entriesOf(keys)], [keys.length]),
    );
    return removed.reduce((total, number) => total + number, 0);
  }

  async #present(keys: readonly string[]): Promise<readonly string[]> {
    const found = await this.connections.run<readonly number[]>(findEntries, this.#entriesOf(keys), []);
    return keys.filter((_, index) => found[index] === 1);
  }

  #entriesOf(keys: readonly string[]): readonly string[] {
    return keys.map((key) => this.keys.cachePlace(key).entry);
  }

  async #eachStep<Answer>(
    pattern: string,
    work: (index: string, keys: readonly string[]) => Promise<Answer>,
  ): Promise<readonly Answer[]> {
    const matches = compileGlob(pattern);
    const left = [...this.keys.cacheIndexes];
    const answers: Answer[] = [];
    const lookAtBuckets = async (): Promise<void> => {
      for (let index = left.pop(); index !== undefined; index = left.pop()) {
        const found = [...(await this.#members(index, pattern))].filter(matches);
        for (let start = 0; start < found.length; start += STEP) {
          const answer = await work(index, found.slice(start, start + STEP));
          answers.push(answer);
        }
      }
    };
    await Promise.all(Array.from({ length: BUCKETS_AT_ONCE }, lookAtBuckets));
    return answers;
  }

  /**
   * Those that may match: the server compares the start of the pattern alone, since it takes bytes for characters. A step
   * may tell of a key a second time, so it is a set.
   */
  async #members(index: string, pattern: string): Promise<ReadonlySet<string>> {
    const [start] = /^[^*?[\\]*/.exec(pattern)!;
    const found = new Set<string>();
    let cursor = '0';
    do {
      const values = [index, cursor, 'MATCH', `${start}*`, 'COUNT', LOOKED_AT_ONCE];
      const step: readonly [cursor: string, keys: readonly string[]] = await this.connections.send(
        index,
        'sscan',
        values,
      );
      for (const key of step[1]) found.add(key);
      [cursor] = step;
    } while (cursor !== '0');
    return found;
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    try {
      for (const index of this.#toLookAt) {
        this.#toLookAt.delete(index);
        await this.#forgetExpired(index);
      }
    } catch {
      // What is left, a later write finds. An outage is told to those who have called.
    } finally {
      this.#isLooking = false;
    }
  }

  async #forgetExpired(index: string): Promise<void> {
    let forgotten: number;
    let looked: number;
    do {
      const sample = await this.connections.send<readonly string[]>(index, 'srandmember', [index, SAMPLE]);
      looked = sample.length;
      forgotten =
        looked === 0
          ? 0
          : await this.connections.run<number>(forgetEntries, [index, ...this.#entriesOf(sample)], []);
    } while (forgotten > 0 && forgotten >= looked * TOLERATED_PART);
  }
}
