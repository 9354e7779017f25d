import type {
  ChaosEvent,
  EventRecovery,
  EventStatus,
  EventType,
  RecoveryStatistics,
} from '@test-coordinator/domain';
import type {
  CallOptions,
  ChaosEventFilter,
  ChaosEventsRepository,
  Clock,
  IdGenerator,
  Page,
  PageRequest,
} from '@test-coordinator/ports';

import { equals, isOneOf, isWithin } from './model-filters.js';
import { modelPage } from './model-page.js';
import { refuseIf } from './model-refusal.js';
import { modelDurations } from './model-statistics.js';
import {
  changed,
  createdBefore,
  judgeFence,
  rememberFence,
  rowOf,
  storable,
  withRow,
  type RecordsState,
  type Row,
} from './records-state.js';
import type { Synchronous } from './synchronous.js';

const LEGAL_MOVES = new Set([
  'pending → injected',
  'pending → failed',
  'injected → in_progress',
  'injected → recovered',
  'injected → failed',
  'in_progress → recovered',
  'in_progress → failed',
]);

/** What the contract says of chaos events, on plain maps. Inputs are valid. */
export class ChaosEventsModel implements Synchronous<ChaosEventsRepository> {
  constructor(
    private readonly state: RecordsState,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
  ) {}

  create(input: Parameters<ChaosEventsRepository['create']>[0]): ChaosEvent {
    const eventId = input.eventId ?? this.ids.next();
    const given = storable({ ...input, eventId }, { status: 'pending', parameters: {} });
    const row = this.state.events.get(eventId);
    const stored = createdBefore(row, given);
    if (stored !== undefined) return stored;
    refuseIf({ ALREADY_EXISTS: row !== undefined, REFERENCE_VIOLATION: !this.state.runs.has(input.runId) });
    const record = { ...given, createdAt: this.clock.now(), version: 1 } as unknown as ChaosEvent;
    return this.#store({ record, given });
  }

  getById(eventId: string): ChaosEvent | null {
    return this.state.events.get(eventId)?.record ?? null;
  }

  update(
    eventId: string,
    version: number,
    changes: Parameters<ChaosEventsRepository['update']>[2],
  ): ChaosEvent {
    const row = rowOf(this.state.events, eventId);
    refuseIf({ VERSION_CONFLICT: row.record.version !== version });
    const record = changed(row.record, changes);
    const { injectedAt } = changes;
    const tooEarly =
      injectedAt != null && record.recoveredAt !== undefined && record.recoveredAt < injectedAt;
    refuseIf({ INVALID_ARGUMENT: tooEarly }, 'recoveredAt');
    return this.#store({ ...row, record });
  }

  getByRun(runId: string, page?: PageRequest): Page<ChaosEvent> {
    return this.find({ runId }, page);
  }

  getByType(eventType: EventType, page?: PageRequest): Page<ChaosEvent> {
    return this.find({ types: [eventType] }, page);
  }

  getByService(service: string, page?: PageRequest): Page<ChaosEvent> {
    return this.find({ service }, page);
  }

  updateStatus(eventId: string, status: EventStatus, options?: CallOptions): ChaosEvent {
    if (status === 'recovered') return this.recordRecovery(eventId, {}, options);
    const row = rowOf(this.state.events, eventId);
    judgeFence(this.state, row.record.runId, options);
    if (row.record.status === status) return row.record;
    return this.#move(row, { status }, options);
  }

  recordRecovery(eventId: string, recovery: EventRecovery = {}, options?: CallOptions): ChaosEvent {
    const row = rowOf(this.state.events, eventId);
    const { runId, status, injectedAt, recoveredAt, recoveryTimeMs } = row.record;
    judgeFence(this.state, runId, options);
    const tooEarly = recovery.recoveredAt != null && recovery.recoveredAt < injectedAt;
    if (status === 'recovered') {
      const otherTime =
        recovery.recoveredAt != null && recovery.recoveredAt.getTime() !== recoveredAt?.getTime();
      const otherDuration = recovery.recoveryTimeMs != null && recovery.recoveryTimeMs !== recoveryTimeMs;
      refuseIf({ INVALID_ARGUMENT: tooEarly, ILLEGAL_TRANSITION: otherTime || otherDuration }, 'recoveredAt');
      return row.record;
    }
    const at = recovery.recoveredAt ?? this.clock.now();
    const elapsed = at.getTime() - injectedAt.getTime();
    const measured = recovery.recoveryTimeMs ?? (elapsed < 0 ? undefined : elapsed);
    const changes = { status: 'recovered', recoveredAt: at, recoveryTimeMs: measured } as const;
    return this.#move(row, changes, options, tooEarly);
  }

  find(filter: ChaosEventFilter, page?: PageRequest): Page<ChaosEvent> {
    const ascending = filter.runId !== undefined;
    return modelPage(
      this.#matching(filter),
      { kind: 'id', keyOf: ({ eventId }) => [eventId], ascending },
      page,
    );
  }

  getActiveEvents(page?: PageRequest): Page<ChaosEvent> {
    return this.find({ statuses: ['injected', 'in_progress'] }, page);
  }

  calculateAverageRecoveryTime(filter: ChaosEventFilter = {}): RecoveryStatistics {
    const events = this.#matching(filter);
    const recovered = events.filter(({ status }) => status === 'recovered');
    const inStatus = (...statuses: readonly EventStatus[]): number =>
      events.filter(({ status }) => statuses.includes(status)).length;
    return {
      ...modelDurations(recovered.flatMap(({ recoveryTimeMs }) => recoveryTimeMs ?? [])),
      unmeasured: recovered.filter(({ recoveryTimeMs }) => recoveryTimeMs === undefined).length,
      neverRecovered: inStatus('injected', 'in_progress'),
      failed: inStatus('failed'),
      pending: inStatus('pending'),
    };
  }

  #matching(filter: ChaosEventFilter): readonly ChaosEvent[] {
    const { scenarioId, runId, statuses, types, service, environment } = filter;
    return [...this.state.events.values()]
      .map(({ record }) => record)
      .filter((event) => {
        const { record: run } = rowOf(this.state.runs, event.runId);
        return (
          equals(runId, event.runId) &&
          isOneOf(statuses, event.status) &&
          isOneOf(types, event.eventType) &&
          equals(service, event.targetService) &&
          isWithin(filter, event.injectedAt) &&
          equals(scenarioId, run.scenarioId) &&
          equals(environment, run.testEnvironment)
        );
      });
  }

  #move(
    row: Row<ChaosEvent>,
    changes: { readonly status: EventStatus },
    options: CallOptions | undefined,
    tooEarly = false,
  ): ChaosEvent {
    refuseIf(
      {
        INVALID_ARGUMENT: tooEarly,
        ILLEGAL_TRANSITION: !LEGAL_MOVES.has(`${row.record.status} → ${changes.status}`),
      },
      'recoveredAt',
    );
    rememberFence(this.state, row.record.runId, options);
    return this.#store({ ...row, record: changed(row.record, changes) });
  }

  #store(row: Row<ChaosEvent>): ChaosEvent {
    this.state.events = withRow(this.state.events, row.record.eventId, row);
    return row.record;
  }
}
