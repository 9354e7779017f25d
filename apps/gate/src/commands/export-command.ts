import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';

import { EXPORT_FORMATS, exportRun } from '@test-coordinator/ingest';
import { getRunNamed } from '@test-coordinator/verdict';

import { positional, readWord, required } from './option-values.js';
import { EXIT, type GateCommand } from './gate-command.js';

const OPTIONS = { run: { type: 'string' }, format: { type: 'string' }, output: { type: 'string' } } as const;

/** Writes a run piece by piece: a slow reader slows the reading of the store. */
export const exportCommand: GateCommand = {
  async run(args, { environment, stdout, openRecords }) {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: OPTIONS,
      allowPositionals: true,
    });
    positional(positionals, []);
    const name = required(values.run, '--run');
    const format = readWord(required(values.format, '--format'), EXPORT_FORMATS, '--format');
    await using records = await openRecords(environment);
    const { runId } = await getRunNamed(records.repositories.testRuns, name);
    const pieces = Readable.from(exportRun(records.repositories, runId, format));
    if (values.output === undefined) await pipeline(pieces, stdout, { end: false });
    else await pipeline(pieces, createWriteStream(values.output));
    return EXIT.passed;
  },
};
