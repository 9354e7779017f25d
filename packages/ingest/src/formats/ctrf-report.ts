import {
  ASSERTION_TYPES,
  type JsonObject,
  type ResultStatus,
  type RunStatus,
} from '@test-coordinator/domain';

import { assertionTypeOfName, UNKNOWN_ASSERTION } from '../mapping/assertion-type.js';
import type { ImportWarnings } from '../mapping/import-warnings.js';
import { listOf, numberOf, objectOf, objectsOf, textOf } from '../source/json-access.js';
import { comparisonOf } from '../mapping/comparison.js';
import type { ParsedReport, ParsedResult } from '../mapping/parsed-report.js';
import { parsedResult, present } from '../mapping/parsed-result.js';
import type { ReadContext } from '../mapping/read-context.js';
import { ReportRefusedError } from '../source/report-refused-error.js';
import { checkedNothing, givenStatus, runTimes } from '../mapping/run-facts.js';
import { documentHash, scenarioIdOf } from '../mapping/scenario-identity.js';
import { scenarioTypeOfName } from '../mapping/scenario-name.js';
import { sourceRecord, storedDocument } from '../mapping/stored-document.js';
import { nameText } from '../mapping/stored-text.js';

/** Below this a time is in seconds: as milliseconds it would lie before March 1973. */
const SECONDS_BELOW = 1e11;
/** How far outside the summary's window a test may start before it is told. */
const WINDOW_SLACK_MS = 60_000;
const MAX_TESTS = 250_000;

/** `results.tool` and `results.tests` make a CTRF report; real ones leave `reportFormat` and `specVersion` out. */
export function isCtrf(document: JsonObject): boolean {
  const results = objectOf(document['results']);
  return results !== undefined && objectOf(results['tool']) !== undefined && Array.isArray(results['tests']);
}

/** The run that a CTRF report tells of. */
export function ctrfReport(document: JsonObject, context: ReadContext): ParsedReport {
  const { warnings } = context;
  const content = objectOf(document['results'])!;
  const summary = objectOf(content['summary']) ?? {};
  const environment = objectOf(content['environment']) ?? {};
  const tests = objectsOf(content['tests']);
  if (tests.length > MAX_TESTS)
    throw new ReportRefusedError('TOO_LARGE', `the report has more than ${MAX_TESTS} tests`);
  if (tests.length < listOf(content['tests']).length) {
    throw new ReportRefusedError('INVALID_REPORT', 'results.tests holds an entry that is no object');
  }
  const times = runTimes(
    { startedAt: timeOf(summary['start']), completedAt: timeOf(summary['stop']), durationMs: null },
    warnings,
  );
  const results = resultsOf(tests, times, context);
  const given = textOf(objectOf(content['extra'])?.['runStatus']);
  const status = givenStatus(given, statusOf(results), warnings);
  const contentHash = documentHash(document);
  const name = nameText(
    context.scenarioName ??
      textOf(environment['reportName']) ??
      textOf(environment['appName']) ??
      toolName(content),
    'the name of the report',
    200,
  );
  const runName =
    textOf(document['runId']) ?? textOf(content['runId']) ?? textOf(document['reportId']) ?? contentHash;
  const testEnvironment = context.environment ?? textOf(environment['testEnvironment']);
  checkSummary(summary, results, warnings);
  return {
    format: 'ctrf',
    scenario: {
      scenarioId: scenarioIdOf(name, { format: 'ctrf', name }),
      name,
      scenarioType: scenarioTypeOfName(name, warnings),
    },
    run: {
      externalId: `ctrf:${nameText(runName, 'the id of the run', 400)}`,
      contentHash,
      status,
      ...times,
      testEnvironment:
        testEnvironment === undefined ? null : nameText(testEnvironment, 'the test environment', 200),
      errorMessage: reasonOf(status, results),
      unverified: status === 'passed' && checkedNothing(results),
      configurationSnapshot: {
        source: sourceRecord('ctrf', context.fileName, contentHash, storedDocument(document)),
        environment: present({
          testEnvironment: textOf(environment['testEnvironment']),
          buildNumber: environment['buildNumber'],
          commit: textOf(environment['commit']),
          branchName: textOf(environment['branchName']),
        }),
        report: present({
          runId: textOf(document['runId']),
          reportId: textOf(document['reportId']),
          tool: toolName(content),
        }),
      },
      events: [],
      results,
    },
    warnings: warnings.list(),
  };
}

function toolName(content: JsonObject): string {
  return textOf(objectOf(content['tool'])?.['name']) ?? 'CTRF report';
}

function resultsOf(
  tests: readonly JsonObject[],
  times: { startedAt: Date | null; completedAt: Date | null },
  { warnings, now }: ReadContext,
): readonly ParsedResult[] {
  const occurrences = new Map<string, number>();
  const fallbackTime = times.completedAt ?? times.startedAt ?? now;
  return tests.map((test, index) => {
    const name = textOf(test['name']) ?? '(unnamed)';
    const suite =
      (textOf(test['suite']) ??
        listOf(test['suite'])
          .map((part) => textOf(part) ?? '')
          .join(' > ')) ||
      undefined;
    const identity =
      textOf(test['testId']) ??
      textOf(test['id']) ??
      `${textOf(test['filePath']) ?? ''}\u0000${suite}\u0000${name}`;
    const occurrence = occurrences.get(identity) ?? 0;
    occurrences.set(identity, occurrence + 1);
    const status = resultStatusOf(test);
    const startedAt = startOf(test, times, name, warnings);
    const durationMs = wholeMs(numberOf(test['duration']));
    const message = textOf(test['message']);
    return parsedResult(
      {
        name,
        assertionType: assertionTypeOf(test, name, warnings),
        ...comparisonOf(status, message, textOf(test['rawStatus']) ?? textOf(test['trace'])),
        status,
        verificationTime:
          startedAt === undefined ? fallbackTime : new Date(startedAt.getTime() + (durationMs ?? 0)),
        errorDetails:
          [message, textOf(test['trace'])].filter((part) => part !== undefined).join('\n') || undefined,
        ...attemptsOf(test, status, name, warnings),
        metadata: {
          index,
          suite,
          file: textOf(test['filePath']),
          testId: textOf(test['testId']) ?? textOf(test['id']),
          occurrence: occurrence === 0 ? undefined : occurrence,
          rawStatus:
            textOf(test['rawStatus']) ??
            (textOf(test['status']) === status ? undefined : textOf(test['status'])),
          startedAt: startedAt?.toISOString(),
          durationMs,
        },
      },
      warnings,
    );
  });
}

/** Tools flatten a cancelled test and one out of time to failed; the raw status still tells them apart. */
function resultStatusOf(test: JsonObject): ResultStatus {
  const raw = textOf(test['rawStatus'])
    ?.toLowerCase()
    .replace(/[^a-z]/g, '');
  if (raw === 'timedout') return 'failed';
  if (raw === 'interrupted') return 'error';
  switch (textOf(test['status'])) {
    case 'passed':
      return 'passed';
    case 'failed':
      return 'failed';
    case 'skipped':
    case 'pending':
      return 'skipped';
    case undefined:
    default:
      return 'error';
  }
}

/** `retryAttempts` are the attempts before the last by the specification; some tools list the last one too. */
function attemptsOf(
  test: JsonObject,
  status: ResultStatus,
  name: string,
  warnings: ImportWarnings,
): { attempt: number; flaky: boolean } {
  const listed = objectsOf(test['retryAttempts']);
  const told = numberOf(test['retries']);
  const retries = told !== undefined && Number.isInteger(told) && told >= 0 ? told : undefined;
  const holdsLast =
    retries === undefined
      ? listed.length > 0 && textOf(listed.at(-1)?.['status']) === 'passed' && status === 'passed'
      : listed.length === retries + 1;
  const attempt = retries === undefined ? listed.length + (holdsLast ? 0 : 1) : retries + 1;
  if (holdsLast) warnings.addAt('retryAttempts lists the last attempt too', name);
  else if (retries !== undefined && listed.length > 0 && listed.length !== retries) {
    warnings.addAt('retries and retryAttempts do not fit; retries is taken', name);
  }
  const flaky = status === 'passed' && (test['flaky'] === true || attempt > 1);
  if (test['flaky'] === true && status !== 'passed') {
    warnings.addAt('called flaky but did not pass in the end: not taken for flaky', name);
  }
  return { attempt: Math.max(1, attempt), flaky };
}

function startOf(
  test: JsonObject,
  { startedAt, completedAt }: { startedAt: Date | null; completedAt: Date | null },
  name: string,
  warnings: ImportWarnings,
): Date | undefined {
  const told = numberOf(test['start']);
  const start = timeOf(test['start']);
  if (told === undefined || start === null) return undefined;
  if (told < SECONDS_BELOW)
    warnings.addAt('the start of a test is in seconds, not milliseconds, and is read so', name);
  const early = startedAt !== null && start.getTime() < startedAt.getTime() - WINDOW_SLACK_MS;
  const late = completedAt !== null && start.getTime() > completedAt.getTime() + WINDOW_SLACK_MS;
  if (early || late) warnings.addAt('a test starts outside the time that the summary gives', name);
  return start;
}

/** A time in milliseconds, or in seconds when it is too small for that; `null` for none. */
function timeOf(value: JsonObject[string] | undefined): Date | null {
  const told = numberOf(value);
  if (told === undefined || told <= 0) return null;
  const time = new Date(told < SECONDS_BELOW ? told * 1_000 : told);
  return Number.isNaN(time.getTime()) || time.getUTCFullYear() > 9_999 ? null : time;
}

function wholeMs(duration: number | undefined): number | undefined {
  const rounded = Math.round(duration ?? Number.NaN);
  return Number.isSafeInteger(rounded) && rounded >= 0 ? rounded : undefined;
}

function assertionTypeOf(
  test: JsonObject,
  name: string,
  warnings: ImportWarnings,
): (typeof ASSERTION_TYPES)[number] {
  const given =
    textOf(objectOf(test['extra'])?.['assertionType']) ?? textOf(objectOf(test['extra'])?.['assertion_type']);
  const known = ASSERTION_TYPES.find((type) => type === given) ?? assertionTypeOfName(name);
  if (known === undefined) warnings.addAt(UNKNOWN_ASSERTION, name);
  return known ?? 'service_health';
}

function statusOf(results: readonly ParsedResult[]): RunStatus {
  if (results.some(({ status }) => status === 'failed')) return 'failed';
  return results.length === 0 || results.some(({ status }) => status === 'error') ? 'error' : 'passed';
}

function reasonOf(status: RunStatus, results: readonly ParsedResult[]): string | null {
  if (status === 'passed') return null;
  if (results.length === 0) return 'empty: the report holds no test';
  const count = (wanted: ResultStatus): number => results.filter((result) => result.status === wanted).length;
  return `${count('failed')} of ${results.length} tests failed, ${count('error')} ended in error`;
}

function checkSummary(summary: JsonObject, results: readonly ParsedResult[], warnings: ImportWarnings): void {
  const count = (test: (result: ParsedResult) => boolean): number => results.filter(test).length;
  const rows: Readonly<Record<string, number>> = {
    tests: results.length,
    passed: count(({ status }) => status === 'passed'),
    failed: count(({ status }) => status === 'failed'),
    skipped: count(({ status }) => status === 'skipped'),
    other: count(({ status }) => status === 'error'),
    flaky: count(({ flaky }) => flaky === true),
  };
  const told: Readonly<Record<string, number | undefined>> = {
    tests: numberOf(summary['tests']),
    passed: numberOf(summary['passed']),
    failed: numberOf(summary['failed']),
    skipped: sumOf(numberOf(summary['skipped']), numberOf(summary['pending'])),
    other: numberOf(summary['other']),
    flaky: numberOf(summary['flaky']),
  };
  const wrong = Object.keys(rows).filter((key) => told[key] !== undefined && told[key] !== rows[key]);
  if (wrong.length === 0) return;
  const differences = wrong.map((key) => `${key} ${told[key]!} against ${rows[key]!}`);
  warnings.add(`the summary's counts do not fit its tests (summary against rows): ${differences.join(', ')}`);
}

function sumOf(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined && other === undefined ? undefined : (one ?? 0) + (other ?? 0);
}
