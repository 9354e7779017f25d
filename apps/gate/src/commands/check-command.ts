import { parseArgs } from 'node:util';

import {
  judgeRun,
  unansweredVerdict,
  type BaselineChoice,
  type GateRequest,
} from '@test-coordinator/verdict';

import { renderVerdict, VERDICT_FORMATS } from '../render/render-verdict.js';
import { positional, readCount, readDuration, readShare, readWord, required } from './option-values.js';
import { cannotTellReason, isUsage } from './error-text.js';
import { EXIT, type GateCommand, type Host } from './gate-command.js';

const OPTIONS = {
  scenario: { type: 'string' },
  run: { type: 'string' },
  baseline: { type: 'string' },
  'min-pass-rate': { type: 'string' },
  'max-recovery-p95': { type: 'string' },
  'no-new-failures': { type: 'boolean' },
  'max-flaky': { type: 'string' },
  'max-age': { type: 'string' },
  format: { type: 'string' },
} as const;

/** Judges a run and prints the verdict on stdout, also when the store does not answer: then nothing can be told. */
export const checkCommand: GateCommand = {
  async run(args, host) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: OPTIONS,
      allowPositionals: true,
    });
    positional(positionals, []);
    const format = readWord(values.format ?? 'text', VERDICT_FORMATS, '--format');
    const request: GateRequest = {
      scenarioId: required(values.scenario, '--scenario'),
      run: values.run,
      baseline: readBaseline(values.baseline),
      rules: {
        minPassRate: readShare(values['min-pass-rate'], '--min-pass-rate'),
        maxRecoveryP95Ms: readDuration(values['max-recovery-p95'], '--max-recovery-p95'),
        noNewFailures: values['no-new-failures'],
        maxFlaky: readCount(values['max-flaky'], '--max-flaky'),
        maxAgeMs: readDuration(values['max-age'], '--max-age'),
      },
    };
    const verdict = await verdictOf(request, host);
    host.stdout.write(renderVerdict(verdict, format));
    return EXIT[verdict.outcome];
  },
};

async function verdictOf(request: GateRequest, { environment, now, openRecords }: Host) {
  try {
    await using records = await openRecords(environment);
    const { repositories, wasDegraded } = records;
    return await judgeRun(repositories, request, { now: now(), wasDegraded });
  } catch (error) {
    if (isUsage(error)) throw error;
    return unansweredVerdict(request, now(), cannotTellReason(error));
  }
}

function readBaseline(text: string | undefined): BaselineChoice | undefined {
  if (text === undefined || text === 'last-passed' || text === 'previous') return text;
  return { run: required(text, '--baseline') };
}
