import { parseArgs } from 'node:util';

import { runReport } from '@test-coordinator/ingest';
import { DataAdapterError, type TestRunsRepository } from '@test-coordinator/ports';

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
      const runId = await runIdOf(factory.getTestRunsRepository(), name);
      const { reports } = await runReport(factory.getRepositories(), runId);
      printReports(reports, format, host);
      return EXIT.done;
    });
  },
};

/** A run that calls itself so goes before one that has the name for its id: nobody names a run after another's id. */
async function runIdOf(testRuns: TestRunsRepository, name: string): Promise<string> {
  const { items } = await testRuns.find({ externalId: name }, { limit: 1 });
  if (items[0] !== undefined) return items[0].runId;
  const run = await testRuns.getById(name).catch((error: unknown) => {
    if (DataAdapterError.is(error) && error.code === 'INVALID_ARGUMENT') return null;
    throw error;
  });
  if (run === null)
    throw new DataAdapterError('NOT_FOUND', `no run has the id or the externalId ${JSON.stringify(name)}`);
  return run.runId;
}
