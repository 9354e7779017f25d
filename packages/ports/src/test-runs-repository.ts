import type {
  DurationStatistics,
  ExcludedRun,
  FinalRunStatus,
  NewTestRun,
  PassRate,
  RunCompletion,
  RunStatus,
  TestRun,
  TestRunChanges,
} from '@test-coordinator/domain';

import type { CallOptions } from './call-options.js';
import type { TestRunFilter } from './filters.js';
import type { Page, PageRequest } from './page.js';
import { token, type Token } from './token.js';

/**
 * Executions of scenarios. Every list is newest first, by id. A state change carries the caller's `fence` when one is
 * given. Each method may also reject with `CLOSED`, `UNAVAILABLE`, `TIMEOUT` or `INTERNAL`.
 */
export interface TestRunsRepository {
  /**
   * Records a run; an id is minted when none is given. Any status may be the first (imports bring finished runs), and
   * times are stored as they are given. The store's clock sets `createdAt` and `updatedAt`; `version` starts at 1.
   * Creating it again with the same id and content answers with the stored record as it is now.
   * Codes: `INVALID_ARGUMENT`; `REFERENCE_VIOLATION` for an unknown scenario; `ALREADY_EXISTS` for the same id with
   * other content, or an `externalId` that another run has (then `details.field` is `externalId`).
   */
  create(run: NewTestRun, options?: CallOptions): Promise<TestRun>;

  /** The run, or `null`. Codes: `INVALID_ARGUMENT` for what is no run id. */
  getById(runId: string, options?: CallOptions): Promise<TestRun | null>;

  /**
   * Changes fields (never the status) in one guarded step; left out stays, `null` clears an optional field.
   * Codes: `INVALID_ARGUMENT`; `NOT_FOUND`; `VERSION_CONFLICT`; `ALREADY_EXISTS` for another run's `externalId`.
   */
  update(runId: string, version: number, changes: TestRunChanges, options?: CallOptions): Promise<TestRun>;

  /** Removes the run with its events and results in one step, and answers whether there was one. Codes: `INVALID_ARGUMENT`. */
  delete(runId: string, options?: CallOptions): Promise<boolean>;

  /**
   * Moves a pending run to running and sets `startedAt` (unless the run was created with one) by the store's clock.
   * A running run is answered as it is. Codes: `INVALID_ARGUMENT`; `NOT_FOUND`; `ILLEGAL_TRANSITION`; `STALE_FENCE`.
   */
  startRun(runId: string, options?: CallOptions): Promise<TestRun>;

  /**
   * Ends the run: `completedAt` by the store's clock, `durationMs` from `startedAt` (as it was given at creation, or
   * absent, when the run was never started). One guarded step: of fifty concurrent completions exactly one changes the run.
   * The same completion said again, or less of it, is a no-op that answers with the run; another status, exit code or
   * message is refused.
   * Codes: `INVALID_ARGUMENT`; `NOT_FOUND`; `ILLEGAL_TRANSITION`; `STALE_FENCE`.
   */
  completeRun(
    runId: string,
    status: FinalRunStatus,
    details?: RunCompletion,
    options?: CallOptions,
  ): Promise<TestRun>;

  /**
   * Ends the run as its process did: `passed` for exit code 0 and `failed` otherwise, with `durationMs` as told and
   * `completedAt` by the store's clock. Guarded and repeatable as `completeRun`; same codes.
   */
  recordCompletion(
    runId: string,
    exitCode: number,
    durationMs: number,
    options?: CallOptions,
  ): Promise<TestRun>;

  /**
   * Moves the status in one guarded step, setting the times as `startRun` and `completeRun` do. Moving to the status
   * it is in changes nothing and answers with the record. Codes as `startRun`.
   */
  updateStatus(runId: string, status: RunStatus, options?: CallOptions): Promise<TestRun>;

  /** The runs that match every field of the filter. Codes: `INVALID_ARGUMENT`, also for a field that is not known. */
  find(filter: TestRunFilter, page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>>;

  /** `find({ scenarioId })`; no runs for an unknown scenario. */
  getByScenario(scenarioId: string, page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>>;

  /** `find({ statuses: [status] })`. */
  getByStatus(status: RunStatus, page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>>;

  /** `find({ from, to })`: runs whose `startedAt` is in [from, to); none when `to` is not after `from`. */
  getRunsByDateRange(from: Date, to: Date, page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>>;

  /** `find({})`: all runs, the last recorded first. */
  getRecentRuns(page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>>;

  /** `find({ statuses: ['failed'] })`: weaknesses found. Runs in `error` are broken tests and are not among them. */
  getFailedRuns(page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>>;

  /**
   * The pass rate over the runs that match the filter (all, without one). Runs that are pending, running, error,
   * cancelled, timeout, or passed without having verified anything are counted in `excluded` and never in the rate.
   * One consistent look at the store. Codes: `INVALID_ARGUMENT`.
   */
  calculatePassRate(filter?: TestRunFilter, options?: CallOptions): Promise<PassRate<ExcludedRun>>;

  /** How long the matching runs took, over those that have a `durationMs`, in any status. Codes: `INVALID_ARGUMENT`. */
  getAverageDuration(filter?: TestRunFilter, options?: CallOptions): Promise<DurationStatistics>;
}
export const TestRunsRepository: Token<TestRunsRepository> = token('TestRunsRepository');
