import {
  changeScenario,
  moveScenario,
  newScenario,
  SCENARIO_STATUSES,
  SCENARIO_TYPES,
  scenarioChangeRules,
  type NewScenario,
  type Scenario,
  type ScenarioChanges,
  type ScenarioStatus,
  type ScenarioType,
} from '@test-coordinator/domain';
import {
  checkOneOf,
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

import { pageOf } from './page-of.js';
import { selectScenarios } from './record-filters.js';
import { scenarioHasRuns } from './record-rules.js';
import { checkSameCreation, inUse, notFound, versionConflict } from './refusals.js';
import type { RepositoryContext } from './repository-context.js';
import type { Stored } from './stored.js';

const createdIds = ({ scenarioId }: Scenario) => ({ scenarioId });

/** Scenarios in memory. */
export class StubScenariosRepository implements ScenariosRepository {
  readonly #context: RepositoryContext;

  constructor(context: RepositoryContext) {
    this.#context = context;
  }

  create(scenario: NewScenario, options?: CallOptions): Promise<Scenario> {
    const { records, calls, clock } = this.#context;
    return calls.write('scenarios.create', createdIds, options, () => {
      const created = newScenario(scenario, clock.now());
      const stored = records.scenarios.get(created.scenarioId);
      if (stored !== undefined) {
        checkSameCreation('scenario', stored, created);
        return stored.record;
      }
      records.scenarios.insert(created);
      return created;
    });
  }

  getById(scenarioId: string, options?: CallOptions): Promise<Scenario | null> {
    const { records, calls } = this.#context;
    return calls.read('scenarios.getById', { scenarioId }, options, () => {
      checkScenarioId(scenarioId);
      return records.scenarios.get(scenarioId)?.record ?? null;
    });
  }

  update(
    scenarioId: string,
    version: number,
    changes: ScenarioChanges,
    options?: CallOptions,
  ): Promise<Scenario> {
    const { records, calls, clock } = this.#context;
    return calls.write('scenarios.update', { scenarioId }, options, () => {
      checkScenarioId(scenarioId);
      checkVersion(version);
      const read = scenarioChangeRules.read(changes);
      const stored = this.#existing(scenarioId);
      const actual = stored.record.version;
      if (actual !== version) throw versionConflict('scenario', scenarioId, { expected: version, actual });
      const changed = changeScenario(stored.record, read, clock.now());
      records.scenarios.replace(stored, changed);
      return changed;
    });
  }

  delete(scenarioId: string, options?: CallOptions): Promise<boolean> {
    const { records, calls } = this.#context;
    return calls.write('scenarios.delete', { scenarioId }, options, () => {
      checkScenarioId(scenarioId);
      const stored = records.scenarios.get(scenarioId);
      if (stored === undefined) return false;
      if (scenarioHasRuns(records, scenarioId)) throw inUse(scenarioId);
      records.deleteScenario(stored);
      return true;
    });
  }

  find(filter: ScenarioFilter, page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>> {
    return this.#list('scenarios.find', () => filter, page, options);
  }

  listAll(page?: ListRequest, options?: CallOptions): Promise<Page<Scenario>> {
    return this.#list('scenarios.listAll', () => ({}), page, options, true);
  }

  getByType(scenarioType: ScenarioType, page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>> {
    const filter = (): ScenarioFilter => {
      checkOneOf(scenarioType, SCENARIO_TYPES, 'scenarioType');
      return { types: [scenarioType] };
    };
    return this.#list('scenarios.getByType', filter, page, options);
  }

  getByStatus(status: ScenarioStatus, page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>> {
    const filter = (): ScenarioFilter => {
      checkOneOf(status, SCENARIO_STATUSES, 'status');
      return { statuses: [status] };
    };
    return this.#list('scenarios.getByStatus', filter, page, options);
  }

  updateStatus(scenarioId: string, status: ScenarioStatus, options?: CallOptions): Promise<Scenario> {
    const { records, calls, clock } = this.#context;
    return calls.write('scenarios.updateStatus', { scenarioId }, options, () => {
      checkScenarioId(scenarioId);
      checkOneOf(status, SCENARIO_STATUSES, 'status');
      const stored = this.#existing(scenarioId);
      const moved = moveScenario(stored.record, status, clock.now());
      if (moved !== stored.record) records.scenarios.replace(stored, moved);
      return moved;
    });
  }

  searchByTag(tag: string, page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>> {
    const filter = (): ScenarioFilter => {
      checkText(tag, 'tag');
      return { tag };
    };
    return this.#list('scenarios.searchByTag', filter, page, options);
  }

  getActiveScenarios(page?: PageRequest, options?: CallOptions): Promise<Page<Scenario>> {
    return this.#list('scenarios.getActiveScenarios', () => ({ statuses: ['active'] }), page, options);
  }

  #list(
    operation: string,
    filter: () => ScenarioFilter,
    page: PageRequest | undefined,
    options: CallOptions | undefined,
    allowOffset = false,
  ): Promise<Page<Scenario>> {
    const { records, calls } = this.#context;
    return calls.read(operation, {}, options, () => {
      const selection = selectScenarios(filter());
      return pageOf(records.scenarios, selection, readPage(page, 'timeAndId', allowOffset), 'descending');
    });
  }

  #existing(scenarioId: string): Stored<Scenario> {
    const stored = this.#context.records.scenarios.get(scenarioId);
    if (stored === undefined) throw notFound('scenario', scenarioId);
    return stored;
  }
}
