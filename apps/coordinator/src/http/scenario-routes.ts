import {
  newScenarioRules,
  scenarioChangeRules,
  SCENARIO_STATUSES,
  type NewScenario,
  type ScenarioChanges,
  type ScenarioStatus,
} from '@test-coordinator/domain';
import type { ScenarioFilter, ScenariosRepository } from '@test-coordinator/ports';

import { listQuery, type ApiRoute } from './api-route.js';
import { SCENARIO_FILTER } from './filters.js';
import {
  changeRoute,
  createRoute,
  deleteRoute,
  getRoute,
  listRoute,
  moveRoute,
  type RecordKind,
} from './record-routes.js';
import { SCENARIO, SCENARIO_PAGE } from './record-schemas.js';
import { statusBody } from './request-schemas.js';

const SCENARIOS: RecordKind = {
  url: '/api/v1/scenarios',
  tags: ['scenarios'],
  id: 'scenarioId',
  noun: 'scenario',
  record: SCENARIO,
  page: SCENARIO_PAGE,
};

export function scenarioRoutes(scenarios: ScenariosRepository): ApiRoute[] {
  return [
    createRoute(SCENARIOS, {
      operationId: 'createScenario',
      summary: 'Create a scenario',
      description: 'The same scenario again answers with the stored one, so that a retry is safe.',
      body: newScenarioRules.schema,
      create: (given: NewScenario, options) => scenarios.create(given, options),
    }),
    listRoute(SCENARIOS, {
      operationId: 'listScenarios',
      summary: 'List scenarios, the newest first',
      description:
        'An `offset` counts from the cursor, and goes with no filter. It is slow at depth: prefer the cursor.',
      filter: listQuery({ ...SCENARIO_FILTER, offset: { type: 'integer', minimum: 0, default: 0 } }),
      find: (filter: ScenarioFilter, page, options) =>
        // The port has it for the list of all alone, and refuses it beside a filter in its own words.
        page.offset !== undefined && Object.keys(filter).length === 0
          ? scenarios.listAll(page, options)
          : scenarios.find(filter, page, options),
    }),
    getRoute(SCENARIOS, {
      operationId: 'getScenario',
      summary: 'Read a scenario',
      getById: (id, options) => scenarios.getById(id, options),
    }),
    changeRoute(SCENARIOS, {
      operationId: 'changeScenario',
      summary: 'Change fields of a scenario',
      description:
        'What is left out stays; null clears an optional field. The version is the one that was read.',
      changes: scenarioChangeRules.schema,
      update: (id, version, changes: ScenarioChanges, options) =>
        scenarios.update(id, version, changes, options),
    }),
    moveRoute(SCENARIOS, {
      step: 'status',
      operationId: 'moveScenario',
      summary: 'Move a scenario to another status',
      body: statusBody(SCENARIO_STATUSES),
      moved: 'The scenario in its status',
      isOfRun: false,
      move: (id, { status }: { status: ScenarioStatus }, options) =>
        scenarios.updateStatus(id, status, options),
    }),
    deleteRoute(SCENARIOS, {
      operationId: 'deleteScenario',
      summary: 'Delete a scenario that has no runs',
      delete: (id, options) => scenarios.delete(id, options),
    }),
  ];
}
