import type { NewTestResult, Scenario, TestRun } from '@test-coordinator/domain';
import {
  DataAdapterError,
  MAX_BULK,
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
  const before = await recordedRun(repositories, run, call);
  if (before !== null) {
    const firstWarnings = [`imported before as run ${before.runId}; nothing was changed`];
    return entryOfRun(repositories, before, { file, outcome: 'duplicate', firstWarnings }, call);
  }
  const scenario =
    known ?? (await repositories.scenarios.create({ ...report.scenario, status: 'active' }, call));
  const stored = await recordRun(repositories, scenario, run, warnings, call);
  return entryOfRun(repositories, stored, { file, outcome: 'recorded' }, call);
}

/** The run that this source told of before. Another document about the same run is refused: its results would be lost. */
async function recordedRun(
  repositories: Repositories,
  run: ParsedRun,
  call: CallOptions,
): Promise<TestRun | null> {
  const found = await repositories.testRuns.find({ externalId: run.externalId }, { limit: 1 }, call);
  const before = found.items[0];
  if (before === undefined) return null;
  const hash = textOf(objectOf(before.configurationSnapshot['source'])?.['sha256']);
  if (hash === run.contentHash) return before;
  throw new ReportRefusedError(
    'ALREADY_EXISTS',
    `the run that this report names is recorded as ${before.runId}, from a document with other content; merge the reports of one run before importing them`,
  );
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
  for (const batch of batches(results, MAX_BULK)) {
    await repositories.testResults.bulkCreate(
      batch.map((result) => newResult(result, stored.runId)),
      call,
    );
  }
  return stored;
}

function newResult({ correlation, ...result }: ParsedResult, runId: string): NewTestResult {
  if (correlation === undefined) return { ...result, runId };
  return {
    ...result,
    runId,
    correlationId: 'traceId' in correlation ? correlation.traceId : `${runId}:${correlation.place}`,
  };
}

function* batches<Item>(items: Iterable<Item>, size: number): Generator<readonly Item[]> {
  let batch: Item[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
