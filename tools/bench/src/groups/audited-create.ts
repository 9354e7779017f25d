import { createPostgresAdapter, migrate } from '@test-coordinator/adapter-postgres';
import { AuditTrail, auditedPort } from '@test-coordinator/auditing';
import { systemClock, uuidV7Ids, type TestResultsRepository } from '@test-coordinator/ports';
import { PostgresServer } from '@test-coordinator/services';

import type { BenchmarkGroup, Contender } from '../measure.js';
import { resultInput, type Scale } from '../records.js';

const CALLERS = [1, 64];

/** What the trace of a change costs: results recorded with and without it, in one server, one call for each. */
export async function* auditedCreate({ divisor }: Scale): AsyncIterable<BenchmarkGroup> {
  await using server = await PostgresServer.start();
  await migrate({ url: server.url });
  const adapter = createPostgresAdapter({ settings: { url: server.url } });
  await adapter.start();
  const { scenarios, testRuns, testResults, auditLog: log } = adapter.ports;
  await scenarios.create({ scenarioId: 'audited', name: 'audited', scenarioType: 'combined' });
  const { runId } = await testRuns.create({ scenarioId: 'audited' });
  const ids = uuidV7Ids(systemClock);
  const trail = new AuditTrail({ log, clock: systemClock, ids, chain: `bench-${ids.next()}` });
  const audited = auditedPort('testResults', testResults, trail);

  const creating = (name: string, port: TestResultsRepository, callers: number): Contender => {
    const each = Math.floor((callers === 1 ? 2_000 : 20_000) / divisor / callers);
    return {
      name: `${name}, ${callers} caller${callers === 1 ? '' : 's'}`,
      operations: each * callers,
      run: async () => {
        const work = async (): Promise<void> => {
          for (let count = 0; count < each; count += 1) await port.create(resultInput(runId, count));
        };
        await Promise.all(Array.from({ length: callers }, work));
        await trail.flush();
      },
    };
  };

  for (const callers of CALLERS)
    yield {
      title: `create of a result in PostgreSQL with the audit log, ${callers} at a time`,
      contenders: [creating('adapter alone', testResults, callers), creating('audited', audited, callers)],
    };
  await trail.close();
  await adapter.stop();
}
