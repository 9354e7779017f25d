import type {
  AssertionType,
  EventStatus,
  EventType,
  ExcludedResult,
  PassRate,
  ResultStatus,
  RunStatus,
  ScenarioType,
} from '@test-coordinator/domain';

import type { ReportFormat } from '../mapping/parsed-report.js';
import type { RefusalCode } from '../source/report-refused-error.js';

/**
 * What an import answers with, and what a report of a recorded run looks like. The shape is stable: scripts rely on
 * it. Members up to `error` never change; those after it may be joined by more. As JSON, times are ISO 8601 in UTC.
 */
export interface ImportReport {
  readonly reports: readonly ReportEntry[];
}

export type ImportOutcome = 'recorded' | 'duplicate' | 'refused';

export interface ReportEntry {
  /** As the caller named it; `-` when it has no name. */
  readonly file: string;
  /** `unknown` when the source was refused before it was recognised, `native` for a run that no import made. */
  readonly format: ReportFormat | 'unknown' | 'native';
  readonly outcome: ImportOutcome;
  /** `null` when the source was refused. */
  readonly scenario: ReportedScenario | null;
  /** `null` for a definition that was not run, and when the source was refused. */
  readonly run: ReportedRun | null;
  readonly results: ReportedResults;
  /** Over the results. The rate is `null` when nothing was decided, and for an unverified run. */
  readonly passRate: PassRate<ExcludedResult>;
  readonly events: readonly ReportedEvent[];
  /** What the import left out, guessed, or found contradictory. */
  readonly warnings: readonly string[];
  /** Present when the source was refused. */
  readonly error?: { readonly code: RefusalCode; readonly message: string };
  /** The run passed without having checked anything. */
  readonly unverified: boolean;
  /** Why the run did not pass, in one sentence, where that is known. */
  readonly reason: string | null;
  readonly testEnvironment: string | null;
  /** Results that failed or could not be checked, oldest first; at most `MAX_FAILURES`. */
  readonly failures: readonly ReportedFailure[];
  /** How many there are in all. */
  readonly failureCount: number;
}

export interface ReportedScenario {
  readonly scenarioId: string;
  readonly name: string;
  readonly scenarioType: ScenarioType;
}

export interface ReportedRun {
  readonly runId: string;
  readonly status: RunStatus;
  readonly startedAt: Date | null;
  readonly completedAt: Date | null;
  readonly durationMs: number | null;
}

export interface ReportedResults extends Readonly<Record<ResultStatus, number>> {
  /** Of the passed ones, those that passed only after another attempt. */
  readonly flaky: number;
  readonly total: number;
}

export interface ReportedEvent {
  readonly eventType: EventType;
  readonly targetService: string;
  readonly status: EventStatus;
  readonly injectedAt: Date;
  readonly durationMs: number | null;
  /** `null` when it never recovered, or nothing told how long it took: the status tells which. */
  readonly recoveryTimeMs: number | null;
}

export interface ReportedFailure {
  readonly name: string | null;
  readonly assertionType: AssertionType;
  /** `failed` or `error`. */
  readonly status: ResultStatus;
  readonly expectedValue: string;
  readonly actualValue: string;
  readonly errorDetails: string | null;
  /** The phase of a journal, or the suite of a test report. */
  readonly where: string | null;
}

/** Most failures that one report lists. */
export const MAX_FAILURES = 50;

export const NO_RESULTS: ReportedResults = Object.freeze({
  passed: 0,
  failed: 0,
  skipped: 0,
  error: 0,
  flaky: 0,
  total: 0,
});
