import type { ImportReport, ReportEntry, ReportedFailure } from './report-entry.js';
import {
  becauseText,
  explanationOf,
  lastedText,
  passRateText,
  recoveryText,
  resultsText,
  timeText,
  verdictOf,
  whenText,
} from './report-words.js';
import { cutText } from '../mapping/stored-text.js';
import { visibleText } from './visible-text.js';

export interface TextOptions {
  /** Colour the verdict with ANSI escapes; for a terminal. @default false */
  readonly color?: boolean | undefined;
}

/** Longest value that is shown on its line. */
const MAX_SHOWN = 300;
const LABEL_WIDTH = 11;
const COLORS: Readonly<Record<string, string>> = { PASSED: '32', FAILED: '31', REFUSED: '31', ERROR: '35' };

/** Reports for a terminal: the verdict first, then what it rests on. Nothing out of a file can steer the terminal. */
export function renderText(report: ImportReport, options: TextOptions = {}): string {
  const entries = report.reports.map((entry) => entryLines(entry, options).join('\n'));
  if (report.reports.length > 1) entries.push(summaryLine(report.reports));
  return `${entries.join('\n\n')}\n`;
}

function entryLines(entry: ReportEntry, { color = false }: TextOptions): string[] {
  const verdict = verdictOf(entry);
  const head = color ? `\u001b[1;${COLORS[verdict] ?? '33'}m${verdict}\u001b[0m` : verdict;
  const { scenario, run, outcome, format } = entry;
  const explanation = explanationOf(entry);
  const lines = [`${head}  ${shown(scenario?.name ?? entry.file)}`];
  if (explanation !== null) lines.push(`  ${shown(explanation, 1_000)}`);
  const label = (name: string, text: string): void => {
    lines.push(`  ${name.padEnd(LABEL_WIDTH)}${text}`);
  };
  if (scenario !== null) {
    label('file', `${shown(entry.file)} (${format}), ${outcomeText(entry)}`);
    label('scenario', `${scenario.scenarioId} (${scenario.scenarioType})`);
  }
  if (run !== null) {
    label('run', run.runId);
    label('when', whenText(entry)!);
    if (entry.testEnvironment !== null) label('in', shown(entry.testEnvironment));
    label('pass rate', passRateText(entry));
    label('results', resultsText(entry));
    lines.push(...failureLines(entry), ...eventLines(entry));
  }
  if (outcome !== 'refused' && entry.warnings.length > 0) {
    lines.push('  warnings', ...entry.warnings.map((warning) => `    - ${shown(warning, 1_000)}`));
  }
  return lines;
}

function outcomeText({ outcome, run }: ReportEntry): string {
  if (outcome === 'duplicate')
    return run === null ? 'recorded before, nothing changed' : 'imported before, nothing changed';
  return outcome;
}

function failureLines({ failures, failureCount }: ReportEntry): string[] {
  const failed = failures.filter(({ status }) => status === 'failed');
  const broken = failures.filter(({ status }) => status === 'error');
  const lines: string[] = [];
  if (failed.length > 0) lines.push('  failed', ...failed.flatMap(failureText));
  if (broken.length > 0) lines.push('  could not be checked', ...broken.flatMap(failureText));
  if (failureCount > failures.length) lines.push(`    … and ${failureCount - failures.length} more`);
  return lines;
}

function failureText(failure: ReportedFailure): string[] {
  const { name, where, expectedValue, actualValue, status } = failure;
  const place = where === null ? '' : ` [${shown(where)}]`;
  const because = becauseText(failure);
  return [
    `    ${status === 'failed' ? '✗' : '!'} ${shown(name ?? '(unnamed)')}${place}`,
    `        expected  ${shown(expectedValue) || '(nothing)'}`,
    `        actual    ${shown(actualValue) || '(nothing)'}`,
    ...(because === '' ? [] : [`        because   ${shown(because)}`]),
  ];
}

function eventLines({ events }: ReportEntry): string[] {
  if (events.length === 0) return ['  faults     none recorded'];
  return [
    '  faults',
    ...events.map((event) => {
      const lasted = lastedText(event) === '' ? '' : ` for ${lastedText(event)}`;
      return `    ${event.eventType} on ${shown(event.targetService)} at ${timeText(event.injectedAt)}${lasted} → ${recoveryText(event)}`;
    }),
  ];
}

function summaryLine(entries: readonly ReportEntry[]): string {
  const outcomes = (['recorded', 'duplicate', 'refused'] as const).map((outcome) => ({
    outcome,
    count: entries.filter((entry) => entry.outcome === outcome).length,
  }));
  return `${entries.length} reports: ${outcomes.map(({ outcome, count }) => `${count} ${outcome}`).join(', ')}`;
}

function shown(text: string, max = MAX_SHOWN): string {
  return visibleText(cutText(text, max));
}
