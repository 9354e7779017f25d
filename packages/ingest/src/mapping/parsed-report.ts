import type {
  JsonObject,
  NewChaosEvent,
  NewScenario,
  NewTestResult,
  RunStatus,
} from '@test-coordinator/domain';

/** The formats that are read, by the name that reports give them. */
export const REPORT_FORMATS = [
  'chaostoolkit-journal',
  'chaostoolkit-experiment',
  'junit',
  'ctrf',
  'litmus',
  'chaos-mesh',
] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** What a report says, in the words of the domain. Nothing of it is stored yet. */
export interface ParsedReport {
  readonly format: ReportFormat;
  /** Its id is derived from what the report is about: two reports of one experiment share it. */
  readonly scenario: NewScenario;
  /** `null` for a definition that was not run. */
  readonly run: ParsedRun | null;
  /** Every lossy or guessed choice, and every contradiction in the file. */
  readonly warnings: readonly string[];
}

export interface ParsedRun {
  /** Source kind and source id or content hash: unique among all runs, so a second import finds the first. */
  readonly externalId: string;
  /** SHA-256 of the content, to tell a second import from another document about the same run. */
  readonly contentHash: string;
  readonly status: RunStatus;
  readonly startedAt: Date | null;
  readonly completedAt: Date | null;
  readonly durationMs: number | null;
  readonly testEnvironment: string | null;
  readonly errorMessage: string | null;
  /** Passed without having checked anything. */
  readonly unverified: boolean;
  readonly configurationSnapshot: JsonObject;
  readonly events: readonly ParsedEvent[];
  /** May be iterated more than once; made on the way for reports of many results. */
  readonly results: Iterable<ParsedResult>;
}

export type ParsedEvent = Omit<NewChaosEvent, 'runId' | 'eventId'>;

export interface ParsedResult extends Omit<NewTestResult, 'runId' | 'resultId' | 'correlationId'> {
  /** A trace id of the source, or a place in the run that is joined to the run's id when it is recorded. */
  readonly correlation?: { readonly traceId: string } | { readonly place: string };
}

/** What a caller may say about a report that the file itself leaves open. */
export interface ReadReportOptions {
  /** The file's name without its path: told in reports, and a JUnit scenario's name when the file has none. */
  readonly fileName?: string | undefined;
  /** The zone of JUnit times without an offset: `UTC`, `+02:00`, or an IANA name. @default UTC */
  readonly zone?: string | undefined;
  /** When the file was written: the start of a JUnit run whose file tells no time. */
  readonly fileTime?: Date | undefined;
  /** The environment that was tested; goes before what the file says. */
  readonly environment?: string | undefined;
  /** The scenario's name; goes before what the file says. JUnit and CTRF alone, the others carry their own. */
  readonly scenarioName?: string | undefined;
}
