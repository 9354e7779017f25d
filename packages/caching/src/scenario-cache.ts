import { randomUUID } from 'node:crypto';

import type { Scenario } from '@test-coordinator/domain';
import {
  DataAdapterError,
  refuse,
  silentLogger,
  type AdapterHealth,
  type AdapterLifecycle,
  type CacheRepository,
  type Logger,
} from '@test-coordinator/ports';

import { readScenario, writtenScenario } from './cached-scenario.js';
import { PatientCache } from './patient-cache.js';

/** Age from which a cached scenario is read from the store again. */
export const DEFAULT_SCENARIO_TTL_SECONDS = 600;

const DEFAULT_PATIENCE_MS = 250;

export interface ScenarioCacheOptions {
  /** Where entries and stamps live. Every instance that writes to the store must have the same. */
  readonly cache: CacheRepository;
  /**
   * Names the store that the scenarios are in, the same on every instance: stores that share a cache never mix.
   * Asked until it answers; meanwhile nothing is cached.
   */
  readonly scope: () => Promise<string>;
  /** Age from which a scenario is read from the store again. @default DEFAULT_SCENARIO_TTL_SECONDS (600) */
  readonly ttlSeconds?: number | undefined;
  /**
   * How long a call waits for the cache before it goes on without it, in milliseconds. For the next second reads do not
   * ask it at all. @default 250
   */
  readonly patienceMs?: number | undefined;
  /** @default no log */
  readonly logger?: Logger | undefined;
}

/** What reads by id came to, since this cache was built. */
export interface ScenarioCacheCounts {
  readonly hits: number;
  /** Read from the store and kept. */
  readonly misses: number;
  /** Read from the store without a look at what is kept: the cache was away, or the scenario was being changed. */
  readonly bypasses: number;
}

/** Part of the key of an entry: another number for another form, so that versions of this code do not meet. */
const ENTRY_FORM = 1;
/** A stamp outlives every entry that names an earlier one. A day, for instances that have a longer ttl than this one. */
const LEAST_STAMP_SECONDS = 86_400;
/** What a stamp starts with while its change is under way. */
const CHANGING = 'changing';
const CHANGED = 'changed';
const RETRY_MS = 1_000;

/** What the cache knows of a scenario. */
interface Known {
  /** Names the last change; `null` when there was none for a long time. */
  readonly stamp: string | null;
  readonly scenario: Scenario | undefined;
}

/**
 * What is known of scenarios beside the store, and how changes make it void on every instance.
 *
 * A scenario has two keys: the entry, and the stamp of its last change. An entry names the stamp that was there before the
 * store was read, and counts while that is the stamp still. So a fill that comes late never brings an old version back:
 * the change in between has put another stamp there, and no stamp comes twice. A change stamps twice, before and after;
 * in between nobody keeps what they read, so that a process that dies in a change leaves nothing that is older. Of two
 * changes of one scenario at once the first to end lets readers keep again: only if the other one's process then dies
 * before its second stamp, an entry is old, up to its ttl.
 *
 * The ttl of an entry runs from before the store was read. It bounds the age of what is answered also where a stamp was
 * lost, with a server of the cache or with the process that could not reach it.
 */
export class ScenarioCache implements AdapterLifecycle {
  readonly #cache: PatientCache;
  readonly #ttlSeconds: number;
  readonly #flights = new Map<string, Promise<Scenario | null>>();
  /** The stamps of changes that the cache does not know of. Their scenarios are not looked up until it does. */
  readonly #owed = new Map<string, string>();
  #retry: NodeJS.Timeout | undefined;
  #isStopped = false;
  #hits = 0;
  #misses = 0;
  #bypasses = 0;

  constructor({
    cache,
    scope,
    ttlSeconds = DEFAULT_SCENARIO_TTL_SECONDS,
    patienceMs = DEFAULT_PATIENCE_MS,
    logger = silentLogger,
  }: ScenarioCacheOptions) {
    if (!Number.isFinite(ttlSeconds) || ttlSeconds < 0.001) refuse('ttlSeconds', 'must be at least 0.001');
    if (!Number.isFinite(patienceMs) || patienceMs < 1) refuse('patienceMs', 'must be at least 1');
    this.#cache = new PatientCache({ cache, scope, patienceMs, logger });
    this.#ttlSeconds = ttlSeconds;
  }

  get counts(): ScenarioCacheCounts {
    return { hits: this.#hits, misses: this.#misses, bypasses: this.#bypasses };
  }

  /**
   * The scenario as it is kept, or as `load` reads it from the store. Callers that miss at once share one read.
   * Rejects with what `load` rejects with, and never because of the cache.
   */
  async read(scenarioId: string, load: () => Promise<Scenario | null>): Promise<Scenario | null> {
    const known = await this.#look(scenarioId);
    if (known === undefined || known.stamp?.startsWith(CHANGING) === true) {
      this.#bypasses += 1;
      return load();
    }
    if (known.scenario !== undefined) {
      this.#hits += 1;
      return known.scenario;
    }
    this.#misses += 1;
    // Who comes after a change has seen another stamp, and does not join a read from before it.
    const flight = `${known.stamp} ${scenarioId}`;
    let reading = this.#flights.get(flight);
    if (reading === undefined) {
      reading = this.#fill(scenarioId, known.stamp, load).finally(() => this.#flights.delete(flight));
      this.#flights.set(flight, reading);
    }
    return reading;
  }

  /** Does what changes the scenario, and makes void what is kept of it, whether that succeeds or not. */
  async changing<Value>(scenarioId: string, change: () => Promise<Value>): Promise<Value> {
    await this.announce(scenarioId);
    try {
      return await change();
    } finally {
      await this.conclude(scenarioId);
    }
  }

  /** A change begins. Never rejects: a change that the cache was not told of is done as well. */
  async announce(scenarioId: string): Promise<void> {
    await this.#put(scenarioId, freshStamp(CHANGING));
  }

  /** A change has ended, in whatever way. Never rejects: a cache that is away is told when it is back. */
  async conclude(scenarioId: string): Promise<void> {
    const stamp = freshStamp(CHANGED);
    if (await this.#put(scenarioId, stamp)) {
      this.#owed.delete(scenarioId);
    } else {
      this.#owed.set(scenarioId, stamp);
      this.#payLater();
    }
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  /** Tells the cache a last time of the changes that it does not know of. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    clearTimeout(this.#retry);
    await this.#pay();
  }

  checkHealth(): Promise<AdapterHealth> {
    const { isAway } = this.#cache;
    const counts = `${this.#hits} hits, ${this.#misses} misses, ${this.#bypasses} reads past it`;
    return Promise.resolve({
      name: 'scenario-cache',
      status: isAway ? 'degraded' : 'up',
      latencyMs: 0,
      detail: isAway ? `the cache is away, scenarios are read from the store; ${counts}` : counts,
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** `undefined` when the cache does not say, or does not know of a change of ours. */
  async #look(scenarioId: string): Promise<Known | undefined> {
    if (this.#owed.has(scenarioId) || this.#cache.isResting) return undefined;
    const answer = await this.#cache.ask(async (cache, scope) => {
      // Two reads, which the Redis adapter sends as one with those of other callers. Their order does not matter.
      const [entry, last] = await Promise.all([
        cache.get(entryKey(scope, scenarioId)),
        cache.get(stampKey(scope, scenarioId)),
      ]);
      const kept = readScenario(entry, scenarioId);
      const stamp = typeof last === 'string' ? last : null;
      return { stamp, scenario: kept?.stamp === stamp ? kept.scenario : undefined };
    });
    return this.#owed.has(scenarioId) ? undefined : answer?.value;
  }

  async #fill(
    scenarioId: string,
    stamp: string | null,
    load: () => Promise<Scenario | null>,
  ): Promise<Scenario | null> {
    const begunMs = performance.now();
    const scenario = await load();
    const ttlSeconds = this.#ttlSeconds - (performance.now() - begunMs) / 1_000;
    if (scenario !== null && ttlSeconds >= 0.001) {
      const written = writtenScenario({ stamp, scenario });
      await this.#cache.ask((cache, scope) =>
        cache.set(entryKey(scope, scenarioId), written, { ttlSeconds }).catch(unlessRefused),
      );
    }
    return scenario;
  }

  async #put(scenarioId: string, stamp: string): Promise<boolean> {
    const ttlSeconds = Math.max(LEAST_STAMP_SECONDS, 2 * this.#ttlSeconds);
    const answer = await this.#cache.ask((cache, scope) =>
      cache.set(stampKey(scope, scenarioId), stamp, { ttlSeconds }),
    );
    return answer !== undefined;
  }

  #payLater(): void {
    if (this.#isStopped || this.#retry !== undefined) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      void this.#pay();
    }, RETRY_MS).unref();
  }

  async #pay(): Promise<void> {
    for (const [scenarioId, stamp] of this.#owed) {
      if (!(await this.#put(scenarioId, stamp))) {
        this.#payLater();
        return;
      }
      // A change that could not be told of meanwhile is owed still.
      if (this.#owed.get(scenarioId) === stamp) this.#owed.delete(scenarioId);
    }
  }
}

/** A scenario may be too large for the cache, with what is kept beside it; then it is not kept. */
function unlessRefused(error: unknown): void {
  if (!DataAdapterError.is(error) || error.code !== 'INVALID_ARGUMENT') throw error;
}

function freshStamp(state: typeof CHANGING | typeof CHANGED): string {
  return `${state} ${randomUUID()}`;
}

function entryKey(scope: string, scenarioId: string): string {
  return `scenario:${ENTRY_FORM}:${scope}:${scenarioId}`;
}

function stampKey(scope: string, scenarioId: string): string {
  return `scenario-stamp:${scope}:${scenarioId}`;
}
