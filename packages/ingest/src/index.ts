export {
  readReportSource,
  DEFAULT_MAX_BYTES,
  type ReportBytes,
  type ReportSourceOptions,
  type ReportText,
} from './report-source.js';
export { readReports, MAX_JSON_CHARACTERS, MAX_YAML_CHARACTERS } from './read-report.js';
