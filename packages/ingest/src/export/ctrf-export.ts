import type { ResultStatus, TestResult } from '@test-coordinator/domain';

import { totalOf, type ExportedRun } from './exported-run.js';
import { comparisonText, durationOf, nameOf, placeOf } from './result-facts.js';

/** `other` is what CTRF calls a test that could not be carried out. */
const CTRF_STATUS: Readonly<Record<ResultStatus, string>> = {
  passed: 'passed',
  failed: 'failed',
  skipped: 'skipped',
  error: 'other',
};

/** The run as a CTRF report (Common Test Report Format), its tests in the order of the results. */
export async function* ctrfExport(exported: ExportedRun): AsyncGenerator<string> {
  const { scenario, run, counts, flaky, results } = exported;
  const head = {
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    runId: run.runId,
    generatedBy: 'test-coordinator',
  };
  const summary = {
    tests: totalOf(counts),
    passed: counts.passed,
    failed: counts.failed,
    pending: 0,
    skipped: counts.skipped,
    other: counts.error,
    flaky,
    // The format asks for both; 0 is what it has for a time that is not known.
    start: run.startedAt?.getTime() ?? 0,
    stop: run.completedAt?.getTime() ?? 0,
  };
  const environment = {
    reportName: scenario.name,
    ...(run.testEnvironment !== undefined && { testEnvironment: run.testEnvironment }),
  };
  const extra = {
    runStatus: run.status,
    scenarioId: scenario.scenarioId,
    scenarioType: scenario.scenarioType,
  };
  yield `${JSON.stringify(head).slice(0, -1)},"results":{"tool":{"name":"test-coordinator"},`;
  yield `"summary":${JSON.stringify(summary)},"environment":${JSON.stringify(environment)},`;
  yield `"extra":${JSON.stringify(extra)},"tests":[`;
  let separator = '\n';
  for await (const result of results) {
    yield `${separator}${JSON.stringify(testOf(result))}`;
    separator = ',\n';
  }
  yield '\n]}}\n';
}

function testOf(result: TestResult): object {
  const { status, attempt, flaky, actualValue, errorDetails, assertionType, resultId } = result;
  const suite = placeOf(result);
  const isDefect = status === 'failed' || status === 'error';
  // A test that passed after retries is flaky to readers: retries of one that is not are left out.
  const tellsRetries = attempt > 1 && (flaky || status !== 'passed');
  return {
    name: nameOf(result),
    status: CTRF_STATUS[status],
    duration: Math.round(durationOf(result) ?? 0),
    ...(suite.length > 0 && { suite }),
    ...(isDefect && { message: comparisonText(result) }),
    ...(status === 'skipped' && { message: actualValue }),
    ...(errorDetails !== undefined && { trace: errorDetails }),
    ...(tellsRetries && { retries: attempt - 1 }),
    ...(flaky && { flaky }),
    extra: { assertionType, resultId },
  };
}
