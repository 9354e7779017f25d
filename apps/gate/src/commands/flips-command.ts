import { parseArgs } from 'node:util';

import type { AssertionHistory } from '@test-coordinator/domain';
import { MAX_HISTORY_RUNS, MAX_PAGE_LIMIT, type Repositories } from '@test-coordinator/ports';
import { counted } from '@test-coordinator/verdict';

import { assertionText } from '../render/assertion-text.js';
import { renderTable, TABLE_FORMATS } from '../render/render-table.js';
import { findHistories } from './assertion-histories.js';
import { EXIT, type GateCommand } from './gate-command.js';
import { positional, readCount, readWord } from './option-values.js';

const OPTIONS = {
  scenario: { type: 'string' },
  runs: { type: 'string' },
  format: { type: 'string' },
} as const;

interface Flip extends AssertionHistory {
  readonly scenarioId: string;
}

/** Tells which assertions go from passed to failed and back, those that do so most first. */
export const flipsCommand: GateCommand = {
  async run(args, { environment, stdout, openRecords }) {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    positional(positionals, []);
    const runs = readCount(values.runs, '--runs', 1, MAX_HISTORY_RUNS);
    const format = readWord(values.format ?? 'text', TABLE_FORMATS, '--format');
    await using records = await openRecords(environment);
    const { repositories } = records;
    const flips: Flip[] = [];
    let scenarios = 0;
    for await (const scenarioId of scenarioIds(repositories, values.scenario)) {
      scenarios += 1;
      const { histories } = await findHistories(repositories, { scenarioId, runs, minFlips: 1 });
      flips.push(...histories.map((history) => ({ scenarioId, ...history })));
    }
    flips.sort((a, b) => b.flips - a.flips);
    const findings = {
      title: `${counted(flips.length, 'assertion')} flipped, in ${counted(scenarios, 'scenario')}.`,
      head: ['flips', 'decided runs', 'failed', 'scenario', 'assertion'],
      rows: flips.map((flip) => [
        String(flip.flips),
        String(flip.decided),
        String(flip.failed),
        flip.scenarioId,
        assertionText(flip.assertion),
      ]),
      json: { scenarios, flips },
    };
    stdout.write(renderTable(findings, format));
    return EXIT.passed;
  },
};

async function* scenarioIds(
  { scenarios }: Repositories,
  scenarioId: string | undefined,
): AsyncGenerator<string> {
  if (scenarioId !== undefined) {
    yield scenarioId;
    return;
  }
  for (let cursor: string | undefined; ;) {
    const page = await scenarios.find({}, { limit: MAX_PAGE_LIMIT, cursor });
    for (const scenario of page.items) yield scenario.scenarioId;
    if (page.nextCursor === null) return;
    cursor = page.nextCursor;
  }
}
