import { parseArgs } from 'node:util';

import { runReport } from '@test-coordinator/ingest';
import { getRunNamed } from '@test-coordinator/verdict';

import { EXIT, UsageError, type Command } from './command.js';
import { parsed } from './parsed-arguments.js';
import { printReports, readFormat } from './printed-reports.js';
import { withDataLayer } from './short-command.js';

/** Prints the report of a recorded run on stdout. */
export const reportCommand: Command = {
  async run(args, host) {
    const { values, positionals } = parsed(() =>
      parseArgs({ args: [...args], options: { format: { type: 'string' } }, allowPositionals: true }),
    );
    const [name, ...others] = positionals;
    if (name === undefined || others.length > 0)
      throw new UsageError('report needs one run: its id, or the externalId that it was recorded with.');
    const format = readFormat(values.format);
    return withDataLayer(host, async (factory) => {
      const run = await getRunNamed(factory.getTestRunsRepository(), name);
      const { reports } = await runReport(factory.getRepositories(), run.runId);
      printReports(reports, format, host);
      return EXIT.done;
    });
  },
};
