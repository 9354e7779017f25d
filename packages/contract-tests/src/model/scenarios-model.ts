import type { Scenario, ScenarioStatus } from '@test-coordinator/domain';
import type {
  Clock,
  ListRequest,
  Page,
  PageRequest,
  ScenarioFilter,
  ScenariosRepository,
} from '@test-coordinator/ports';

import { holds, isFoundIn, isOneOf, isWithin } from './model-filters.js';
import { modelPage, type ModelOrder } from './model-page.js';
import { refuseIf } from './model-refusal.js';
import {
  changed,
  createdBefore,
  keeping,
  rowOf,
  storable,
  withRow,
  type RecordsState,
} from './records-state.js';
import type { Synchronous } from './synchronous.js';

const LEGAL_MOVES = new Set([
  'draft → active',
  'draft → archived',
  'active → deprecated',
  'active → archived',
  'deprecated → active',
  'deprecated → archived',
  'archived → active',
]);

const NEWEST_FIRST: ModelOrder<Scenario> = {
  kind: 'timeAndId',
  keyOf: ({ createdAt, scenarioId }) => [createdAt.getTime(), scenarioId],
};

/** What the contract says of scenarios, on plain maps. Inputs are valid: what is not has its own group of tests. */
export class ScenariosModel implements Synchronous<ScenariosRepository> {
  constructor(
    private readonly state: RecordsState,
    private readonly clock: Clock,
  ) {}

  create(input: Parameters<ScenariosRepository['create']>[0]): Scenario {
    const defaults = {
      status: 'draft',
      configuration: {},
      servicesUnderTest: [],
      expectedOutcomes: [],
      dependsOn: [],
      tags: [],
    };
    const given = storable(input, defaults);
    const row = this.state.scenarios.get(input.scenarioId);
    const stored = createdBefore(row, given);
    if (stored !== undefined) return stored;
    refuseIf({ ALREADY_EXISTS: row !== undefined });
    const now = this.clock.now();
    return this.#store(
      { ...given, createdAt: now, updatedAt: now, version: 1 } as unknown as Scenario,
      given,
    );
  }

  getById(scenarioId: string): Scenario | null {
    return this.state.scenarios.get(scenarioId)?.record ?? null;
  }

  update(
    scenarioId: string,
    version: number,
    changes: Parameters<ScenariosRepository['update']>[2],
  ): Scenario {
    const { record, given } = rowOf(this.state.scenarios, scenarioId);
    const itself = changes.dependsOn?.indexOf(scenarioId) ?? -1;
    refuseIf(
      { VERSION_CONFLICT: record.version !== version, INVALID_ARGUMENT: itself >= 0 },
      `dependsOn[${itself}]`,
    );
    return this.#store({ ...changed(record, changes), updatedAt: this.clock.now() }, given);
  }

  delete(scenarioId: string): boolean {
    if (!this.state.scenarios.has(scenarioId)) return false;
    refuseIf({
      IN_USE: [...this.state.runs.values()].some(({ record }) => record.scenarioId === scenarioId),
    });
    this.state.scenarios = keeping(this.state.scenarios, (record) => record.scenarioId !== scenarioId);
    return true;
  }

  find(filter: ScenarioFilter, page?: PageRequest): Page<Scenario> {
    return modelPage(this.#matching(filter), NEWEST_FIRST, page);
  }

  listAll(page?: ListRequest): Page<Scenario> {
    return modelPage(this.#matching({}), NEWEST_FIRST, page, true);
  }

  getByType(scenarioType: Scenario['scenarioType'], page?: PageRequest): Page<Scenario> {
    return this.find({ types: [scenarioType] }, page);
  }

  getByStatus(status: ScenarioStatus, page?: PageRequest): Page<Scenario> {
    return this.find({ statuses: [status] }, page);
  }

  updateStatus(scenarioId: string, status: ScenarioStatus): Scenario {
    const { record, given } = rowOf(this.state.scenarios, scenarioId);
    if (record.status === status) return record;
    refuseIf({ ILLEGAL_TRANSITION: !LEGAL_MOVES.has(`${record.status} → ${status}`) });
    return this.#store({ ...changed(record, { status }), updatedAt: this.clock.now() }, given);
  }

  searchByTag(tag: string, page?: PageRequest): Page<Scenario> {
    return this.find({ tag }, page);
  }

  getActiveScenarios(page?: PageRequest): Page<Scenario> {
    return this.find({ statuses: ['active'] }, page);
  }

  #matching(filter: ScenarioFilter): readonly Scenario[] {
    return [...this.state.scenarios.values()]
      .map(({ record }) => record)
      .filter((scenario) => matchesScenario(filter, scenario) && isWithin(filter, scenario.createdAt));
  }

  #store(record: Scenario, given: object): Scenario {
    this.state.scenarios = withRow(this.state.scenarios, record.scenarioId, { record, given });
    return record;
  }
}

/** Whether a scenario is one that the filter asks for, its date range apart: runs are found by their scenario too. */
export function matchesScenario(
  { statuses, types, service, tag, text }: ScenarioFilter,
  scenario: Scenario,
): boolean {
  return (
    isOneOf(statuses, scenario.status) &&
    isOneOf(types, scenario.scenarioType) &&
    holds(service, scenario.servicesUnderTest) &&
    holds(tag, scenario.tags) &&
    isFoundIn(text, scenario.name)
  );
}
