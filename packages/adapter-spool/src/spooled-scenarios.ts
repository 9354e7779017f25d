import {
  SCENARIO_STATUSES,
  SCENARIO_TYPES,
  creationContent,
  newScenario,
  type NewScenario,
  type Scenario,
  type ScenarioChanges,
  type ScenarioStatus,
  type ScenarioType,
} from '@test-coordinator/domain';
import {
  checkOneOf,
  checkScenarioFilter,
  checkScenarioId,
  checkText,
  readPage,
  refused,
  type CallOptions,
  type ListRequest,
  type Page,
  type PageRequest,
  type ScenarioFilter,
  type ScenariosRepository,
} from '@test-coordinator/ports';

import { givenOf } from './commands.js';
import type { DegradedCalls } from './degraded-calls.js';
import { matchesScenario } from './record-filters.js';
import type { RecordKind } from './record-kind.js';
import { refuseOther } from './refusals.js';

/** Scenarios of a store that may be away; what each method does then stands in `CONDUCT`. */
export class SpooledScenariosRepository implements ScenariosRepository {
  constructor(
    private readonly store: ScenariosRepository,
    private readonly calls: DegradedCalls,
    private readonly kind: RecordKind<Scenario>,
  ) {}

  async create(scenario: NewScenario, options?: CallOptions): Promise<Scenario> {
    const created = refused(() => newScenario(scenario, this.calls.clock.now()));
    const { scenarioId } = created;
    const given = givenOf(created);
    return this.calls.write({
      options,
      key: scenarioId,
      direct: async () => this.kind.see(await this.store.create(given, options)),
      judge: (acceptedAt) => {
        const known = this.kind.get(scenarioId);
        // Only the store knows what a scenario that moved on was created with; it finds out whether this is the same.
        if (known === undefined || known.version > 1)
          return {
            command: { method: 'scenarios.create', scenario: given },
            answer: known ?? newScenario(given, acceptedAt),
          };
        if (creationContent(known) !== creationContent(created)) refuseOther('scenario', scenarioId);
        return { answer: known };
      },
    });
  }

  async getById(scenarioId: string, options?: CallOptions): Promise<Scenario | null> {
    checkScenarioId(scenarioId);
    return this.kind.getById(scenarioId, options, () => this.store.getById(scenarioId, options));
  }

  async update(
    scenarioId: string,
    version: number,
    changes: ScenarioChanges,
    options?: CallOptions,
  ): Promise<Scenario> {
    const call = (): Promise<Scenario> => this.store.update(scenarioId, version, changes, options);
    return this.kind.see(await this.calls.direct(scenarioId, call));
  }

  async delete(scenarioId: string, options?: CallOptions): Promise<boolean> {
    const isDeleted = await this.calls.direct(scenarioId, () => this.store.delete(scenarioId, options));
    this.kind.forget(scenarioId);
    return isDeleted;
  }

  async find(filter: ScenarioFilter, page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>> {
    checkScenarioFilter(filter);
    return this.#list(filter, page, options, () => this.store.find(filter, page, options));
  }

  async listAll(page?: ListRequest, options?: CallOptions): Promise<Page<Scenario>> {
    return this.#list({}, page, options, () => this.store.listAll(page, options));
  }

  async getByType(
    scenarioType: ScenarioType,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<Page<Scenario>> {
    checkOneOf(scenarioType, SCENARIO_TYPES, 'scenarioType');
    const fromStore = (): Promise<Page<Scenario>> => this.store.getByType(scenarioType, page, options);
    return this.#list({ types: [scenarioType] }, page, options, fromStore);
  }

  async getByStatus(
    status: ScenarioStatus,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<Page<Scenario>> {
    checkOneOf(status, SCENARIO_STATUSES, 'status');
    const fromStore = (): Promise<Page<Scenario>> => this.store.getByStatus(status, page, options);
    return this.#list({ statuses: [status] }, page, options, fromStore);
  }

  async updateStatus(scenarioId: string, status: ScenarioStatus, options?: CallOptions): Promise<Scenario> {
    const call = (): Promise<Scenario> => this.store.updateStatus(scenarioId, status, options);
    return this.kind.see(await this.calls.direct(scenarioId, call));
  }

  async searchByTag(tag: string, page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>> {
    checkText(tag, 'tag');
    return this.#list({ tag }, page, options, () => this.store.searchByTag(tag, page, options));
  }

  async getActiveScenarios(page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>> {
    const fromStore = (): Promise<Page<Scenario>> => this.store.getActiveScenarios(page, options);
    return this.#list({ statuses: ['active'] }, page, options, fromStore);
  }

  #list(
    filter: ScenarioFilter,
    request: ListRequest | undefined,
    options: CallOptions | undefined,
    fromStore: () => Promise<Page<Scenario>>,
  ): Promise<Page<Scenario>> {
    return this.kind.list({
      options,
      page: readPage(request, 'timeAndId', true),
      direction: 'newest first',
      matches: (scenario) => matchesScenario(scenario, filter),
      fromStore,
    });
  }
}
