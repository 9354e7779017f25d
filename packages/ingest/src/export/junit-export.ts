import type { TestResult } from '@test-coordinator/domain';

import { totalOf, type ExportedRun } from './exported-run.js';
import { comparisonText, durationOf, nameOf, placeOf } from './result-facts.js';
import { xmlAttributes, xmlText } from './xml-text.js';

/** Most earlier attempts that a case lists; a test that was tried thousands of times says nothing more. */
const MAX_EARLIER = 9;

/**
 * The run as JUnit XML: one suite, a case for each result, in their order. The counts are of cases, never of attempts.
 * Properties hold what JUnit has no word for: the run's status, and of a case its `assertion_type` and `result_id`.
 */
export async function* junitExport(exported: ExportedRun): AsyncGenerator<string> {
  const { scenario, run, counts, results } = exported;
  const figures = xmlAttributes({
    name: scenario.name,
    tests: totalOf(counts),
    failures: counts.failed,
    errors: counts.error,
    skipped: counts.skipped,
    time: secondsText(run.durationMs),
    timestamp: run.startedAt?.toISOString(),
  });
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${figures}>\n  <testsuite${figures}>\n    <properties>\n`;
  const facts = {
    run_id: run.runId,
    run_status: run.status,
    scenario_id: scenario.scenarioId,
    scenario_type: scenario.scenarioType,
    test_environment: run.testEnvironment,
  };
  for (const [name, value] of Object.entries(facts))
    if (value !== undefined) yield `      <property${xmlAttributes({ name, value })}/>\n`;
  yield '    </properties>\n';
  for await (const result of results) yield caseText(result, scenario.scenarioId);
  yield '  </testsuite>\n</testsuites>\n';
}

function caseText(result: TestResult, scenarioId: string): string {
  const place = placeOf(result);
  const attributes = xmlAttributes({
    name: nameOf(result),
    classname: place.length === 0 ? scenarioId : place.join('.'),
    time: secondsText(durationOf(result)),
  });
  const properties = [
    { name: 'assertion_type', value: result.assertionType },
    { name: 'result_id', value: result.resultId },
  ].map((property) => `<property${xmlAttributes(property)}/>`);
  const lines = [`      <properties>${properties.join('')}</properties>\n`, ...outcomeLines(result)];
  return `    <testcase${attributes}>\n${lines.join('')}    </testcase>\n`;
}

function outcomeLines(result: TestResult): readonly string[] {
  const { status, actualValue, flaky, attempt } = result;
  const earlier = Math.min(attempt - 1, MAX_EARLIER);
  switch (status) {
    case 'passed':
      return flaky ? repeated('flakyFailure', result, Math.max(1, earlier)) : [];
    case 'failed':
      return [outcomeLine('failure', result), ...repeated('rerunFailure', result, earlier)];
    case 'error':
      return [outcomeLine('error', result), ...repeated('rerunError', result, earlier)];
    case 'skipped':
      return [`      <skipped${xmlAttributes({ message: actualValue })}/>\n`];
  }
}

function repeated(element: string, result: TestResult, count: number): readonly string[] {
  const line = `      <${element}${xmlAttributes({ message: `attempt of ${nameOf(result)}`, type: result.assertionType })}/>\n`;
  return Array.from({ length: count }, () => line);
}

function outcomeLine(element: string, result: TestResult): string {
  const attributes = xmlAttributes({ message: comparisonText(result), type: result.assertionType });
  return `      <${element}${attributes}>${xmlText(result.errorDetails ?? '')}</${element}>\n`;
}

function secondsText(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : (ms / 1_000).toFixed(3);
}
