import {
  newScenarioRules,
  scenarioChangeRules,
  SCENARIO_STATUSES,
  SCENARIO_TYPES,
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
  checkVersion,
  readPage,
  type CallOptions,
  type ListRequest,
  type Page,
  type PageRequest,
  type ScenarioFilter,
  type ScenariosRepository,
} from '@test-coordinator/ports';

import { pageReader, readScenario } from './answer-readers.js';
import type { Asked, CoordinatorCalls } from './coordinator-calls.js';

const readScenarios = pageReader(readScenario);

/** Scenarios over HTTP. */
export class HttpScenariosRepository implements ScenariosRepository {
  readonly #calls: CoordinatorCalls;

  constructor(calls: CoordinatorCalls) {
    this.#calls = calls;
  }

  create(scenario: NewScenario, options?: CallOptions): Promise<Scenario> {
    const ask = (): Asked => {
      const body = newScenarioRules.read(scenario);
      return { body, entity: 'scenario', id: body.scenarioId };
    };
    return this.#calls.ask('createScenario', options, ask, readScenario);
  }

  getById(scenarioId: string, options?: CallOptions): Promise<Scenario | null> {
    return this.#calls.find('getScenario', options, () => about(scenarioId), readScenario);
  }

  update(
    scenarioId: string,
    version: number,
    changes: ScenarioChanges,
    options?: CallOptions,
  ): Promise<Scenario> {
    const ask = (): Asked => {
      const asked = about(scenarioId);
      checkVersion(version);
      return { ...asked, body: { ...scenarioChangeRules.read(changes), version } };
    };
    return this.#calls.ask('changeScenario', options, ask, readScenario);
  }

  delete(scenarioId: string, options?: CallOptions): Promise<boolean> {
    return this.#calls.isDone('deleteScenario', options, () => about(scenarioId));
  }

  find(filter: ScenarioFilter, page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>> {
    return this.#list(() => filter, page, options);
  }

  listAll(page?: ListRequest, options?: CallOptions): Promise<Page<Scenario>> {
    return this.#list(() => ({}), page, options, true);
  }

  getByType(scenarioType: ScenarioType, page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>> {
    const filter = (): ScenarioFilter => {
      checkOneOf(scenarioType, SCENARIO_TYPES, 'scenarioType');
      return { types: [scenarioType] };
    };
    return this.#list(filter, page, options);
  }

  getByStatus(status: ScenarioStatus, page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>> {
    const filter = (): ScenarioFilter => {
      checkOneOf(status, SCENARIO_STATUSES, 'status');
      return { statuses: [status] };
    };
    return this.#list(filter, page, options);
  }

  updateStatus(scenarioId: string, status: ScenarioStatus, options?: CallOptions): Promise<Scenario> {
    const ask = (): Asked => {
      const asked = about(scenarioId);
      checkOneOf(status, SCENARIO_STATUSES, 'status');
      return { ...asked, body: { status } };
    };
    return this.#calls.ask('moveScenario', options, ask, readScenario);
  }

  searchByTag(tag: string, page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>> {
    const filter = (): ScenarioFilter => {
      checkText(tag, 'tag');
      return { tag };
    };
    return this.#list(filter, page, options);
  }

  getActiveScenarios(page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>> {
    return this.#list(() => ({ statuses: ['active'] }), page, options);
  }

  #list(
    filterOf: () => ScenarioFilter,
    page: ListRequest | undefined,
    options: CallOptions | undefined,
    allowOffset = false,
  ): Promise<Page<Scenario>> {
    const ask = (): Asked => {
      const filter = checkScenarioFilter(filterOf());
      readPage(page, 'timeAndId', allowOffset);
      return { query: { ...filter, ...page } };
    };
    return this.#calls.ask('listScenarios', options, ask, readScenarios);
  }
}

function about(scenarioId: string): Asked {
  checkScenarioId(scenarioId);
  return { path: { scenarioId }, entity: 'scenario', id: scenarioId };
}
