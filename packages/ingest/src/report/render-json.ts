import type { ImportReport } from './report-entry.js';

/** The report as JSON text; its members are in the order of `ReportEntry`. */
export function renderJson(report: ImportReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
