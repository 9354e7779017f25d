import { canonicalJson, type TestResult } from '@test-coordinator/domain';

import type { ExportedRun } from './exported-run.js';
import { durationOf } from './result-facts.js';

/** Columns of the table, and what stands in them. */
const COLUMNS: Readonly<Record<string, (result: TestResult) => string | number | boolean | undefined>> = {
  resultId: ({ resultId }) => resultId,
  name: ({ name }) => name,
  assertionType: ({ assertionType }) => assertionType,
  status: ({ status }) => status,
  expectedValue: ({ expectedValue }) => expectedValue,
  actualValue: ({ actualValue }) => actualValue,
  verificationTime: ({ verificationTime }) => verificationTime.toISOString(),
  durationMs: durationOf,
  attempt: ({ attempt }) => attempt,
  flaky: ({ flaky }) => flaky,
  errorDetails: ({ errorDetails }) => errorDetails,
  correlationId: ({ correlationId }) => correlationId,
  metadata: ({ metadata }) => (metadata === undefined ? undefined : canonicalJson(metadata)),
};

/** The results of the run as a table (RFC 4180): a line of names, then one line a result. */
export async function* csvExport({ results }: ExportedRun): AsyncGenerator<string> {
  yield `${Object.keys(COLUMNS).join(',')}\r\n`;
  const columns = Object.values(COLUMNS);
  for await (const result of results) yield `${columns.map((of) => cell(of(result))).join(',')}\r\n`;
}

/** A spreadsheet runs text that begins as a formula: a quote before it keeps it text. */
function cell(value: string | number | boolean | undefined): string {
  if (typeof value !== 'string') return value === undefined ? '' : String(value);
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
