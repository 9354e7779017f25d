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
import { markdownTable, markdownText } from './markdown-text.js';

const SIGNS: Readonly<Record<string, string>> = { PASSED: '✅', FAILED: '❌', ERROR: '⚠️', REFUSED: '⛔' };

/** Reports to paste into a pull request. Text out of files is escaped: it makes no table cell, link, mention or HTML. */
export function renderMarkdown(report: ImportReport): string {
  return `${report.reports.map((entry) => entryBlocks(entry).join('\n\n')).join('\n\n')}\n`;
}

function entryBlocks(entry: ReportEntry): string[] {
  const verdict = verdictOf(entry);
  const blocks = [
    `### ${SIGNS[verdict] ?? 'ℹ️'} ${verdict}: ${markdownText(entry.scenario?.name ?? entry.file)}`,
  ];
  const explanation = explanationOf(entry);
  if (explanation !== null) blocks.push(markdownText(explanation));
  if (entry.scenario !== null) blocks.push(markdownTable(['', ''], facts(entry)));
  if (entry.failures.length > 0) {
    const rows = entry.failures.map((failure) => [
      failure.status === 'failed' ? 'failed' : 'could not be checked',
      markdownText((failure.name ?? '(unnamed)') + (failure.where === null ? '' : ` [${failure.where}]`)),
      markdownText(failure.expectedValue),
      markdownText(failure.actualValue),
      markdownText(becauseText(failure)),
    ]);
    blocks.push(markdownTable(['status', 'result', 'expected', 'actual', 'because'], rows));
    const more = entry.failureCount - entry.failures.length;
    if (more > 0) blocks.push(`… and ${more} more`);
  }
  if (entry.events.length > 0) {
    const rows = entry.events.map((event) => [
      markdownText(event.eventType),
      markdownText(event.targetService),
      timeText(event.injectedAt),
      lastedText(event),
      recoveryText(event),
    ]);
    blocks.push(markdownTable(['fault', 'target', 'injected', 'for', 'recovery'], rows));
  }
  if (entry.warnings.length > 0)
    blocks.push(entry.warnings.map((warning) => `- ${markdownText(warning)}`).join('\n'));
  return blocks;
}

function facts(entry: ReportEntry): string[][] {
  const { scenario, run, file, format, outcome, testEnvironment } = entry;
  const rows = [
    ['file', `${markdownText(file)} (${format}), ${outcome}`],
    ['scenario', `${markdownText(scenario!.scenarioId)} (${markdownText(scenario!.scenarioType)})`],
  ];
  if (run === null) return rows;
  rows.push(['run', markdownText(run.runId)], ['when', whenText(entry)!]);
  if (testEnvironment !== null) rows.push(['environment', markdownText(testEnvironment)]);
  rows.push(['pass rate', passRateText(entry)], ['results', resultsText(entry)]);
  if (entry.events.length === 0) rows.push(['faults', 'none recorded']);
  return rows;
}
