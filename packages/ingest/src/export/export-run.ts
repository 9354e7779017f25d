import type { CallOptions, Repositories } from '@test-coordinator/ports';

import { renderMarkdown } from '../report/render-markdown.js';
import { runReport } from '../report/run-report.js';
import { csvExport } from './csv-export.js';
import { ctrfExport } from './ctrf-export.js';
import { exportedRun, type ExportedRun } from './exported-run.js';
import { jsonExport } from './json-export.js';
import { junitExport } from './junit-export.js';

const WRITERS = {
  junit: junitExport,
  ctrf: ctrfExport,
  csv: csvExport,
  json: jsonExport,
} satisfies Readonly<Record<string, (exported: ExportedRun) => AsyncIterable<string>>>;

/** What a recorded run is written as. `markdown` is its report, with the first failures alone. */
export const EXPORT_FORMATS = ['junit', 'ctrf', 'csv', 'markdown', 'json'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Characters that are handed on together: a write a line would be slow. */
const CHUNK = 65_536;

/**
 * A recorded run in another format, piece by piece: however many results there are, one page of them is held. What is
 * exported as JUnit or CTRF and imported again has the same counts and the same status.
 * Codes: `NOT_FOUND`; `ILLEGAL_TRANSITION` for a run that is not over; `VERSION_CONFLICT` at the end when results were
 * recorded meanwhile; those of reads.
 */
export async function* exportRun(
  repositories: Repositories,
  runId: string,
  format: ExportFormat,
  options?: CallOptions,
): AsyncGenerator<string> {
  if (format === 'markdown') {
    yield renderMarkdown(await runReport(repositories, runId, options));
    return;
  }
  let chunk = '';
  for await (const piece of WRITERS[format](await exportedRun(repositories, runId, options))) {
    chunk += piece;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}
