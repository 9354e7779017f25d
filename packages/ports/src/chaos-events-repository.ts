import type {
  ChaosEvent,
  ChaosEventChanges,
  EventRecovery,
  EventStatus,
  EventType,
  NewChaosEvent,
  RecoveryStatistics,
} from '@test-coordinator/domain';

import type { CallOptions } from './call-options.js';
import type { ChaosEventFilter } from './filters.js';
import type { Page, PageRequest } from './page.js';
import { token, type Token } from './token.js';

/**
 * Faults injected during runs. Lists are newest first, by id; the events of one run (a filter with `runId`) are oldest
 * first. Each method may also reject with `CLOSED`, `UNAVAILABLE`, `TIMEOUT` or `INTERNAL`.
 */
export interface ChaosEventsRepository {
  /**
   * Records an event; an id is minted when none is given. `injectedAt` and the recovery times are stored as given.
   * Creating it again with the same id and content answers with the stored record as it is now.
   * Codes: `INVALID_ARGUMENT`; `REFERENCE_VIOLATION` for an unknown run; `ALREADY_EXISTS` for the same id with other content.
   */
  create(event: NewChaosEvent, options?: CallOptions): Promise<ChaosEvent>;

  /** The event, or `null`. Codes: `INVALID_ARGUMENT` for what is no event id. */
  getById(eventId: string, options?: CallOptions): Promise<ChaosEvent | null>;

  /**
   * Changes fields (never the status) in one guarded step; left out stays, `null` clears an optional field.
   * Codes: `INVALID_ARGUMENT`; `NOT_FOUND`; `VERSION_CONFLICT`.
   */
  update(
    eventId: string,
    version: number,
    changes: ChaosEventChanges,
    options?: CallOptions,
  ): Promise<ChaosEvent>;

  /** `find({ runId })`: oldest first; none for an unknown run. */
  getByRun(runId: string, page?: PageRequest, options?: CallOptions): Promise<Page<ChaosEvent>>;

  /** `find({ types: [eventType] })`. */
  getByType(eventType: EventType, page?: PageRequest, options?: CallOptions): Promise<Page<ChaosEvent>>;

  /** `find({ service: targetService })`. */
  getByService(targetService: string, page?: PageRequest, options?: CallOptions): Promise<Page<ChaosEvent>>;

  /**
   * Moves the status in one guarded step; to `recovered` as `recordRecovery` without details. Moving to the status it
   * is in changes nothing and answers with the record.
   * Codes: `INVALID_ARGUMENT`; `NOT_FOUND`; `ILLEGAL_TRANSITION`; `STALE_FENCE`.
   */
  updateStatus(eventId: string, status: EventStatus, options?: CallOptions): Promise<ChaosEvent>;

  /**
   * Moves the event to `recovered`. `recoveredAt` is the store's clock unless given; `recoveryTimeMs` is the time since
   * `injectedAt` unless given, and stays absent when `injectedAt` is in the future. The same recovery said again is a
   * no-op that answers with the event; another one is refused.
   * Codes: `INVALID_ARGUMENT`, also for a `recoveredAt` before `injectedAt`; `NOT_FOUND`; `ILLEGAL_TRANSITION`; `STALE_FENCE`.
   */
  recordRecovery(eventId: string, recovery?: EventRecovery, options?: CallOptions): Promise<ChaosEvent>;

  /** The events that match every field of the filter. Codes: `INVALID_ARGUMENT`, also for a field that is not known. */
  find(filter: ChaosEventFilter, page?: PageRequest, options?: CallOptions): Promise<Page<ChaosEvent>>;

  /** `find({ statuses: ['injected', 'in_progress'] })`: faults that are in place now. */
  getActiveEvents(page?: PageRequest, options?: CallOptions): Promise<Page<ChaosEvent>>;

  /**
   * Recovery times over the matching events (all, without a filter), with how many never recovered: those are counted
   * apart, never as 0 and never dropped. One consistent look at the store. Codes: `INVALID_ARGUMENT`.
   */
  calculateAverageRecoveryTime(filter?: ChaosEventFilter, options?: CallOptions): Promise<RecoveryStatistics>;
}
export const ChaosEventsRepository: Token<ChaosEventsRepository> = token('ChaosEventsRepository');
