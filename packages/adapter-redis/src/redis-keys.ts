/**
 * Every key that the adapter uses; nothing else builds one. `<p>` is the key prefix. What one script touches has one
 * hash tag, and so lives in one slot of a cluster.
 *
 * | key                    | type   | holds                                                  | TTL               |
 * | ---------------------- | ------ | ------------------------------------------------------ | ----------------- |
 * | `<p>{<p>c<b>}:e:<key>` | string | the JSON text of a cache entry                         | of the entry      |
 * | `<p>{<p>c<b>}:i`       | set    | the cache keys of the bucket                           | none ¹            |
 * | `<p>{<p>svc}:info`     | hash   | service id → registration time, name, JSON             | none ²            |
 * | `<p>{<p>svc}:seen`     | zset   | service id, by the last heartbeat in ms                | none ²            |
 * | `<p>{<p>svc}:listed`   | zset   | `<registered>:<id>`, all of score 0: newest first      | none ²            |
 * | `<p>{<p>svc}:named`    | zset   | `<name> <registered> <id>`, all of score 0             | none ²            |
 *
 * | `<p>{<p>l<b>}:<name>`  | string | fence; of a lock that is held owner, attempt, times    | none ³            |
 * | `<p>{<p>run}:states`   | hash   | run id → event, version, times, JSON of a live state   | none ⁴            |
 * | `<p>{<p>run}:expiring` | zset   | run id, by the expiry of its state in ms               | none ⁴            |
 * | `<p>{<p>run}:listed`   | zset   | run id, all of score 0: newest first                   | none ⁴            |
 * | `<p>{<p>run}:events`   | stream | run id and state of the latest changes                 | none ⁴            |
 *
 * b = FNV-1a of the cache key, or of the name of the lock, modulo 64, as two digits.
 * ¹ Some of the writes to a bucket look for expired members. Redis removes an empty set.
 * ² Goes with the instance: deregistered or removed as stale.
 * ³ The fence stays for good, so that it rises. One key for each lock: a script over two, of which one is not there yet,
 *   has to wait while their slot moves.
 * ⁴ A state that was published or cleared a ttl ago goes with one of the next changes, which take 16 each. The stream
 *   keeps as many events as the window has, and one more.
 */

/**
 * A bucket is what a cluster moves as one, and while its slot moves, its new entries wait: 64 buckets of a million
 * entries move in a fraction of a second each. More would make a read of all keys dearer: one call a bucket.
 * Locks are spread over as many, so that the circuit breakers of a cluster, one for each slot, stay few.
 */
export const BUCKETS = 64;

export interface RegistryKeys {
  readonly info: string;
  readonly seen: string;
  readonly listed: string;
  readonly named: string;
}

/** Of the live states. */
export interface ActiveRunKeys {
  readonly states: string;
  readonly expiring: string;
  readonly listed: string;
  readonly events: string;
}

/** Where a cache entry lives. */
export interface CachePlace {
  readonly bucket: number;
  readonly entry: string;
  readonly index: string;
}

/** The names of all keys under one prefix. */
export class RedisKeys {
  readonly registry: RegistryKeys;
  readonly activeRuns: ActiveRunKeys;
  readonly #entryPrefixes: readonly string[];
  readonly #indexes: readonly string[];
  readonly #lockPrefixes: readonly string[];

  constructor(prefix: string) {
    const buckets = Array.from({ length: BUCKETS }, (_, bucket) => String(bucket).padStart(2, '0'));
    this.#entryPrefixes = buckets.map((bucket) => `${prefix}{${prefix}c${bucket}}:e:`);
    this.#indexes = buckets.map((bucket) => `${prefix}{${prefix}c${bucket}}:i`);
    this.#lockPrefixes = buckets.map((bucket) => `${prefix}{${prefix}l${bucket}}:`);
    const registry = `${prefix}{${prefix}svc}`;
    this.registry = {
      info: `${registry}:info`,
      seen: `${registry}:seen`,
      listed: `${registry}:listed`,
      named: `${registry}:named`,
    };
    const runs = `${prefix}{${prefix}run}`;
    this.activeRuns = {
      states: `${runs}:states`,
      expiring: `${runs}:expiring`,
      listed: `${runs}:listed`,
      events: `${runs}:events`,
    };
  }

  cachePlace(key: string): CachePlace {
    const bucket = bucketOf(key);
    return { bucket, entry: this.#entryPrefixes[bucket]! + key, index: this.#indexes[bucket]! };
  }

  lock(resource: string): string {
    return this.#lockPrefixes[bucketOf(resource)]! + resource;
  }

  /** The indexes of all buckets, by bucket. */
  get cacheIndexes(): readonly string[] {
    return this.#indexes;
  }
}

function bucketOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0) % BUCKETS;
}
