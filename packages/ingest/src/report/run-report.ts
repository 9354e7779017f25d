import {
  resultPassRate,
  type ChaosEvent,
  type JsonObject,
  type Scenario,
  type TestResult,
  type TestRun,
} from '@test-coordinator/domain';
import {
  DataAdapterError,
  MAX_PAGE_LIMIT,
  type CallOptions,
  type Repositories,
} from '@test-coordinator/ports';

import { objectOf, textOf, textsOf } from '../source/json-access.js';
import { REPORT_FORMATS } from '../mapping/parsed-report.js';
import {
  MAX_FAILURES,
  NO_RESULTS,
  type ImportReport,
  type ReportEntry,
  type ReportedEvent,
  type ReportedFailure,
  type ReportedResults,
  type ReportedScenario,
} from './report-entry.js';
import { cutText } from '../mapping/stored-text.js';

/** What is shown of one failure's details; the record holds more. */
const SHOWN_DETAILS = 2_000;

/**
 * The report of a recorded run, however it was recorded. Reads in several steps: a run that is still being written to
 * may be counted between two of them. Codes: `NOT_FOUND` for an unknown run; `INVALID_ARGUMENT`.
 */
export async function runReport(
  repositories: Repositories,
  runId: string,
  options?: CallOptions,
): Promise<ImportReport> {
  const run = await repositories.testRuns.getById(runId, options);
  if (run === null) {
    throw new DataAdapterError('NOT_FOUND', `run ${runId} does not exist; list the runs to find it`, {
      entity: 'run',
      id: runId,
    });
  }
  const source = objectOf(run.configurationSnapshot['source']);
  return {
    reports: [
      await entryOfRun(
        repositories,
        run,
        { file: textOf(source?.['fileName']) ?? '-', outcome: 'recorded' },
        options,
      ),
    ],
  };
}

/** The entry of one recorded run; `first` goes before the warnings that were kept at its import. */
export async function entryOfRun(
  repositories: Repositories,
  run: TestRun,
  told: Pick<ReportEntry, 'file' | 'outcome'> & { readonly firstWarnings?: readonly string[] },
  options?: CallOptions,
): Promise<ReportEntry> {
  const { runId } = run;
  const scenario = await repositories.scenarios.getById(run.scenarioId, options);
  const results = await resultCounts(repositories, runId, options);
  const failures = await repositories.testResults.find(
    { runId, statuses: ['failed', 'error'] },
    { limit: MAX_FAILURES },
    options,
  );
  const passRate = resultPassRate(results);
  const format = textOf(objectOf(run.configurationSnapshot['source'])?.['format']);
  return {
    file: told.file,
    format: REPORT_FORMATS.find((known) => known === format) ?? 'native',
    outcome: told.outcome,
    scenario: scenario === null ? null : reportedScenario(scenario),
    run: {
      runId,
      status: run.status,
      startedAt: run.startedAt ?? null,
      completedAt: run.completedAt ?? null,
      durationMs: run.durationMs ?? null,
    },
    results,
    passRate: run.unverified ? { ...passRate, rate: null } : passRate,
    events: await eventsOf(repositories, runId, options),
    warnings: [...(told.firstWarnings ?? []), ...warningsOf(run.configurationSnapshot)],
    unverified: run.unverified,
    reason: run.errorMessage ?? null,
    testEnvironment: run.testEnvironment ?? null,
    failures: failures.items.map(reportedFailure),
    failureCount: results.failed + results.error,
  };
}

/** The entry of a definition, which has no run. */
export function entryOfDefinition(
  scenario: Scenario,
  told: Pick<ReportEntry, 'file' | 'format' | 'outcome' | 'warnings'>,
): ReportEntry {
  return { ...entryWithoutRun(told), scenario: reportedScenario(scenario) };
}

/** The entry of a source of which nothing was recorded. */
export function entryOfRefusal(file: string, error: NonNullable<ReportEntry['error']>): ReportEntry {
  const { unverified, reason, testEnvironment, failures, failureCount, ...stable } = entryWithoutRun({
    file,
    format: 'unknown',
    outcome: 'refused',
    warnings: [],
  });
  return { ...stable, error, unverified, reason, testEnvironment, failures, failureCount };
}

function entryWithoutRun({
  file,
  format,
  outcome,
  warnings,
}: Pick<ReportEntry, 'file' | 'format' | 'outcome' | 'warnings'>): ReportEntry {
  return {
    file,
    format,
    outcome,
    scenario: null,
    run: null,
    results: NO_RESULTS,
    passRate: resultPassRate(NO_RESULTS),
    events: [],
    warnings,
    unverified: false,
    reason: null,
    testEnvironment: null,
    failures: [],
    failureCount: 0,
  };
}

/** The warnings that an import kept with its run. */
function warningsOf(snapshot: JsonObject): readonly string[] {
  return textsOf(objectOf(snapshot['import'])?.['warnings']);
}

async function resultCounts(
  repositories: Repositories,
  runId: string,
  options: CallOptions | undefined,
): Promise<ReportedResults> {
  const counts = { ...NO_RESULTS };
  for (const kind of await repositories.testResults.getAssertionStatistics({ runId }, options)) {
    for (const key of ['passed', 'failed', 'skipped', 'error', 'flaky', 'total'] as const)
      counts[key] += kind[key];
  }
  return counts;
}

async function eventsOf(
  repositories: Repositories,
  runId: string,
  options: CallOptions | undefined,
): Promise<readonly ReportedEvent[]> {
  const events: ReportedEvent[] = [];
  let cursor: string | undefined;
  do {
    const page = await repositories.chaosEvents.getByRun(runId, { limit: MAX_PAGE_LIMIT, cursor }, options);
    events.push(...page.items.map(reportedEvent));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return events;
}

function reportedScenario({ scenarioId, name, scenarioType }: Scenario): ReportedScenario {
  return { scenarioId, name, scenarioType };
}

function reportedEvent(event: ChaosEvent): ReportedEvent {
  const { eventType, targetService, status, injectedAt, durationMs = null, recoveryTimeMs = null } = event;
  return { eventType, targetService, status, injectedAt, durationMs, recoveryTimeMs };
}

function reportedFailure(result: TestResult): ReportedFailure {
  const { name = null, assertionType, status, expectedValue, actualValue, errorDetails, metadata } = result;
  return {
    name,
    assertionType,
    status,
    expectedValue: cutText(expectedValue, SHOWN_DETAILS),
    actualValue: cutText(actualValue, SHOWN_DETAILS),
    errorDetails: errorDetails === undefined ? null : cutText(errorDetails, SHOWN_DETAILS),
    where: textOf(metadata?.['phase']) ?? textOf(metadata?.['suite']) ?? null,
  };
}
