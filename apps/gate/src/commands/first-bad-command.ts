import { parseArgs } from 'node:util';

import type { AssertionHistory } from '@test-coordinator/domain';
import { DataAdapterError, MAX_HISTORY_RUNS } from '@test-coordinator/ports';
import { counted, durationText } from '@test-coordinator/verdict';

import { assertionText } from '../render/assertion-text.js';
import { renderTable, TABLE_FORMATS } from '../render/render-table.js';
import { findHistories } from './assertion-histories.js';
import { EXIT, type GateCommand } from './gate-command.js';
import { positional, readCount, readWord, required } from './option-values.js';

const OPTIONS = {
  scenario: { type: 'string' },
  runs: { type: 'string' },
  format: { type: 'string' },
} as const;

/** Tells the first run of the present failing streak of each assertion. */
export const firstBadCommand: GateCommand = {
  async run(args, { environment, stdout, now, openRecords }) {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    positional(positionals, []);
    const scenarioId = required(values.scenario, '--scenario');
    const runs = readCount(values.runs, '--runs', 1, MAX_HISTORY_RUNS);
    const format = readWord(values.format ?? 'text', TABLE_FORMATS, '--format');
    await using records = await openRecords(environment);
    const found = await findHistories(records.repositories, { scenarioId, runs, streak: 'failed' });
    if (found.runs === 0)
      throw new DataAdapterError('NOT_FOUND', `the scenario ${scenarioId} has no run that is over`);
    const at = now();
    const title =
      found.histories.length === 0
        ? `Nothing is failing, in the last ${counted(found.runs, 'run')} of ${scenarioId}.`
        : `${counted(found.histories.length, 'assertion')} failing, in the last ${counted(found.runs, 'run')} of ${scenarioId}.`;
    const findings = {
      title,
      head: ['assertion', 'failing since run', 'since', 'age', 'runs', 'last seen'],
      rows: found.histories.map((history) => rowOf(history, at)),
      json: { scenarioId, ...found },
    };
    stdout.write(renderTable(findings, format));
    return EXIT.passed;
  },
};

function rowOf({ assertion, streak, missedRuns }: AssertionHistory, now: Date): readonly string[] {
  const { firstRunId = '', since = now, length = 0, mayBeLonger = false } = streak ?? {};
  return [
    assertionText(assertion),
    firstRunId,
    since.toISOString(),
    durationText(Math.max(0, now.getTime() - since.getTime())),
    `${length}${mayBeLonger ? ' or more' : ''}`,
    missedRuns === 0 ? 'in the last run' : `${counted(missedRuns, 'run')} ago`,
  ];
}
