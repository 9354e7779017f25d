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
  refused,
  type CallOptions,
  type ChaosEventFilter,
  type ChaosEventsRepository,
  type Page,
  type PageRequest,
} from '@test-coordinator/ports';

import { ChaosEventMoves } from './chaos-event-moves.js';
import type { Conditions } from './conditions.js';
import { DURATION_AGGREGATES, DURATION_COLUMNS, durationStatisticsOf } from './duration-aggregates.js';
import {
  assignments,
  guardedChange,
  disagreement,
  NO_FENCE,
  notFound,
  sendChange,
  versionConflict,
} from './record-changes.js';
import { RecordCreation } from './record-creation.js';
import { listById } from './record-lists.js';
import { RecordLookup } from './record-lookup.js';
import type { RecordTable } from './record-table.js';
import type { RepositoryContext } from './repository-context.js';
import { childConditions } from './run-conditions.js';

export class PostgresChaosEventsRepository implements ChaosEventsRepository {
  readonly #table: RecordTable<ChaosEvent>;
  readonly #creation: RecordCreation<ChaosEvent>;
  readonly #lookup: RecordLookup<ChaosEvent>;
  readonly #moves: ChaosEventMoves;

  constructor(private readonly context: RepositoryContext) {
    const { session, tables } = context;
    this.#table = tables.events;
    this.#creation = new RecordCreation(session, this.#table, {
      parent: { name: tables.runs.name, column: 'run_id', entity: 'run', property: 'runId' },
      movesOn: true,
    });
    this.#lookup = new RecordLookup(session, this.#table);
    this.#moves = new ChaosEventMoves(session, tables);
  }

  create(event: NewChaosEvent, options?: CallOptions): Promise<ChaosEvent> {
    const { session, clock, ids } = this.context;
    return session.write('chaosEvents.create', options, () =>
      this.#creation.create(refused(() => newChaosEvent(event, () => ids.next(), clock.now()))),
    );
  }

  getById(eventId: string, options?: CallOptions): Promise<ChaosEvent | null> {
    return this.context.session.read('chaosEvents.getById', options, () => {
      checkUuid(eventId, 'eventId');
      return this.#lookup.find(eventId);
    });
  }

  update(
    eventId: string,
    version: number,
    changes: ChaosEventChanges,
    options?: CallOptions,
  ): Promise<ChaosEvent> {
    return this.context.session.write('chaosEvents.update', options, async () => {
      checkUuid(eventId, 'eventId');
      checkVersion(version);
      const fields = refused(() => chaosEventChangeRules.read(changes));
      const { set, values, shape } = assignments(this.#table, fields, 4);
      const change = guardedChange(this.#table, {
        name: `event-update-${shape}`,
        set,
        // A new injection is not after the recovery: the domain says so of the changed record.
        guard:
          't.version = $2 AND ($3::timestamptz IS NULL OR t.recovered_at IS NULL OR t.recovered_at >= $3)',
        fence: NO_FENCE,
      });
      const injectedAt = fields.injectedAt?.toISOString() ?? null;
      const outcome = await sendChange(this.context.session, this.#table, change, [
        eventId,
        version,
        injectedAt,
        ...values,
      ]);
      if (outcome === undefined) throw notFound('event', eventId);
      if ('changed' in outcome) return outcome.changed;
      if (outcome.unchanged.version !== version) throw versionConflict('event', eventId, version);
      refused(() => changeChaosEvent(outcome.unchanged, fields));
      throw disagreement('event', eventId);
    });
  }

  getByRun(runId: string, page?: PageRequest, options?: CallOptions): Promise<Page<ChaosEvent>> {
    return this.context.session.read('chaosEvents.getByRun', options, () => {
      checkUuid(runId, 'runId');
      return this.#list({ runId }, page);
    });
  }

  getByType(eventType: EventType, page?: PageRequest, options?: CallOptions): Promise<Page<ChaosEvent>> {
    return this.context.session.read('chaosEvents.getByType', options, () => {
      checkOneOf(eventType, EVENT_TYPES, 'eventType');
      return this.#list({ types: [eventType] }, page);
    });
  }

  getByService(targetService: string, page?: PageRequest, options?: CallOptions): Promise<Page<ChaosEvent>> {
    return this.context.session.read('chaosEvents.getByService', options, () => {
      checkText(targetService, 'targetService');
      return this.#list({ service: targetService }, page);
    });
  }

  updateStatus(eventId: string, status: EventStatus, options?: CallOptions): Promise<ChaosEvent> {
    return this.context.session.write('chaosEvents.updateStatus', options, () => {
      checkUuid(eventId, 'eventId');
      checkOneOf(status, EVENT_STATUSES, 'status');
      const now = this.context.clock.now();
      const judge = (event: ChaosEvent): ChaosEvent => moveChaosEvent(event, status, now);
      return status === 'recovered'
        ? this.#moves.recover(eventId, { now }, options, judge)
        : this.#moves.move(eventId, status, options, judge);
    });
  }

  recordRecovery(eventId: string, recovery: EventRecovery = {}, options?: CallOptions): Promise<ChaosEvent> {
    return this.context.session.write('chaosEvents.recordRecovery', options, () => {
      checkUuid(eventId, 'eventId');
      const said = refused(() => eventRecoveryRules.read(recovery));
      const now = this.context.clock.now();
      return this.#moves.recover(eventId, { now, ...said }, options, (event) =>
        recoverChaosEvent(event, said, now),
      );
    });
  }

  find(filter: ChaosEventFilter, page?: PageRequest, options?: CallOptions): Promise<Page<ChaosEvent>> {
    return this.context.session.read('chaosEvents.find', options, () => this.#list(filter, page));
  }

  getActiveEvents(page?: PageRequest, options?: CallOptions): Promise<Page<ChaosEvent>> {
    return this.find({ statuses: ACTIVE_EVENT_STATUSES }, page, options);
  }

  calculateAverageRecoveryTime(
    filter: ChaosEventFilter = {},
    options?: CallOptions,
  ): Promise<RecoveryStatistics> {
    return this.context.session.read('chaosEvents.calculateAverageRecoveryTime', options, async () => {
      const conditions = this.#conditions(filter);
      const measured = `CASE WHEN t.status = 'recovered' THEN t.recovery_time_ms END`;
      const text = `SELECT ${DURATION_AGGREGATES(measured)},
  count(*) FILTER (WHERE t.status = 'recovered' AND t.recovery_time_ms IS NULL),
  count(*) FILTER (WHERE t.status IN ('injected', 'in_progress')),
  count(*) FILTER (WHERE t.status = 'failed'),
  count(*) FILTER (WHERE t.status = 'pending')
FROM ${this.#table.name} t WHERE ${conditions.sql}`;
      const [row] = await this.context.session.query({ text }, conditions.values, 'read');
      const counts = row!.slice(DURATION_COLUMNS) as [number, number, number, number];
      const [unmeasured, neverRecovered, failed, pending] = counts;
      return { ...durationStatisticsOf(row!), unmeasured, neverRecovered, failed, pending };
    });
  }

  #list(filter: ChaosEventFilter, page: PageRequest | undefined): Promise<Page<ChaosEvent>> {
    const conditions = this.#conditions(filter);
    const order = filter.runId === undefined ? 'newest' : 'oldest';
    return listById(this.context.session, this.#table, conditions, readPage(page, 'id'), order);
  }

  #conditions(filter: ChaosEventFilter): Conditions {
    checkChaosEventFilter(filter);
    return childConditions(filter, this.context.tables)
      .anyOf('t.status', filter.statuses)
      .anyOf('t.event_type', filter.types)
      .where('t.target_service = $?', filter.service)
      .range('t.injected_at', filter);
  }
}
