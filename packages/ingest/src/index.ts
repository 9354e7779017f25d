export { importReport, type ImportOptions } from './import-report.js';
export { runReport } from './report/run-report.js';
export {
  MAX_FAILURES,
  type ImportOutcome,
  type ImportReport,
  type ReportEntry,
  type ReportedEvent,
  type ReportedFailure,
  type ReportedResults,
  type ReportedRun,
  type ReportedScenario,
} from './report/report-entry.js';
export { EXPORT_FORMATS, exportRun, type ExportFormat } from './export/export-run.js';
export { renderText, type TextOptions } from './report/render-text.js';
export { renderMarkdown } from './report/render-markdown.js';
export { renderJson } from './report/render-json.js';
export { maskDocument } from './mapping/mask-document.js';
export { ReportRefusedError, type RefusalCode } from './source/report-refused-error.js';
export { DEFAULT_MAX_BYTES, readReportSource } from './source/report-source.js';
export type { ReportBytes, ReportSourceOptions, ReportText } from './source/report-source.js';
export { MAX_JSON_CHARACTERS, MAX_YAML_CHARACTERS, readReports } from './formats/read-report.js';
export { MAX_CASES } from './formats/junit-document.js';
export { REPORT_FORMATS } from './mapping/parsed-report.js';
export type {
  ParsedEvent,
  ParsedReport,
  ParsedResult,
  ParsedRun,
  ReadReportOptions,
  ReportFormat,
} from './mapping/parsed-report.js';
export { unescapedText } from './mapping/stored-text.js';
