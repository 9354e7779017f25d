import {
  ACTIVE_EVENT_STATUSES,
  EVENT_STATUSES,
  EVENT_TYPES,
  creationContent,
  eventRecoveryRules,
  newChaosEvent,
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
  readPage,
  refused,
  type CallOptions,
  type ChaosEventFilter,
  type ChaosEventsRepository,
  type Page,
  type PageRequest,
} from '@test-coordinator/ports';

import { givenOf, moveEvent, type EventMove } from './commands.js';
import type { DegradedCalls } from './degraded-calls.js';
import { matchesEvent } from './record-filters.js';
import type { RecordKind } from './record-kind.js';
import { refuseOther, unknownRecord } from './refusals.js';

/** Chaos events of a store that may be away; what each method does then stands in `CONDUCT`. */
export class SpooledChaosEventsRepository implements ChaosEventsRepository {
  constructor(
    private readonly store: ChaosEventsRepository,
    private readonly calls: DegradedCalls,
    private readonly kind: RecordKind<ChaosEvent>,
  ) {}

  async create(event: NewChaosEvent, options?: CallOptions): Promise<ChaosEvent> {
    const created = refused(() => newChaosEvent(event, () => this.calls.ids.next(), this.calls.clock.now()));
    const { eventId, runId } = created;
    const given = givenOf(created);
    return this.calls.write({
      options,
      key: runId,
      turn: eventId,
      direct: async () => this.kind.see(await this.store.create(given, options)),
      judge: (acceptedAt) => {
        const known = this.kind.get(eventId);
        if (known === undefined || known.version > 1) {
          const answer = known ?? newChaosEvent(given, () => eventId, acceptedAt);
          return { command: { method: 'chaosEvents.create', event: given }, answer };
        }
        if (creationContent(known) !== creationContent(created)) refuseOther('event', eventId);
        return { answer: known };
      },
    });
  }

  async getById(eventId: string, options?: CallOptions): Promise<ChaosEvent | null> {
    checkUuid(eventId, 'eventId');
    return this.kind.getById(eventId, options, () => this.store.getById(eventId, options));
  }

  async update(
    eventId: string,
    version: number,
    changes: ChaosEventChanges,
    options?: CallOptions,
  ): Promise<ChaosEvent> {
    const call = (): Promise<ChaosEvent> => this.store.update(eventId, version, changes, options);
    return this.kind.see(await this.calls.direct(this.kind.get(eventId)?.runId, call));
  }

  async getByRun(runId: string, page?: PageRequest, options?: CallOptions): Promise<Page<ChaosEvent>> {
    checkUuid(runId, 'runId');
    return this.#list({ runId }, page, options, () => this.store.getByRun(runId, page, options));
  }

  async getByType(
    eventType: EventType,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<Page<ChaosEvent>> {
    checkOneOf(eventType, EVENT_TYPES, 'eventType');
    const fromStore = (): Promise<Page<ChaosEvent>> => this.store.getByType(eventType, page, options);
    return this.#list({ types: [eventType] }, page, options, fromStore);
  }

  async getByService(
    targetService: string,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<Page<ChaosEvent>> {
    checkText(targetService, 'targetService');
    const fromStore = (): Promise<Page<ChaosEvent>> => this.store.getByService(targetService, page, options);
    return this.#list({ service: targetService }, page, options, fromStore);
  }

  async updateStatus(eventId: string, status: EventStatus, options?: CallOptions): Promise<ChaosEvent> {
    checkUuid(eventId, 'eventId');
    checkOneOf(status, EVENT_STATUSES, 'status');
    const move: EventMove = { method: 'chaosEvents.updateStatus', eventId, status };
    return this.#move(move, options, () => this.store.updateStatus(eventId, status, options));
  }

  async recordRecovery(
    eventId: string,
    recovery: EventRecovery = {},
    options?: CallOptions,
  ): Promise<ChaosEvent> {
    checkUuid(eventId, 'eventId');
    const said = refused(() => eventRecoveryRules.read(recovery));
    const move: EventMove = { method: 'chaosEvents.recordRecovery', eventId, recovery: said };
    return this.#move(move, options, () => this.store.recordRecovery(eventId, said, options));
  }

  async find(filter: ChaosEventFilter, page?: PageRequest, options?: CallOptions): Promise<Page<ChaosEvent>> {
    checkChaosEventFilter(filter);
    return this.#list(filter, page, options, () => this.store.find(filter, page, options));
  }

  async getActiveEvents(page?: PageRequest, options?: CallOptions): Promise<Page<ChaosEvent>> {
    const fromStore = (): Promise<Page<ChaosEvent>> => this.store.getActiveEvents(page, options);
    return this.#list({ statuses: ACTIVE_EVENT_STATUSES }, page, options, fromStore);
  }

  async calculateAverageRecoveryTime(
    filter?: ChaosEventFilter,
    options?: CallOptions,
  ): Promise<RecoveryStatistics> {
    return this.calls.figure(() => this.store.calculateAverageRecoveryTime(filter, options));
  }

  #move(
    move: EventMove,
    options: CallOptions | undefined,
    direct: () => Promise<ChaosEvent>,
  ): Promise<ChaosEvent> {
    const { eventId } = move;
    return this.calls.write({
      options,
      key: this.kind.get(eventId)?.runId,
      isMove: true,
      direct: async () => this.kind.see(await direct()),
      judge: (acceptedAt) => {
        const event = this.kind.get(eventId);
        if (event === undefined) throw unknownRecord('event', eventId);
        const moved = moveEvent(event, move, acceptedAt);
        return moved === event
          ? { answer: event }
          : { command: move, moved: { event: moved }, answer: moved };
      },
    });
  }

  #list(
    filter: ChaosEventFilter,
    request: PageRequest | undefined,
    options: CallOptions | undefined,
    fromStore: () => Promise<Page<ChaosEvent>>,
  ): Promise<Page<ChaosEvent>> {
    const { testRuns } = this.calls.known;
    return this.kind.list({
      options,
      page: readPage(request, 'id'),
      direction: filter.runId === undefined ? 'newest first' : 'oldest first',
      matches: (event) => matchesEvent(event, filter, testRuns.get(event.runId)),
      fromStore,
    });
  }
}
