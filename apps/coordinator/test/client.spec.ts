import { Readable } from 'node:stream';

import {
  createCoordinatorClient,
  type ClientSettings,
  type CoordinatorClient,
} from '@test-coordinator/client';
import { fixtures } from '@test-coordinator/contract-tests';
import type { ServerOptions } from '@test-coordinator/coordinator';
import { DataAdapterError } from '@test-coordinator/ports';
import { expect } from 'chai';

import { ApiClient } from './api-client.js';
import { example, JOURNAL } from './examples.js';
import { UNKNOWN_ID } from './records.js';

/** A coordinator that serves, and a client of it. */
class ServedClient implements AsyncDisposable {
  private constructor(
    readonly api: ApiClient,
    readonly client: CoordinatorClient,
    readonly baseUrl: string,
  ) {}

  static async start(
    options: Partial<ServerOptions> = {},
    settings: Partial<ClientSettings> = {},
  ): Promise<ServedClient> {
    const api = await ApiClient.start(options);
    const baseUrl = await api.server.listen({ host: '127.0.0.1', port: 0 });
    const client = createCoordinatorClient({ settings: { baseUrl, ...settings } });
    await client.start();
    return new ServedClient(api, client, baseUrl);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.stop();
    await this.api[Symbol.asyncDispose]();
  }
}

async function errorOf(call: Promise<unknown>): Promise<DataAdapterError> {
  const [settled] = await Promise.allSettled([call]);
  if (settled.status === 'fulfilled' || !DataAdapterError.is(settled.reason))
    throw new Error('it was not refused by an error of the ports');
  return settled.reason;
}

describe('A client of a coordinator', () => {
  it('Given the file of another tool, When it is imported twice, once as a stream, Then the report comes with Dates, and the second changes nothing', async () => {
    await using served = await ServedClient.start();
    const { reports, ports } = served.client;
    const imported = await reports.importReport(example(JOURNAL), {
      fileName: 'journal',
      environment: 'lab',
    });
    const { run, events, ...entry } = imported.reports[0]!;
    expect(entry).to.include({ outcome: 'recorded', file: 'journal', testEnvironment: 'lab' });
    expect(run!.startedAt).to.deep.equal((await ports.testRuns.getById(run!.runId))!.startedAt);
    expect(events[0]!.injectedAt).to.be.instanceOf(Date);
    const again = await reports.importReport(Readable.from([example(JOURNAL)]));
    expect(again.reports[0]).to.include({ outcome: 'duplicate' });
    expect((await ports.testRuns.getRecentRuns()).items).to.have.length(1);

    const report = await reports.getRunReport(run!.runId);
    expect(report.reports[0]).to.deep.include({ run, results: entry.results });
    expect(await reports.getRunReportText(run!.runId, 'markdown')).to.include(entry.scenario!.name);
    expect((await errorOf(reports.getRunReport(UNKNOWN_ID))).code).to.equal('NOT_FOUND');
    expect((await errorOf(reports.importReport('no report'))).code).to.equal('INVALID_ARGUMENT');
  });

  it('Given a thousand results of several KB each, When they are sent at once, Then all of them are stored', async () => {
    await using served = await ServedClient.start();
    const { scenarios, testRuns, testResults } = served.client.ports;
    await scenarios.create(fixtures.scenario());
    const { runId } = await testRuns.create(fixtures.testRun());
    const errorDetails = 'at line 1\n'.repeat(250);
    const results = Array.from({ length: 1_000 }, () => {
      const { resultId: _, ...result } = fixtures.testResult({ errorDetails });
      return { ...result, runId };
    });
    const stored = await testResults.bulkCreate(results);
    expect(JSON.stringify(stored).length).to.be.above(2 * 1_048_576);
    expect(await testResults.countByStatus({ runId })).to.include({ [results[0]!.status]: 1_000 });
  });

  it('Given a coordinator that asks for a key, When the key is missing, unknown or too weak, Then the error says so and never the key', async () => {
    const authentication: NonNullable<ServerOptions['authentication']> = {
      authenticate: (key) =>
        Promise.resolve(key.startsWith('reader') ? { actor: 'ada', scope: 'read' } : undefined),
    };
    await using served = await ServedClient.start({ authentication }, { apiKey: 'reader-hunter2' });
    expect((await served.client.ports.scenarios.listAll()).items).to.deep.equal([]);
    const create = served.client.ports.scenarios.create(fixtures.scenario());
    expect(await errorOf(create)).to.deep.include({
      code: 'INTERNAL',
      details: { code: 'FORBIDDEN', status: 403 },
    });
    for (const apiKey of [undefined, 'stranger-hunter2']) {
      await using client = createCoordinatorClient({ settings: { baseUrl: served.baseUrl, apiKey } });
      await client.start();
      const error = await errorOf(client.ports.scenarios.listAll());
      expect(error).to.deep.include({ code: 'INTERNAL', details: { code: 'UNAUTHENTICATED', status: 401 } });
      expect(`${error.stack} ${JSON.stringify(error)}`).to.not.include('hunter2');
    }
  });

  it('Given a coordinator that limits its callers, When there are too many calls, Then they are CAPACITY, which may be tried again', async () => {
    await using served = await ServedClient.start({ requestsPerSecond: 3 });
    const { scenarios } = served.client.ports;
    const settled = await Promise.allSettled(Array.from({ length: 20 }, () => scenarios.getById('none')));
    const refused = settled.flatMap((one) =>
      one.status === 'rejected' ? [one.reason as DataAdapterError] : [],
    );
    expect(refused).to.not.deep.equal([]);
    for (const error of refused) expect(error).to.include({ code: 'CAPACITY', retryable: true });
  });

  it('Given a path that is no coordinator’s, When it is called, Then nothing is taken for absent', async () => {
    await using served = await ServedClient.start();
    const settings = { baseUrl: `${served.baseUrl}/elsewhere` };
    const error = await errorOf(createCoordinatorClient({ settings }).start());
    expect(error.code).to.equal('INTERNAL');
    expect(error.message).to.include('see the base URL');
  });
});
