import { createStubAdapter } from '@test-coordinator/adapter-stub';
import { CachedScenariosRepository, CachedUnitOfWork, ScenarioCache } from '@test-coordinator/caching';
import { fixtures, ManualClock } from '@test-coordinator/contract-tests';
import {
  DataAdapterError,
  type CacheRepository,
  type Logger,
  type ScenariosRepository,
  type UnitOfWork,
} from '@test-coordinator/ports';
import type { Scenario } from '@test-coordinator/domain';

import { instead } from './instead.js';

export const TTL_SECONDS = 60;
export const PATIENCE_MS = 40;
export const SCENARIO_ID = 'matching-engine-restart';

/** What a saboteur breaks of every instance. */
export interface Sabotage {
  readonly cache?: (cache: CacheRepository) => CacheRepository;
  readonly scenarios?: (good: ScenariosRepository, beneath: Beneath) => ScenariosRepository;
  readonly unitOfWork?: (store: UnitOfWork) => UnitOfWork;
}

/** What an instance is built on. */
interface Beneath {
  readonly store: ScenariosRepository;
  readonly cache: CacheRepository;
}

/** One process with a cache before the store. */
export interface Instance {
  readonly scenarios: ScenariosRepository;
  readonly unitOfWork: UnitOfWork;
  readonly cache: ScenarioCache;
  /** What its link to the shared cache does. */
  link: 'whole' | 'broken' | 'silent';
  readonly log: string[];
}

/** Several instances on one store and one cache, both in memory, on a clock that is moved by hand. */
export class CachedWorld implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly #records = createStubAdapter({ clock: this.clock });
  readonly sharedCache: CacheRepository;
  readonly #caches: ReturnType<typeof createStubAdapter>;
  readonly #instances: Instance[] = [];
  /** How often a scenario was read by its id from the store. */
  reads = 0;
  /** What happens to a read once the store has answered, before the answer arrives. */
  onTheWay: () => Promise<void> = () => Promise.resolve();
  /** What happens to a call of the cache on its way there, and on its way back. */
  inTheLink: () => Promise<void> = () => Promise.resolve();

  private constructor(
    private readonly sabotage: Sabotage,
    sharing: CachedWorld | undefined,
  ) {
    this.#caches = sharing === undefined ? createStubAdapter({ clock: this.clock }) : sharing.#caches;
    this.sharedCache = this.#caches.ports.cache;
  }

  /** @param sharing Another world, with a store of its own and the same cache. */
  static async open(sabotage: Sabotage = {}, sharing?: CachedWorld): Promise<CachedWorld> {
    const world = new CachedWorld(sabotage, sharing);
    await world.#records.start();
    await world.#caches.start();
    return world;
  }

  /** The store itself, which the instances do not know to be changed. */
  get store(): ScenariosRepository {
    return this.#records.ports.scenarios;
  }

  instance(scope = () => Promise.resolve('store'), patienceMs = PATIENCE_MS): Instance {
    const store = instead(this.store, {
      getById: async (scenarioId, options) => {
        this.reads += 1;
        const scenario = await this.store.getById(scenarioId, options);
        await this.onTheWay();
        return scenario;
      },
    });
    const log: string[] = [];
    const linked = this.#throughLink(() => instance.link);
    const cache = new ScenarioCache({
      cache: this.sabotage.cache?.(linked) ?? linked,
      scope,
      ttlSeconds: TTL_SECONDS,
      patienceMs,
      logger: kept(log),
    });
    const scenarios = new CachedScenariosRepository(store, cache);
    const units = this.#records.ports.unitOfWork;
    const instance: Instance = {
      scenarios: this.sabotage.scenarios?.(scenarios, { store, cache: linked }) ?? scenarios,
      unitOfWork: this.sabotage.unitOfWork?.(units) ?? new CachedUnitOfWork(units, cache),
      cache,
      link: 'whole',
      log,
    };
    this.#instances.push(instance);
    return instance;
  }

  #throughLink(link: () => Instance['link']): CacheRepository {
    const cache = this.sharedCache;
    return new Proxy(cache, {
      get: (_, name) => {
        if (link() === 'silent') return unanswered;
        if (link() === 'broken')
          return () => Promise.reject(new DataAdapterError('UNAVAILABLE', 'the cache is away'));
        const method = Reflect.get(cache, name) as (...given: unknown[]) => Promise<unknown>;
        return async (...given: unknown[]) => {
          await this.inTheLink();
          const answer = await method.apply(cache, given);
          await this.inTheLink();
          return answer;
        };
      },
    });
  }

  create(): Promise<Scenario> {
    return this.store.create(fixtures.scenario({ scenarioId: SCENARIO_ID, name: 'old' }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { cache } of this.#instances) await cache.stop();
    await this.#records.stop();
    await this.#caches.stop();
  }
}

/** A call that is neither done nor refused. */
const unanswered = () => new Promise<never>(() => undefined);

function kept(lines: string[]): Logger {
  const write = (_fields: unknown, message: string) => {
    lines.push(message);
  };
  return { isDebugEnabled: () => true, debug: write, info: write, warn: write, error: write };
}
