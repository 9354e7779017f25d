import type { ExportedRun } from './exported-run.js';

/** The run as it is recorded: `{ scenario, run, counts, flaky, events, results }`, times as ISO 8601 in UTC. */
export async function* jsonExport(exported: ExportedRun): AsyncGenerator<string> {
  const { scenario, run, counts, flaky, events, results } = exported;
  yield `${JSON.stringify({ scenario, run, counts, flaky }).slice(0, -1)},"events":[`;
  yield* listed(events);
  yield '\n],"results":[';
  yield* listed(results);
  yield '\n]}\n';
}

async function* listed(items: AsyncIterable<object>): AsyncGenerator<string> {
  let separator = '\n';
  for await (const item of items) {
    yield `${separator}${JSON.stringify(item)}`;
    separator = ',\n';
  }
}
