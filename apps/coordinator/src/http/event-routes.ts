import {
  chaosEventChangeRules,
  EVENT_STATUSES,
  EVENT_TYPES,
  eventRecoveryRules,
  newChaosEventRules,
  type ChaosEventChanges,
  type EventRecovery,
  type EventStatus,
  type NewChaosEvent,
} from '@test-coordinator/domain';
import type { ChaosEventFilter, ChaosEventsRepository } from '@test-coordinator/ports';

import {
  answers,
  anyOf,
  callOptions,
  found,
  idOf,
  IF_MATCH,
  listQuery,
  pathParameter,
  tagged,
  versionOf,
  type ApiRoute,
} from './api-route.js';
import { readAnswers, writeAnswers } from './freshness.js';
import { CHAOS_EVENT, CHAOS_EVENT_PAGE, TIME } from './record-schemas.js';
import { statusBody, withVersion } from './request-schemas.js';
import { readBody, readListQuery } from './wire-reader.js';

const URL = '/api/v1/events';
const tags = ['events'];
const params = pathParameter('eventId', 'The id of the chaos event');
const filter = listQuery({
  scenarioId: { type: 'string' },
  runId: { type: 'string' },
  statuses: anyOf(EVENT_STATUSES),
  types: anyOf(EVENT_TYPES),
  service: { type: 'string', description: 'The target service' },
  environment: { type: 'string', description: "Of the event's run" },
  from: { ...TIME, description: 'Injected at or after this time' },
  to: { ...TIME, description: 'Injected before this time' },
});
const change = withVersion(chaosEventChangeRules.schema);
const move = statusBody(EVENT_STATUSES);

export function eventRoutes(chaosEvents: ChaosEventsRepository): ApiRoute[] {
  return [
    {
      method: 'POST',
      url: URL,
      schema: {
        operationId: 'createEvent',
        summary: 'Record a chaos event',
        description:
          'An event with an id that is sent again answers with the stored one, so that a retry is safe.',
        tags,
        body: newChaosEventRules.schema,
        response: writeAnswers(201, 'The event as it is stored', CHAOS_EVENT),
      },
      async handler(request, reply) {
        const given = readBody<NewChaosEvent>(newChaosEventRules.schema, request.body);
        const event = await chaosEvents.create(given, callOptions(request, reply));
        reply.code(201).header('location', `${URL}/${event.eventId}`);
        return tagged(reply, event);
      },
    },
    {
      method: 'GET',
      url: URL,
      schema: {
        operationId: 'listEvents',
        summary: 'List chaos events, the last recorded first',
        description: 'The events of one run (`runId`) are listed the oldest first.',
        tags,
        querystring: filter,
        response: readAnswers('One page', CHAOS_EVENT_PAGE),
      },
      handler(request, reply) {
        const query = readListQuery<ChaosEventFilter>(filter, request.query);
        return chaosEvents.find(query.filter, query.page, callOptions(request, reply));
      },
    },
    {
      method: 'GET',
      url: `${URL}/:eventId`,
      schema: {
        operationId: 'getEvent',
        summary: 'Read a chaos event',
        tags,
        params,
        response: readAnswers('The event', CHAOS_EVENT),
      },
      async handler(request, reply) {
        const id = idOf(request, 'eventId');
        return tagged(reply, found(await chaosEvents.getById(id, callOptions(request, reply)), 'event', id));
      },
    },
    {
      method: 'PATCH',
      url: `${URL}/:eventId`,
      schema: {
        operationId: 'changeEvent',
        summary: 'Change fields of a chaos event',
        description:
          'What is left out stays; null clears an optional field. The status moves by its own operations.',
        tags,
        params,
        headers: IF_MATCH,
        body: change,
        response: answers(200, 'The changed event', CHAOS_EVENT),
      },
      async handler(request, reply) {
        const { version, ...changes } = readBody<ChaosEventChanges & { version?: number }>(
          change,
          request.body,
        );
        const from = versionOf(request, version);
        const changed = await chaosEvents.update(
          idOf(request, 'eventId'),
          from,
          changes,
          callOptions(request, reply),
        );
        return tagged(reply, changed);
      },
    },
    {
      method: 'POST',
      url: `${URL}/:eventId/status`,
      schema: {
        operationId: 'moveEvent',
        summary: 'Move a chaos event to another status',
        tags,
        params,
        body: move,
        response: writeAnswers(200, 'The event in its status', CHAOS_EVENT),
      },
      async handler(request, reply) {
        const { status } = readBody<{ status: EventStatus }>(move, request.body);
        const moved = await chaosEvents.updateStatus(
          idOf(request, 'eventId'),
          status,
          callOptions(request, reply),
        );
        return tagged(reply, moved);
      },
    },
    {
      method: 'POST',
      url: `${URL}/:eventId/recovery`,
      schema: {
        operationId: 'recordRecovery',
        summary: 'Record that a chaos event is recovered from',
        description: 'What is left out is told by the clock of the store.',
        tags,
        params,
        body: eventRecoveryRules.schema,
        response: writeAnswers(200, 'The recovered event', CHAOS_EVENT),
      },
      async handler(request, reply) {
        const recovery = readBody<EventRecovery>(eventRecoveryRules.schema, request.body ?? {});
        const event = await chaosEvents.recordRecovery(
          idOf(request, 'eventId'),
          recovery,
          callOptions(request, reply),
        );
        return tagged(reply, event);
      },
    },
  ];
}
