import {
  ASSERTION_TYPES,
  SCENARIO_TYPES,
  type AssertionType,
  type ResultStatus,
  type RunStatus,
} from '@test-coordinator/domain';

import { assertionTypeOfName, UNKNOWN_ASSERTION } from '../mapping/assertion-type.js';
import { comparisonOf } from '../mapping/comparison.js';
import type { ImportWarnings } from '../mapping/import-warnings.js';
import { JunitDocument, type JunitCase } from './junit-document.js';
import type { ParsedReport, ParsedResult } from '../mapping/parsed-report.js';
import { millisecondsOf, parsedResult } from '../mapping/parsed-result.js';
import type { ReadContext } from '../mapping/read-context.js';
import { checkedNothing, givenStatus, runTimes, type RunTimes } from '../mapping/run-facts.js';
import { nameOfFile, scenarioTypeOfName } from '../mapping/scenario-name.js';
import { scenarioIdOf } from '../mapping/scenario-identity.js';
import { sourceRecord, storedText } from '../mapping/stored-document.js';
import { nameText } from '../mapping/stored-text.js';
import { parseTimestamp } from '../mapping/timestamp.js';
import { readXml } from '../source/xml-stream.js';
import type { ReportText } from '../source/report-source.js';

/** How much of the raw text is kept in the run's snapshot. */
const KEPT_TEXT = 128 * 1_024;

/** The run that a JUnit XML file tells of. The file is read piece by piece; what is held is one compact record a case. */
export async function junitReport(source: ReportText, context: ReadContext): Promise<ParsedReport> {
  const { warnings } = context;
  const document = new JunitDocument();
  const kept = { text: '', complete: true };
  await readXml(keeping(source.chunks, kept), document);
  const retried = mergeRetries(document.cases);
  const cases = document.cases.filter((testCase) => !retried.has(testCase));
  tellDoubts(document, cases, retried.size, warnings);
  const times = timesOf(document, context);
  const types = cases.map((testCase) => assertionTypeOf(testCase, warnings));
  const results: Iterable<ParsedResult> = {
    [Symbol.iterator]: () => resultsOf(cases, types, times.startedAt ?? context.now, context),
  };
  const status = givenStatus(document.runStatus, statusOf(cases), warnings);
  const contentHash = source.contentHash();
  const name = scenarioName(document, context);
  const givenType = SCENARIO_TYPES.find((type) => type === document.scenarioType);
  return {
    format: 'junit',
    scenario: {
      scenarioId: scenarioIdOf(name, { format: 'junit', name }),
      name,
      scenarioType: givenType ?? scenarioTypeOfName(name, warnings),
    },
    run: {
      externalId: `junit:${contentHash}`,
      contentHash,
      status,
      ...times,
      testEnvironment: context.environment ?? null,
      errorMessage: reasonOf(status, cases),
      unverified: status === 'passed' && checkedNothing(results),
      configurationSnapshot: {
        source: sourceRecord('junit', context.fileName, contentHash, storedText(kept.text, kept.complete)),
      },
      events: [],
      results,
    },
    warnings: warnings.list(),
  };
}

async function* keeping(
  chunks: AsyncIterable<string>,
  kept: { text: string; complete: boolean },
): AsyncGenerator<string> {
  for await (const chunk of chunks) {
    const room = KEPT_TEXT - kept.text.length;
    if (room > 0) kept.text += chunk.slice(0, room);
    if (chunk.length > room) kept.complete = false;
    yield chunk;
  }
}

/**
 * Marks cases that occur again in one suite and finally pass (gotestsum, Gradle): the last one becomes a flaky pass
 * with as many attempts, and the failed ones before it are answered. Every other
 * repetition stays a case of its own, and so does what we exported.
 */
function mergeRetries(cases: readonly JunitCase[]): ReadonlySet<JunitCase> {
  const failedBefore = new Map<string, JunitCase[]>();
  const retried = new Set<JunitCase>();
  for (const testCase of cases) {
    if (testCase.isRecord) continue;
    const key = identityOf(testCase);
    const before = failedBefore.get(key);
    if (testCase.status === 'failed' || testCase.status === 'error') {
      if (before === undefined) failedBefore.set(key, [testCase]);
      else before.push(testCase);
    } else if (testCase.status === 'passed' && before !== undefined) {
      for (const attempt of before) {
        testCase.attempts += attempt.attempts;
        retried.add(attempt);
      }
      testCase.flaky = true;
      failedBefore.delete(key);
    }
  }
  return retried;
}

function identityOf({ suite, className, name }: JunitCase): string {
  return `${suite.path}\u0000${className}\u0000${name}`;
}

function* resultsOf(
  cases: readonly JunitCase[],
  types: readonly AssertionType[],
  fallbackTime: Date,
  { zone, warnings }: ReadContext,
): Generator<ParsedResult> {
  const occurrences = new Map<string, number>();
  for (const [index, testCase] of cases.entries()) {
    const key = identityOf(testCase);
    const occurrence = occurrences.get(key) ?? 0;
    occurrences.set(key, occurrence + 1);
    const { expected, actual } = comparisonOf(
      testCase.status,
      testCase.message,
      testCase.details ?? testCase.type,
    );
    const told = testCase.timestamp ?? testCase.suite.attributes['timestamp'] ?? '';
    yield parsedResult(
      {
        name: testCase.name === '' ? '(unnamed)' : testCase.name,
        assertionType: types[index]!,
        expected,
        actual,
        status: testCase.status,
        verificationTime: parseTimestamp(told, zone) ?? fallbackTime,
        errorDetails: errorDetailsOf(testCase),
        attempt: testCase.attempts,
        flaky: testCase.flaky,
        metadata: {
          suite: testCase.suite.path || undefined,
          className: testCase.className || undefined,
          file: testCase.file,
          line: testCase.line,
          occurrence: occurrence === 0 ? undefined : occurrence,
          rawStatus: testCase.rawStatus,
          startedAt: told || undefined,
          durationMs: millisecondsOf(secondsOf(testCase.time)) ?? undefined,
        },
      },
      warnings,
    );
  }
}

function errorDetailsOf({ message, type, details }: JunitCase): string | undefined {
  const head = [type, message].filter((part) => part !== undefined && part !== '').join(': ');
  // Most tools begin the text with the type and the message.
  const parts =
    details === undefined ? [head] : details.includes(message ?? head) ? [details] : [head, details];
  const text = parts.filter((part) => part !== '').join('\n');
  // XML 1.0 allows the control characters from 127 to 159, and they steer terminals.
  return text === '' ? undefined : text.replace(/[\u007f-\u009f]/g, '');
}

function statusOf(cases: readonly JunitCase[]): RunStatus {
  if (cases.length === 0) return 'error';
  return cases.some(({ status }) => status === 'failed' || status === 'error') ? 'failed' : 'passed';
}

function reasonOf(status: RunStatus, cases: readonly JunitCase[]): string | null {
  if (status === 'passed') return null;
  if (cases.length === 0) return 'empty: the file holds no test case';
  const count = (wanted: ResultStatus): number =>
    cases.filter((testCase) => testCase.status === wanted).length;
  return `${count('failed')} of ${cases.length} test cases failed, ${count('error')} ended in error`;
}

function assertionTypeOf({ givenType, name, className }: JunitCase, warnings: ImportWarnings): AssertionType {
  const given = ASSERTION_TYPES.find((type) => type === givenType);
  const known = given ?? assertionTypeOfName(name) ?? assertionTypeOfName(className.split('.').at(-1) ?? '');
  if (known === undefined) warnings.addAt(UNKNOWN_ASSERTION, name);
  return known ?? 'service_health';
}

function scenarioName(
  { root, suites }: JunitDocument,
  { scenarioName: given, fileName }: ReadContext,
): string {
  const topSuites = suites.filter(({ depth }) => depth === 0);
  const onlySuite = topSuites.length === 1 ? topSuites[0]!.path : '';
  const name = given ?? (root.name || nameOfFile(fileName) || onlySuite || 'JUnit report');
  return nameText(name, 'the name of the report', 200) || 'JUnit report';
}

function timesOf({ root, suites }: JunitDocument, { zone, warnings, fileTime }: ReadContext): RunTimes {
  const stamps = [root.attributes, ...suites.map(({ attributes }) => attributes)].flatMap(
    ({ timestamp }) => timestamp ?? [],
  );
  let startedAt: Date | null = null;
  for (const stamp of stamps) {
    const time = parseTimestamp(stamp, zone);
    if (time === undefined) warnings.addAt('a timestamp is no time that can be read', stamp);
    else if (startedAt === null || time < startedAt) startedAt = time;
  }
  if (startedAt === null && fileTime !== undefined) {
    warnings.add('the file tells no start: the time of the file is taken');
    startedAt = fileTime;
  }
  if (startedAt === null)
    warnings.add('the file tells no times: results carry the time of import, and the run has no start');
  const tops = suites.filter(({ depth }) => depth === 0).map(({ attributes }) => attributes['time']);
  const told = root.attributes['time'] === undefined ? tops : [root.attributes['time']];
  if (told.some((time) => time?.includes(',')))
    warnings.add('a duration is written with commas; they are taken for thousands');
  const seconds = told.map(secondsOf).filter((time) => time !== undefined);
  const durationMs =
    seconds.length === 0 ? null : millisecondsOf(seconds.reduce((sum, time) => sum + time, 0));
  // The sum of several suites is no span of time when they ran side by side.
  const completedAt =
    startedAt === null || durationMs === null || told.length !== 1
      ? null
      : new Date(startedAt.getTime() + durationMs);
  return runTimes({ startedAt, completedAt, durationMs }, warnings);
}

/** Seconds with a decimal point, with thousands commas, or (after a zero, where none can be a thousand) a decimal comma. */
function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const plain = /^\s*[1-9]\d{0,2}(,\d{3})+(\.\d+)?\s*$/.test(text)
    ? text.replaceAll(',', '')
    : text.replace(',', '.');
  const seconds = Number(plain);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}

function tellDoubts(
  document: JunitDocument,
  cases: readonly JunitCase[],
  retried: number,
  warnings: ImportWarnings,
): void {
  if (retried > 0) {
    warnings.add(
      `${retried} failed cases occur again in the same suite and then pass: they are taken for attempts of one flaky case`,
    );
  }
  if (document.detailsWereCut)
    warnings.add('the file holds very much failure text: part of it was cut to 500 characters a case');
  const declared = declaredCounts(document);
  if (declared === undefined) return;
  const rows = {
    tests: cases.length,
    failures: cases.filter(({ status }) => status === 'failed').length,
    errors: cases.filter(({ status }) => status === 'error').length,
    skipped: cases.filter(({ status }) => status === 'skipped').length,
  };
  const differs = COUNTS.some((key) => declared[key] !== undefined && declared[key] !== rows[key]);
  if (!differs) return;
  const told = (counts: Counts): string => COUNTS.map((key) => `${counts[key] ?? '?'} ${key}`).join(', ');
  warnings.add(
    `the file's counts do not fit its rows: it says ${told(declared)}; its rows are ${told(rows)}`,
  );
}

const COUNTS = ['tests', 'failures', 'errors', 'skipped'] as const;
type Counts = Partial<Record<(typeof COUNTS)[number], number>>;

/** The counts of the root, or the sums over the top suites when the root gives none. */
function declaredCounts({ root, suites }: JunitDocument): Counts | undefined {
  const tops = suites.filter(({ depth }) => depth === 0).map(({ attributes }) => attributes);
  const sources = root.attributes['tests'] === undefined ? tops : [root.attributes];
  const counts: Counts = {};
  for (const attributes of sources) {
    for (const key of COUNTS) {
      const told =
        attributes[key] ?? (key === 'skipped' ? (attributes['disabled'] ?? attributes['skips']) : undefined);
      if (told !== undefined && /^\d{1,9}$/.test(told)) counts[key] = (counts[key] ?? 0) + Number(told);
    }
  }
  return Object.keys(counts).length === 0 ? undefined : counts;
}
