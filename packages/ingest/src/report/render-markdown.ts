import type { ImportReport, ReportEntry } from './report-entry.js';
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

const MAX_SHOWN = 300;
const SIGNS: Readonly<Record<string, string>> = { PASSED: '✅', FAILED: '❌', ERROR: '⚠️', REFUSED: '⛔' };

/** Reports to paste into a pull request. Text out of files is escaped: it makes no table cell, link, mention or HTML. */
export function renderMarkdown(report: ImportReport): string {
  return `${report.reports.map((entry) => entryBlocks(entry).join('\n\n')).join('\n\n')}\n`;
}

function entryBlocks(entry: ReportEntry): string[] {
  const verdict = verdictOf(entry);
  const blocks = [`### ${SIGNS[verdict] ?? 'ℹ️'} ${verdict}: ${escaped(entry.scenario?.name ?? entry.file)}`];
  const explanation = explanationOf(entry);
  if (explanation !== null) blocks.push(escaped(explanation));
  if (entry.scenario !== null) blocks.push(table(['', ''], facts(entry)));
  if (entry.failures.length > 0) {
    const rows = entry.failures.map((failure) => [
      failure.status === 'failed' ? 'failed' : 'could not be checked',
      escaped((failure.name ?? '(unnamed)') + (failure.where === null ? '' : ` [${failure.where}]`)),
      escaped(failure.expectedValue),
      escaped(failure.actualValue),
      escaped(becauseText(failure)),
    ]);
    blocks.push(table(['status', 'result', 'expected', 'actual', 'because'], rows));
    const more = entry.failureCount - entry.failures.length;
    if (more > 0) blocks.push(`… and ${more} more`);
  }
  if (entry.events.length > 0) {
    const rows = entry.events.map((event) => [
      escaped(event.eventType),
      escaped(event.targetService),
      timeText(event.injectedAt),
      lastedText(event),
      recoveryText(event),
    ]);
    blocks.push(table(['fault', 'target', 'injected', 'for', 'recovery'], rows));
  }
  if (entry.warnings.length > 0)
    blocks.push(entry.warnings.map((warning) => `- ${escaped(warning)}`).join('\n'));
  return blocks;
}

function facts(entry: ReportEntry): string[][] {
  const { scenario, run, file, format, outcome, testEnvironment } = entry;
  const rows = [
    ['file', `${escaped(file)} (${format}), ${outcome}`],
    ['scenario', `${escaped(scenario!.scenarioId)} (${escaped(scenario!.scenarioType)})`],
  ];
  if (run === null) return rows;
  rows.push(['run', escaped(run.runId)], ['when', whenText(entry)!]);
  if (testEnvironment !== null) rows.push(['environment', escaped(testEnvironment)]);
  rows.push(['pass rate', passRateText(entry)], ['results', resultsText(entry)]);
  if (entry.events.length === 0) rows.push(['faults', 'none recorded']);
  return rows;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Backslashes before Markdown's signs, and entities for those that HTML and mentions begin with. */
function escaped(text: string): string {
  return visibleText(cutText(text, MAX_SHOWN))
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '&#64;')
    .replace(/[\\`*_{}[\]()#+!|~]/g, String.raw`\$&`)
    .replace(/:\/\//g, '&#58;//');
}
