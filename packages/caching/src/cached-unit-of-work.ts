import type { CallOptions, Repositories, UnitOfWork } from '@test-coordinator/ports';

import { CachedScenariosRepository } from './cached-scenarios-repository.js';
import type { ScenarioCache } from './scenario-cache.js';

/**
 * Any unit of work that makes void what is kept of the scenarios that it changes: from the first change of one until the
 * unit has been committed or undone. What it reads, it reads from the store.
 */
export class CachedUnitOfWork implements UnitOfWork {
  readonly #units: UnitOfWork;
  readonly #cache: ScenarioCache;

  constructor(units: UnitOfWork, cache: ScenarioCache) {
    this.#units = units;
    this.#cache = cache;
  }

  async run<Value>(
    work: (repositories: Repositories) => Promise<Value>,
    options?: CallOptions,
  ): Promise<Value> {
    const changes = new UnitChanges(this.#cache);
    try {
      return await this.#units.run((repositories) => {
        const scenarios = new CachedScenariosRepository(repositories.scenarios, changes);
        return work({ ...repositories, scenarios });
      }, options);
    } finally {
      await changes.conclude();
    }
  }
}

/** The scenarios that one unit changes. */
class UnitChanges implements Pick<ScenarioCache, 'read' | 'changing'> {
  readonly #announced = new Map<string, Promise<void>>();
  #isOver = false;

  constructor(private readonly cache: ScenarioCache) {}

  read<Value>(_scenarioId: string, load: () => Promise<Value>): Promise<Value> {
    return load();
  }

  async changing<Value>(scenarioId: string, change: () => Promise<Value>): Promise<Value> {
    let announced = this.#announced.get(scenarioId);
    // Whoever keeps a unit's repositories beyond its end is refused by the store, and changes nothing.
    if (announced === undefined && !this.#isOver) {
      announced = this.cache.announce(scenarioId);
      this.#announced.set(scenarioId, announced);
    }
    await announced;
    return change();
  }

  /** A change that was not waited for may still be announcing itself. */
  async conclude(): Promise<void> {
    this.#isOver = true;
    await Promise.all(
      [...this.#announced].map(async ([scenarioId, announced]) => {
        await announced;
        await this.cache.conclude(scenarioId);
      }),
    );
  }
}
