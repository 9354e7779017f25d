import {
  ACTIVE_EVENT_STATUSES,
  changeChaosEvent,
  chaosEventChangeRules,
  EVENT_STATUSES,
  EVENT_TYPES,
  eventRecoveryRules,
  moveChaosEvent,
  newChaosEvent,
  recoverChaosEvent,
  recoveryStatistics,
  type ChaosEvent,
  type ChaosEventChanges,
  type EventRecovery,
  type EventStatus,
  type EventType,
  type NewChaosEvent,
  type RecoveryStatistics,
} from '@test-coordinator/domain';
import {
  checkOneOf,
  checkText,
  checkUuid,
  checkVersion,
  readPage,
  type CallOptions,
  type ChaosEventFilter,
  type ChaosEventsRepository,
  type Page,
  type PageRequest,
} from '@test-coordinator/ports';

import { pageOf } from './page-of.js';
import { selectEvents } from './record-filters.js';
import { checkFenceIsCurrent } from './record-rules.js';
import { checkSameCreation, notFound, unknownParent, versionConflict } from './refusals.js';
import type { RepositoryContext } from './repository-context.js';
import type { Stored } from './stored.js';

const createdIds = ({ eventId, runId }: ChaosEvent) => ({ eventId, runId });

/** Chaos events in memory. */
export class StubChaosEventsRepository implements ChaosEventsRepository {
  readonly #context: RepositoryContext;

  constructor(context: RepositoryContext) {
    this.#context = context;
  }

  create(event: NewChaosEvent, options?: CallOptions): Promise<ChaosEvent> {
    const { records, calls, clock, ids } = this.#context;
    return calls.write('chaosEvents.create', createdIds, options, () => {
      const created = newChaosEvent(event, () => ids.next(), clock.now());
      const { eventId, runId } = created;
      const stored = records.events.get(eventId);
      if (stored !== undefined) {
        checkSameCreation('event', stored, created);
        return stored.record;
      }
      if (records.runs.get(runId) === undefined) throw unknownParent('event', eventId, 'run', runId, 'runId');
      records.events.insert(created);
      return created;
    });
  }

  getById(eventId: string, options?: CallOptions): Promise<ChaosEvent | null> {
    const { records, calls } = this.#context;
    return calls.read('chaosEvents.getById', { eventId }, options, () => {
      const stored = records.events.get(eventId);
      // An id that is there is sound: only the others need the check.
      if (stored === undefined) checkUuid(eventId, 'eventId');
      return stored?.record ?? null;
    });
  }

  update(
    eventId: string,
    version: number,
    changes: ChaosEventChanges,
    options?: CallOptions,
  ): Promise<ChaosEvent> {
    const { records, calls } = this.#context;
    return calls.write('chaosEvents.update', { eventId }, options, () => {
      checkUuid(eventId, 'eventId');
      checkVersion(version);
      const read = chaosEventChangeRules.read(changes);
      const stored = this.#existing(eventId);
      const actual = stored.record.version;
      if (actual !== version) throw versionConflict('event', eventId, { expected: version, actual });
      const changed = changeChaosEvent(stored.record, read);
      records.events.replace(stored, changed);
      return changed;
    });
  }

  getByRun(runId: string, page?: PageRequest, options?: CallOptions): Promise<Page<ChaosEvent>> {
    const filter = (): ChaosEventFilter => {
      checkUuid(runId, 'runId');
      return { runId };
    };
    return this.#list('chaosEvents.getByRun', filter, page, options);
  }

  getByType(eventType: EventType, page?: PageRequest, options?: CallOptions): Promise<Page<ChaosEvent>> {
    const filter = (): ChaosEventFilter => {
      checkOneOf(eventType, EVENT_TYPES, 'eventType');
      return { types: [eventType] };
    };
    return this.#list('chaosEvents.getByType', filter, page, options);
  }

  getByService(targetService: string, page?: PageRequest, options?: CallOptions): Promise<Page<ChaosEvent>> {
    const filter = (): ChaosEventFilter => {
      checkText(targetService, 'targetService');
      return { service: targetService };
    };
    return this.#list('chaosEvents.getByService', filter, page, options);
  }

  updateStatus(eventId: string, status: EventStatus, options?: CallOptions): Promise<ChaosEvent> {
    const check = (): void => checkOneOf(status, EVENT_STATUSES, 'status');
    const move = (event: ChaosEvent, now: Date): ChaosEvent => moveChaosEvent(event, status, now);
    return this.#move('chaosEvents.updateStatus', eventId, options, check, move);
  }

  recordRecovery(eventId: string, recovery: EventRecovery = {}, options?: CallOptions): Promise<ChaosEvent> {
    const check = (): unknown => eventRecoveryRules.read(recovery);
    const recover = (event: ChaosEvent, now: Date): ChaosEvent => recoverChaosEvent(event, recovery, now);
    return this.#move('chaosEvents.recordRecovery', eventId, options, check, recover);
  }

  find(filter: ChaosEventFilter, page?: PageRequest, options?: CallOptions): Promise<Page<ChaosEvent>> {
    return this.#list('chaosEvents.find', () => filter, page, options);
  }

  getActiveEvents(page?: PageRequest, options?: CallOptions): Promise<Page<ChaosEvent>> {
    return this.#list(
      'chaosEvents.getActiveEvents',
      () => ({ statuses: ACTIVE_EVENT_STATUSES }),
      page,
      options,
    );
  }

  calculateAverageRecoveryTime(
    filter: ChaosEventFilter = {},
    options?: CallOptions,
  ): Promise<RecoveryStatistics> {
    const { records, calls } = this.#context;
    return calls.read('chaosEvents.calculateAverageRecoveryTime', {}, options, () => {
      const events = records.events.scan(selectEvents(filter), { direction: 'ascending' });
      return recoveryStatistics(Array.from(events, ({ record }) => record));
    });
  }

  #move(
    operation: string,
    eventId: string,
    options: CallOptions | undefined,
    check: () => unknown,
    move: (event: ChaosEvent, now: Date) => ChaosEvent,
  ): Promise<ChaosEvent> {
    const { records, calls, clock } = this.#context;
    return calls.write(operation, { eventId }, options, () => {
      checkUuid(eventId, 'eventId');
      check();
      const stored = this.#existing(eventId);
      const { runId } = stored.record;
      checkFenceIsCurrent(records, runId, 'event', eventId, options);
      const moved = move(stored.record, clock.now());
      if (moved === stored.record) return moved;
      records.events.replace(stored, moved);
      if (options?.fence !== undefined) records.raiseFence(runId, options.fence);
      return moved;
    });
  }

  #list(
    operation: string,
    filterOf: () => ChaosEventFilter,
    page: PageRequest | undefined,
    options: CallOptions | undefined,
  ): Promise<Page<ChaosEvent>> {
    const { records, calls } = this.#context;
    return calls.read(operation, {}, options, () => {
      const filter = filterOf();
      const selection = selectEvents(filter);
      const direction = filter.runId === undefined ? 'descending' : 'ascending';
      return pageOf(records.events, selection, readPage(page, 'id'), direction);
    });
  }

  #existing(eventId: string): Stored<ChaosEvent> {
    const stored = this.#context.records.events.get(eventId);
    if (stored === undefined) throw notFound('event', eventId);
    return stored;
  }
}
