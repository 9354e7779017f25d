import {
  newScenarioRules,
  scenarioChangeRules,
  SCENARIO_STATUSES,
  SCENARIO_TYPES,
  type NewScenario,
  type ScenarioChanges,
  type ScenarioStatus,
} from '@test-coordinator/domain';
import type { ScenarioFilter, ScenariosRepository } from '@test-coordinator/ports';

import {
  answers,
  anyOf,
  callOptions,
  found,
  gone,
  idOf,
  IF_MATCH,
  listQuery,
  pathParameter,
  tagged,
  versionOf,
  type ApiRoute,
} from './api-route.js';
import { readAnswers, writeAnswers } from './freshness.js';
import { SCENARIO, SCENARIO_PAGE, TIME } from './record-schemas.js';
import { statusBody, withVersion } from './request-schemas.js';
import { readBody, readListQuery } from './wire-reader.js';

const URL = '/api/v1/scenarios';
const tags = ['scenarios'];
const params = pathParameter('scenarioId', 'The id of the scenario');
const filter = listQuery({
  statuses: anyOf(SCENARIO_STATUSES),
  types: anyOf(SCENARIO_TYPES),
  service: { type: 'string', description: 'One of its services under test' },
  tag: { type: 'string' },
  text: { type: 'string', description: 'Found anywhere in the name' },
  from: { ...TIME, description: 'Created at or after this time' },
  to: { ...TIME, description: 'Created before this time' },
});
const change = withVersion(scenarioChangeRules.schema);
const move = statusBody(SCENARIO_STATUSES);

export function scenarioRoutes(scenarios: ScenariosRepository): ApiRoute[] {
  return [
    {
      method: 'POST',
      url: URL,
      schema: {
        operationId: 'createScenario',
        summary: 'Create a scenario',
        description: 'The same scenario again answers with the stored one, so that a retry is safe.',
        tags,
        body: newScenarioRules.schema,
        response: writeAnswers(201, 'The scenario as it is stored', SCENARIO),
      },
      async handler(request, reply) {
        const given = readBody<NewScenario>(newScenarioRules.schema, request.body);
        const scenario = await scenarios.create(given, callOptions(request, reply));
        reply.code(201).header('location', `${URL}/${scenario.scenarioId}`);
        return tagged(reply, scenario);
      },
    },
    {
      method: 'GET',
      url: URL,
      schema: {
        operationId: 'listScenarios',
        summary: 'List scenarios, the newest first',
        tags,
        querystring: filter,
        response: readAnswers('One page', SCENARIO_PAGE),
      },
      handler(request, reply) {
        const query = readListQuery<ScenarioFilter>(filter, request.query);
        return scenarios.find(query.filter, query.page, callOptions(request, reply));
      },
    },
    {
      method: 'GET',
      url: `${URL}/:scenarioId`,
      schema: {
        operationId: 'getScenario',
        summary: 'Read a scenario',
        tags,
        params,
        response: readAnswers('The scenario', SCENARIO),
      },
      async handler(request, reply) {
        const id = idOf(request, 'scenarioId');
        return tagged(reply, found(await scenarios.getById(id, callOptions(request, reply)), 'scenario', id));
      },
    },
    {
      method: 'PATCH',
      url: `${URL}/:scenarioId`,
      schema: {
        operationId: 'changeScenario',
        summary: 'Change fields of a scenario',
        description:
          'What is left out stays; null clears an optional field. The version is the one that was read.',
        tags,
        params,
        headers: IF_MATCH,
        body: change,
        response: answers(200, 'The changed scenario', SCENARIO),
      },
      async handler(request, reply) {
        const { version, ...changes } = readBody<ScenarioChanges & { version?: number }>(
          change,
          request.body,
        );
        const id = idOf(request, 'scenarioId');
        const from = versionOf(request, version);
        return tagged(reply, await scenarios.update(id, from, changes, callOptions(request, reply)));
      },
    },
    {
      method: 'POST',
      url: `${URL}/:scenarioId/status`,
      schema: {
        operationId: 'moveScenario',
        summary: 'Move a scenario to another status',
        tags,
        params,
        body: move,
        response: answers(200, 'The scenario in its status', SCENARIO),
      },
      async handler(request, reply) {
        const { status } = readBody<{ status: ScenarioStatus }>(move, request.body);
        const moved = await scenarios.updateStatus(
          idOf(request, 'scenarioId'),
          status,
          callOptions(request, reply),
        );
        return tagged(reply, moved);
      },
    },
    {
      method: 'DELETE',
      url: `${URL}/:scenarioId`,
      schema: {
        operationId: 'deleteScenario',
        summary: 'Delete a scenario that has no runs',
        tags,
        params,
        response: answers(204, 'It is gone'),
      },
      async handler(request, reply) {
        const id = idOf(request, 'scenarioId');
        return gone(reply, await scenarios.delete(id, callOptions(request, reply)), 'scenario', id);
      },
    },
  ];
}
