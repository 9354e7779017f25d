import {
  SCENARIO_STATUSES,
  scenarioChangeRules,
  type NewScenario,
  type Scenario,
  type ScenarioChanges,
  type ScenarioStatus,
  type ScenarioType,
} from '@test-coordinator/domain';
import {
  checkFence,
  checkOneOf,
  checkScenarioId,
  checkVersion,
  refused,
  throwIfAborted,
  type CallOptions,
  type ListRequest,
  type Page,
  type PageRequest,
  type ScenarioFilter,
  type ScenariosRepository,
} from '@test-coordinator/ports';

import type { ScenarioCache } from './scenario-cache.js';

/**
 * Any repository of scenarios with a cache before `getById`. What changes a scenario goes through here on every instance,
 * and tells the cache; what changes it elsewhere is seen once the ttl has passed. Lists are read from the store.
 */
export class CachedScenariosRepository implements ScenariosRepository {
  readonly #scenarios: ScenariosRepository;
  readonly #cache: Pick<ScenarioCache, 'read' | 'changing'>;

  constructor(scenarios: ScenariosRepository, cache: Pick<ScenarioCache, 'read' | 'changing'>) {
    this.#scenarios = scenarios;
    this.#cache = cache;
  }

  async getById(scenarioId: string, options?: CallOptions): Promise<Scenario | null> {
    checkOptions(options);
    checkScenarioId(scenarioId);
    // Several callers may wait for one read: none of them may end it for the others.
    const { signal: _signal, ...shared } = options ?? {};
    return this.#cache.read(scenarioId, () => this.#scenarios.getById(scenarioId, shared));
  }

  /** Nothing is cached of a scenario that is not there, so a new one has nothing to invalidate. */
  create(scenario: NewScenario, options?: CallOptions): Promise<Scenario> {
    return this.#scenarios.create(scenario, options);
  }

  async update(
    scenarioId: string,
    version: number,
    changes: ScenarioChanges,
    options?: CallOptions,
  ): Promise<Scenario> {
    const kept = checkOptions(options);
    checkScenarioId(scenarioId);
    checkVersion(version);
    const given = refused(() => scenarioChangeRules.read(changes));
    return this.#cache.changing(scenarioId, () => this.#scenarios.update(scenarioId, version, given, kept));
  }

  async updateStatus(scenarioId: string, status: ScenarioStatus, options?: CallOptions): Promise<Scenario> {
    const kept = checkOptions(options);
    checkScenarioId(scenarioId);
    checkOneOf(status, SCENARIO_STATUSES, 'status');
    return this.#cache.changing(scenarioId, () => this.#scenarios.updateStatus(scenarioId, status, kept));
  }

  async delete(scenarioId: string, options?: CallOptions): Promise<boolean> {
    const kept = checkOptions(options);
    checkScenarioId(scenarioId);
    return this.#cache.changing(scenarioId, () => this.#scenarios.delete(scenarioId, kept));
  }

  find(filter: ScenarioFilter, page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>> {
    return this.#scenarios.find(filter, page, options);
  }

  listAll(page?: ListRequest, options?: CallOptions): Promise<Page<Scenario>> {
    return this.#scenarios.listAll(page, options);
  }

  getByType(scenarioType: ScenarioType, page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>> {
    return this.#scenarios.getByType(scenarioType, page, options);
  }

  getByStatus(status: ScenarioStatus, page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>> {
    return this.#scenarios.getByStatus(status, page, options);
  }

  searchByTag(tag: string, page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>> {
    return this.#scenarios.searchByTag(tag, page, options);
  }

  getActiveScenarios(page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>> {
    return this.#scenarios.getActiveScenarios(page, options);
  }
}

/** The options as they are at the call: the store gets them later. */
function checkOptions(options: CallOptions | undefined): CallOptions {
  throwIfAborted(options);
  checkFence(options);
  return { ...options };
}
