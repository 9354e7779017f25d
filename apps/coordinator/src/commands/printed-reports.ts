import { renderJson, renderMarkdown, renderText, type ReportEntry } from '@test-coordinator/ingest';

import { UsageError, type Host } from './command.js';

const FORMATS = ['text', 'markdown', 'json'] as const;
export type ReportFormat = (typeof FORMATS)[number];

/** The value of `--format`; left out, text. */
export function readFormat(word = 'text'): ReportFormat {
  const format = FORMATS.find((known) => known === word);
  if (format === undefined) throw new UsageError(`--format must be one of ${FORMATS.join(', ')}.`);
  return format;
}

/** Writes reports to stdout, in colour on a terminal. */
export function printReports(
  reports: readonly ReportEntry[],
  format: ReportFormat,
  { stdout, environment }: Host,
): void {
  if (format === 'json') stdout.write(renderJson({ reports }));
  else if (reports.length === 0) return;
  else if (format === 'markdown') stdout.write(renderMarkdown({ reports }));
  else stdout.write(renderText({ reports }, { color: stdout.isTTY === true && !environment['NO_COLOR'] }));
}
