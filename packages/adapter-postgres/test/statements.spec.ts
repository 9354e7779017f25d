import { setImmediate } from 'node:timers/promises';
import { createPostgresAdapter } from '@test-coordinator/adapter-postgres';
import { fixtures } from '@test-coordinator/contract-tests';
import type { LogFields, Logger } from '@test-coordinator/ports';
import { FaultProxy } from '@test-coordinator/services';
import { expect } from 'chai';

import { connected, prepareRun, refusalOf, SHORT, startedAdapter } from './fault-worlds.js';
import { sharedServer } from './test-databases.js';

describe('The statements of the adapter', () => {
  it('When pg was answered to a statement with a name, Then the connection has what tells that it is parsed', async () => {
    const client = await connected(await sharedServer.emptyDatabase());
    await client.query({ name: 'one', text: 'SELECT 1' });
    expect(client.connection).to.have.deep.property('parsedStatements', { one: 'SELECT 1' });
    await client.end();
  });

  it('When the server is silent, Then each call ends at its own limit, whichever began before it', async () => {
    const url = await sharedServer.migratedDatabase();
    const proxy = await FaultProxy.start({ port: Number(new URL(url).port) });
    const adapter = await startedAdapter(proxy.url(url), { ...SHORT, queryTimeoutMs: 2_000 });
    const { testRuns } = adapter.ports;
    await Promise.all([testRuns.getRecentRuns(), testRuns.getRecentRuns()]);
    proxy.inject({ kind: 'black hole' });
    const timed = async (): Promise<number> => {
      const start = performance.now();
      expect(await refusalOf(testRuns.getRecentRuns())).to.equal('TIMEOUT');
      return performance.now() - start;
    };
    const first = timed();
    const start = performance.now();
    while (performance.now() - start < 1_200) await setImmediate();
    const times = await Promise.all([first, timed()]);
    expect(proxy.counts.lostRequestBytes, 'the fault').to.be.greaterThan(0);
    for (const ms of times) expect(ms).to.be.within(1_999, 3_000);
    proxy.heal();
    await adapter.stop();
    await proxy.stop();
  });

  it('When a time is stored that no Date can hold, Then it is INTERNAL for its readers, and others are answered', async () => {
    const url = await sharedServer.migratedDatabase();
    const adapter = await startedAdapter(url);
    const runId = await prepareRun(adapter);
    const { testResults } = adapter.ports;
    const { resultId } = await testResults.create(fixtures.testResult({ runId }));
    const admin = await connected(url);
    for (const time of ['infinity', '-infinity', '12026-01-01', '0044-03-15 BC']) {
      await admin.query('UPDATE test_coordination.test_results SET verification_time = $1', [time]);
      expect(await refusalOf(testResults.getById(resultId)), time).to.equal('INTERNAL');
      expect(await refusalOf(testResults.getByRun(runId)), time).to.equal('INTERNAL');
    }
    expect(await refusalOf(adapter.ports.testRuns.getById(runId))).to.equal('answered');
    await Promise.all([adapter.stop(), admin.end()]);
  });

  it('When statements are logged, Then each has a line with its name, rows and time, and no values', async () => {
    const lines: LogFields[] = [];
    const logger: Logger = {
      debug: (fields) => void lines.push(fields),
      info: () => undefined,
      warn: () => undefined,
      error: () => undefined,
      isDebugEnabled: () => true,
    };
    const adapter = createPostgresAdapter({
      logger,
      settings: { url: await sharedServer.migratedDatabase(), logQueries: true },
    });
    await adapter.start();
    await prepareRun(adapter);
    const statements = lines.filter(({ statement }) => statement !== undefined);
    expect(statements.map(({ statement, rows }) => [statement, rows])).to.deep.equal([
      ['scenario-create', 1],
      ['run-create', 1],
    ]);
    for (const fields of statements) expect(fields).to.have.all.keys('statement', 'rows', 'durationMs');
    await adapter.stop();
  });
});
