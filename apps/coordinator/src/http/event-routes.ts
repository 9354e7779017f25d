import {
  chaosEventChangeRules,
  EVENT_STATUSES,
  eventRecoveryRules,
  newChaosEventRules,
  type ChaosEventChanges,
  type EventRecovery,
  type EventStatus,
  type NewChaosEvent,
} from '@test-coordinator/domain';
import type { ChaosEventFilter, ChaosEventsRepository } from '@test-coordinator/ports';

import { listQuery, type ApiRoute } from './api-route.js';
import { EVENT_FILTER } from './filters.js';
import type { IdempotencyKeys } from './idempotency-keys.js';
import {
  changeRoute,
  createRoute,
  getRoute,
  listRoute,
  moveRoute,
  type RecordKind,
} from './record-routes.js';
import { CHAOS_EVENT, CHAOS_EVENT_PAGE } from './record-schemas.js';
import { statusBody } from './request-schemas.js';

const EVENTS: RecordKind = {
  url: '/api/v1/events',
  tags: ['events'],
  id: 'eventId',
  noun: 'event',
  title: 'chaos event',
  record: CHAOS_EVENT,
  page: CHAOS_EVENT_PAGE,
};

export function eventRoutes(chaosEvents: ChaosEventsRepository, keys: IdempotencyKeys): ApiRoute[] {
  return [
    createRoute(EVENTS, {
      operationId: 'createEvent',
      summary: 'Record a chaos event',
      description:
        'An event with an id that is sent again answers with the stored one, so that a retry is safe.',
      body: newChaosEventRules.schema,
      keys,
      create: (given: NewChaosEvent, options) => chaosEvents.create(given, options),
    }),
    listRoute(EVENTS, {
      operationId: 'listEvents',
      summary: 'List chaos events, the last recorded first',
      description: 'The events of one run (`runId`) are listed the oldest first.',
      filter: listQuery(EVENT_FILTER),
      find: (filter: ChaosEventFilter, page, options) => chaosEvents.find(filter, page, options),
    }),
    getRoute(EVENTS, {
      operationId: 'getEvent',
      summary: 'Read a chaos event',
      getById: (id, options) => chaosEvents.getById(id, options),
    }),
    changeRoute(EVENTS, {
      operationId: 'changeEvent',
      summary: 'Change fields of a chaos event',
      description:
        'What is left out stays; null clears an optional field. The status moves by its own operations.',
      changes: chaosEventChangeRules.schema,
      update: (id, version, changes: ChaosEventChanges, options) =>
        chaosEvents.update(id, version, changes, options),
    }),
    moveRoute(EVENTS, {
      step: 'status',
      operationId: 'moveEvent',
      summary: 'Move a chaos event to another status',
      body: statusBody(EVENT_STATUSES),
      moved: 'The event in its status',
      move: (id, { status }: { status: EventStatus }, options) =>
        chaosEvents.updateStatus(id, status, options),
    }),
    moveRoute(EVENTS, {
      step: 'recovery',
      operationId: 'recordRecovery',
      summary: 'Record that a chaos event is recovered from',
      description: 'What is left out is told by the clock of the store.',
      body: eventRecoveryRules.schema,
      moved: 'The recovered event',
      isBodyOptional: true,
      move: (id, recovery: EventRecovery, options) => chaosEvents.recordRecovery(id, recovery, options),
    }),
  ];
}
