import { DataAdapterError, type CacheRepository, type Logger } from '@test-coordinator/ports';

export interface PatientCacheOptions {
  readonly cache: CacheRepository;
  /** Names the store whose records are cached. */
  readonly scope: () => Promise<string>;
  readonly patienceMs: number;
  readonly logger: Logger;
}

const REST_MS = 1_000;

/** A cache that nobody depends on: what it does not answer in time, or at all, is nobody's failure. */
export class PatientCache {
  readonly #cache: CacheRepository;
  readonly #askScope: () => Promise<string>;
  readonly #patienceMs: number;
  readonly #logger: Logger;
  #scope: string | undefined;
  #awaySinceMs: number | undefined;

  constructor({ cache, scope, patienceMs, logger }: PatientCacheOptions) {
    this.#cache = cache;
    this.#askScope = scope;
    this.#patienceMs = patienceMs;
    this.#logger = logger;
  }

  /** It did not answer the last call. */
  get isAway(): boolean {
    return this.#awaySinceMs !== undefined;
  }

  /** It did not answer a moment ago: who can do without it need not wait to learn that again. */
  get isResting(): boolean {
    return this.#awaySinceMs !== undefined && performance.now() - this.#awaySinceMs < REST_MS;
  }

  /** What the call answers; `undefined` when it fails, or takes longer than we wait. */
  async ask<Value>(
    call: (cache: CacheRepository, scope: string) => Promise<Value>,
  ): Promise<{ readonly value: Value } | undefined> {
    try {
      const value = await within(this.#patienceMs, this.#call(call));
      if (this.isAway) this.#logger.info({}, 'the cache of scenarios is back');
      this.#awaySinceMs = undefined;
      return { value };
    } catch (error) {
      if (!this.isAway) {
        const reason = error instanceof Error ? error.message : String(error);
        this.#logger.warn({ reason }, 'the cache of scenarios is away: they are read from the store');
      }
      this.#awaySinceMs = performance.now();
      return undefined;
    }
  }

  async #call<Value>(call: (cache: CacheRepository, scope: string) => Promise<Value>): Promise<Value> {
    this.#scope ??= await this.#askScope();
    return call(this.#cache, this.#scope);
  }
}

function within<Value>(limitMs: number, call: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new DataAdapterError('TIMEOUT', `the cache did not answer within ${limitMs} ms`));
    }, limitMs);
    call.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
