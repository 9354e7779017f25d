import {
  ACTIVE_EVENT_STATUSES,
  chaosEventChangeRules,
  EVENT_STATUSES,
  EVENT_TYPES,
  eventRecoveryRules,
  newChaosEventRules,
  type ChaosEvent,
  type ChaosEventChanges,
  type EventRecovery,
  type EventStatus,
  type EventType,
  type NewChaosEvent,
  type RecoveryStatistics,
} from '@test-coordinator/domain';
import {
  checkChaosEventFilter,
  checkOneOf,
  checkText,
  checkUuid,
  checkVersion,
  readPage,
  type CallOptions,
  type ChaosEventFilter,
  type ChaosEventsRepository,
  type IdGenerator,
  type Page,
  type PageRequest,
} from '@test-coordinator/ports';

import { pageReader, readChaosEvent, readFigures } from './answer-readers.js';
import type { Asked, CoordinatorCalls } from './coordinator-calls.js';
import type { OperationName } from './operations.js';

const readChaosEvents = pageReader(readChaosEvent);

/** Chaos events over HTTP. Their ids are minted here, so that one whose answer was lost can be sent again. */
export class HttpChaosEventsRepository implements ChaosEventsRepository {
  readonly #calls: CoordinatorCalls;
  readonly #ids: IdGenerator;

  constructor(calls: CoordinatorCalls, ids: IdGenerator) {
    this.#calls = calls;
    this.#ids = ids;
  }

  create(event: NewChaosEvent, options?: CallOptions): Promise<ChaosEvent> {
    const ask = (): Asked => {
      const body = newChaosEventRules.read(event, () => this.#ids.next());
      return { body, entity: 'event', id: body.eventId! };
    };
    return this.#calls.ask('createEvent', options, ask, readChaosEvent);
  }

  getById(eventId: string, options?: CallOptions): Promise<ChaosEvent | null> {
    return this.#calls.find('getEvent', options, () => about(eventId), readChaosEvent);
  }

  update(
    eventId: string,
    version: number,
    changes: ChaosEventChanges,
    options?: CallOptions,
  ): Promise<ChaosEvent> {
    return this.#change('changeEvent', eventId, options, () => {
      checkVersion(version);
      return { ...chaosEventChangeRules.read(changes), version };
    });
  }

  getByRun(runId: string, page?: PageRequest, options?: CallOptions): Promise<Page<ChaosEvent>> {
    const filter = (): ChaosEventFilter => {
      checkUuid(runId, 'runId');
      return { runId };
    };
    return this.#list(filter, page, options);
  }

  getByType(eventType: EventType, page?: PageRequest, options?: CallOptions): Promise<Page<ChaosEvent>> {
    const filter = (): ChaosEventFilter => {
      checkOneOf(eventType, EVENT_TYPES, 'eventType');
      return { types: [eventType] };
    };
    return this.#list(filter, page, options);
  }

  getByService(targetService: string, page?: PageRequest, options?: CallOptions): Promise<Page<ChaosEvent>> {
    const filter = (): ChaosEventFilter => {
      checkText(targetService, 'targetService');
      return { service: targetService };
    };
    return this.#list(filter, page, options);
  }

  updateStatus(eventId: string, status: EventStatus, options?: CallOptions): Promise<ChaosEvent> {
    return this.#change('moveEvent', eventId, options, () => {
      checkOneOf(status, EVENT_STATUSES, 'status');
      return { status };
    });
  }

  recordRecovery(eventId: string, recovery: EventRecovery = {}, options?: CallOptions): Promise<ChaosEvent> {
    return this.#change('recordRecovery', eventId, options, () => eventRecoveryRules.read(recovery));
  }

  find(filter: ChaosEventFilter, page?: PageRequest, options?: CallOptions): Promise<Page<ChaosEvent>> {
    return this.#list(() => filter, page, options);
  }

  getActiveEvents(page?: PageRequest, options?: CallOptions): Promise<Page<ChaosEvent>> {
    return this.#list(() => ({ statuses: ACTIVE_EVENT_STATUSES }), page, options);
  }

  calculateAverageRecoveryTime(
    filter: ChaosEventFilter = {},
    options?: CallOptions,
  ): Promise<RecoveryStatistics> {
    const ask = (): Asked => ({ query: { ...checkChaosEventFilter(filter) } });
    return this.#calls.ask('getRecoveryTimes', options, ask, readFigures<RecoveryStatistics>);
  }

  #change(
    operation: OperationName,
    eventId: string,
    options: CallOptions | undefined,
    bodyOf: () => object,
  ): Promise<ChaosEvent> {
    const ask = (): Asked => ({ ...about(eventId), body: bodyOf() });
    return this.#calls.ask(operation, options, ask, readChaosEvent);
  }

  #list(
    filterOf: () => ChaosEventFilter,
    page: PageRequest | undefined,
    options: CallOptions | undefined,
  ): Promise<Page<ChaosEvent>> {
    const ask = (): Asked => {
      const filter = checkChaosEventFilter(filterOf());
      readPage(page, 'id');
      return { query: { ...filter, ...page } };
    };
    return this.#calls.ask('listEvents', options, ask, readChaosEvents);
  }
}

function about(eventId: string): Asked {
  checkUuid(eventId, 'eventId');
  return { path: { eventId }, entity: 'event', id: eventId };
}
