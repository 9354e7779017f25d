import { parseArgs } from 'node:util';

import { COMPARISON_GROUPS, type ComparedAssertion } from '@test-coordinator/domain';
import { MAX_PAGE_LIMIT, type RunComparison } from '@test-coordinator/ports';
import { getRunNamed } from '@test-coordinator/verdict';

import { assertionText, transitionText } from '../render/assertion-text.js';
import { renderTable, TABLE_FORMATS, type Findings } from '../render/render-table.js';
import { runFacts } from '../render/run-facts.js';
import { EXIT, type GateCommand } from './gate-command.js';
import { positional, readWord } from './option-values.js';

/** From when on an assertion is told as slower or faster: half as long again, and a tenth of a second. */
const SLOWER_BY = { ratio: 1.5, ms: 100 };
/** What is worth a line; what passed before and after is counted alone. */
const FINDINGS = [
  ...COMPARISON_GROUPS.filter((group) => group !== 'still_passing'),
  'flaky',
  'slower',
  'faster',
] as const;

/** Tells what became of the assertions of one run in another. */
export const compareCommand: GateCommand = {
  async run(args, { environment, stdout, openRecords }) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { format: { type: 'string' } },
      allowPositionals: true,
    });
    const [a, b] = positional(positionals, ['two runs: the baseline', 'the one to hold against it']);
    const format = readWord(values.format ?? 'text', TABLE_FORMATS, '--format');
    await using records = await openRecords(environment);
    const { repositories } = records;
    const baseline = await getRunNamed(repositories.testRuns, a!);
    const run = await getRunNamed(repositories.testRuns, b!);
    const comparison = await repositories.testResults.compareRuns(
      { baselineRunId: baseline.runId, runId: run.runId, findings: FINDINGS, slowerBy: SLOWER_BY },
      { limit: MAX_PAGE_LIMIT },
    );
    const json = { baseline: runFacts(baseline), run: runFacts(run), slowerBy: SLOWER_BY, ...comparison };
    stdout.write(renderTable(findingsOf(comparison, json), format));
    return EXIT.passed;
  },
};

function findingsOf({ counts, marks, items, nextCursor }: RunComparison, json: object): Findings {
  const told = [...Object.entries(counts), ...Object.entries(marks)].map(
    ([name, count]) => `${count} ${name.replaceAll('_', ' ')}`,
  );
  const cut = nextCursor === null ? '' : `; the first ${items.length} are listed`;
  return {
    title: `${told.join(', ')}${cut}`,
    head: ['what', 'assertion', 'baseline → run', 'longer by'],
    rows: items.map((item) => [
      [item.group, ...item.marks].join(', ').replaceAll('_', ' '),
      assertionText(item.assertion),
      transitionText(item),
      paceText(item),
    ]),
    json,
  };
}

/** How much longer it took, of those that are slower or faster. */
function paceText({ marks, durationChangeMs, before }: ComparedAssertion): string {
  const isOther = marks.includes('slower') || marks.includes('faster');
  if (!isOther || durationChangeMs === undefined) return '';
  const beforeMs = before?.durationMs ?? 0;
  const factor = beforeMs === 0 ? '' : `, × ${((beforeMs + durationChangeMs) / beforeMs).toFixed(1)}`;
  return `${durationChangeMs} ms${factor}`;
}
