import type { NewTestResult, Scenario, TestRun } from '@test-coordinator/domain';
import {
  DataAdapterError,
  type CallOptions,
  type Clock,
  type Repositories,
  type UnitOfWork,
} from '@test-coordinator/ports';

import type { ParsedReport, ParsedResult, ParsedRun, ReadReportOptions } from './mapping/parsed-report.js';
import { readReports } from './formats/read-report.js';
import type { ImportReport, ReportEntry } from './report/report-entry.js';
import { ReportRefusedError } from './source/report-refused-error.js';
import { readReportSource, type ReportBytes, type ReportSourceOptions } from './source/report-source.js';
import { entryOfDefinition, entryOfRefusal, entryOfRun } from './report/run-report.js';
import { objectOf, textOf } from './source/json-access.js';
import { zoneOffset } from './mapping/timestamp.js';

/** Most tries to record when others record the same at the same time. */
const MAX_TRIES = 5;

export interface ImportOptions extends ReadReportOptions, ReportSourceOptions {
  /** The time of import, for checks that a file gives no time for. */
  readonly clock: Clock;
  /** Who imports, for logs and the audit log of the store. */
  readonly call?: Omit<CallOptions, 'signal'> | undefined;
}

/**
 * Reads a source, records what it tells in one unit of work, and answers with the report: one entry, or one for each
 * definition of a multi-document YAML. A source that is refused is an entry too, and nothing of it is stored; so is
 * a second import (`duplicate`), with the figures of the run that is recorded.
 *
 * Memory: XML is read piece by piece into one compact record a test case; JSON and YAML are read as a whole, up to
 * their stated limits. Results go to the store in batches of 1000 that are made on the way; how much an adapter holds
 * until the unit commits is its own affair.
 *
 * Rejects with the codes of the ports when the store fails (nothing is recorded then), with `INVALID_ARGUMENT` for a
 * `zone` that is not known, and with the reason of an aborted `signal`.
 */
export async function importReport(
  unitOfWork: UnitOfWork,
  source: ReportBytes,
  options: ImportOptions,
): Promise<ImportReport> {
  // Read first, so that a bad option is the caller's error and not the file's.
  zoneOffset(options.zone ?? 'UTC');
  const file = options.fileName ?? '-';
  try {
    const reports = await readReports(await readReportSource(source, options), options, options.clock.now());
    return {
      reports: await recorded(unitOfWork, reports, file, { ...options.call, signal: options.signal }),
    };
  } catch (error) {
    if (!(error instanceof ReportRefusedError)) throw error;
    return { reports: [entryOfRefusal(file, { code: error.code, message: error.message })] };
  }
}

async function recorded(
  unitOfWork: UnitOfWork,
  reports: readonly ParsedReport[],
  file: string,
  call: CallOptions,
): Promise<readonly ReportEntry[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await unitOfWork.run(async (repositories) => {
        const entries: ReportEntry[] = [];
        for (const report of reports) entries.push(await recordReport(repositories, report, file, call));
        return entries;
      }, call);
    } catch (error) {
      if (tries < MAX_TRIES && isRace(error)) continue;
      throw refusalOf(error);
    }
  }
}

/** Somebody recorded the same scenario or run between the look and the commit: the next try finds it. */
function isRace(error: unknown): boolean {
  return DataAdapterError.is(error) && (error.code === 'ALREADY_EXISTS' || error.code === 'VERSION_CONFLICT');
}

/** A value that the reader let through and the store refuses is the file's fault, and the file is refused. */
function refusalOf(error: unknown): unknown {
  if (!DataAdapterError.is(error) || error.code !== 'INVALID_ARGUMENT') return error;
  return new ReportRefusedError('INVALID_REPORT', `the content breaks a rule of the store: ${error.message}`);
}

async function recordReport(
  repositories: Repositories,
  report: ParsedReport,
  file: string,
  call: CallOptions,
): Promise<ReportEntry> {
  const { run, format, warnings } = report;
  const known = await repositories.scenarios.getById(report.scenario.scenarioId, call);
  if (run === null) {
    const scenario =
      known ?? (await repositories.scenarios.create({ ...report.scenario, status: 'draft' }, call));
    const outcome = known === null ? 'recorded' : 'duplicate';
    return entryOfDefinition(scenario, { file, format, outcome, warnings });
  }
  const { externalId, before, sibling } = await placeOf(repositories, run, call);
  if (before !== undefined) {
    const firstWarnings = [`imported before as run ${before.runId}; nothing was changed`];
    return entryOfRun(repositories, before, { file, outcome: 'duplicate', firstWarnings }, call);
  }
  const scenario =
    known ?? (await repositories.scenarios.create({ ...report.scenario, status: 'active' }, call));
  const all =
    sibling === undefined
      ? warnings
      : [
          `the report names the run of another report, recorded as ${sibling.runId}; this one is a run of its own`,
          ...warnings,
        ];
  const stored = await recordRun(repositories, scenario, { ...run, externalId }, all, call);
  return entryOfRun(repositories, stored, { file, outcome: 'recorded' }, call);
}

/** Under which name a run is recorded, and what is there already. */
interface Place {
  readonly externalId: string;
  /** The run that this very document told of before. */
  readonly before?: TestRun;
  /** A run of the same source id, told by another document. */
  readonly sibling?: TestRun;
}

/**
 * Two documents may name one run (shards of one pipeline). The first takes the run's name; a later one with other content is
 * recorded under that name and its own hash: refusing it would lose its results, and adding to a finished run would change
 * a verdict that somebody has read.
 */
async function placeOf(repositories: Repositories, run: ParsedRun, call: CallOptions): Promise<Place> {
  const sibling = await runNamed(repositories, run.externalId, call);
  if (sibling === undefined) return { externalId: run.externalId };
  const hash = textOf(objectOf(sibling.configurationSnapshot['source'])?.['sha256']);
  if (hash === run.contentHash) return { externalId: run.externalId, before: sibling };
  const externalId = `${run.externalId}:${run.contentHash}`;
  const before = await runNamed(repositories, externalId, call);
  return before === undefined ? { externalId, sibling } : { externalId, before };
}

async function runNamed(
  repositories: Repositories,
  externalId: string,
  call: CallOptions,
): Promise<TestRun | undefined> {
  return (await repositories.testRuns.find({ externalId }, { limit: 1 }, call)).items[0];
}

async function recordRun(
  repositories: Repositories,
  scenario: Scenario,
  run: ParsedRun,
  warnings: readonly string[],
  call: CallOptions,
): Promise<TestRun> {
  if (scenario.status === 'draft')
    await repositories.scenarios.updateStatus(scenario.scenarioId, 'active', call);
  const { contentHash: _hash, events, results, configurationSnapshot, ...fields } = run;
  const stored = await repositories.testRuns.create(
    {
      ...fields,
      scenarioId: scenario.scenarioId,
      configurationSnapshot: { ...configurationSnapshot, import: { warnings } },
    },
    call,
  );
  for (const event of events) await repositories.chaosEvents.create({ ...event, runId: stored.runId }, call);
  await repositories.testResults.importAll(newResults(results, stored.runId), call);
  return stored;
}

function* newResults(results: Iterable<ParsedResult>, runId: string): Generator<NewTestResult> {
  for (const result of results) yield newResult(result, runId);
}

function newResult({ correlation, ...result }: ParsedResult, runId: string): NewTestResult {
  if (correlation === undefined) return { ...result, runId };
  return {
    ...result,
    runId,
    correlationId: 'traceId' in correlation ? correlation.traceId : `${runId}:${correlation.place}`,
  };
}
