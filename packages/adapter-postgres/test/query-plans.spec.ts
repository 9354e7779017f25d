import { migrate, type PostgresAdapter } from '@test-coordinator/adapter-postgres';
import { fixtures } from '@test-coordinator/contract-tests';
import { PostgresServer } from '@test-coordinator/services';
import { expect } from 'chai';

import { connected, eventually, startedAdapter } from './fault-worlds.js';

const { id, at } = fixtures;

// 200,000 results and events in 20,000 runs of 2,000 of 20,000 scenarios; one in a thousand is of the kind that is asked for.
const FILL = `
SET search_path TO test_coordination;
INSERT INTO scenarios SELECT 's' || n, 'scenario ' || n, NULL,
  CASE WHEN n % 1000 = 0 THEN 'data_corruption' ELSE 'combined' END, CASE WHEN n % 1000 = 0 THEN 'archived' ELSE 'active' END, '{}', '{}', '{}', '{}',
  CASE WHEN n % 1000 = 0 THEN ARRAY['nightly'] ELSE '{}' END, NULL, now() - n * interval '1 minute', now(), 1, '' FROM generate_series(1, 20000) n;
INSERT INTO test_runs SELECT ('019bc12b-c62b-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 's' || (1 + n % 2000),
  CASE WHEN n % 1000 = 0 THEN 'timeout' ELSE 'passed' END, now() - n * interval '1 minute', NULL, n, '{}', NULL, NULL, NULL,
  'ci/' || n, false, false, now(), now(), 1, NULL, '' FROM generate_series(1, 20000) n;
INSERT INTO chaos_events SELECT ('019bc12b-c62c-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
  ('019bc12b-c62b-7000-8000-' || lpad(to_hex(1 + n % 20000), 12, '0'))::uuid, CASE WHEN n % 1000 = 0 THEN 'clock_skew' ELSE 'cpu_stress' END,
  'service-' || n % 500, '{}', now(), NULL, CASE WHEN n % 1000 = 0 THEN 'injected' ELSE 'recovered' END, NULL, NULL, now(), 1, ''
  FROM generate_series(1, 200000) n;
INSERT INTO test_results SELECT ('019bc12b-c62d-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
  ('019bc12b-c62b-7000-8000-' || lpad(to_hex(1 + n % 20000), 12, '0'))::uuid, NULL, CASE WHEN n % 1000 = 0 THEN 'audit_trail' ELSE 'latency' END,
  '', '', CASE WHEN n % 1000 = 0 THEN 'error' ELSE 'passed' END, now(), NULL, 'order-' || n % 5000, 1, false, NULL, now()
  FROM generate_series(1, 200000) n;
ANALYZE;`;

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Filter?: string;
  readonly Plans?: readonly PlanNode[];
}

/** A walk through a whole index that throws rows away is a scan too. */
function scansIn(node: PlanNode): readonly string[] {
  const scans =
    node['Node Type'] === 'Seq Scan' ||
    (node['Node Type'].startsWith('Index') && node['Index Cond'] === undefined && node.Filter !== undefined);
  return [...(scans ? [node['Relation Name']!] : []), ...(node.Plans ?? []).flatMap(scansIn)];
}

describe('The plans of the queries', () => {
  let adapter: PostgresAdapter;
  let server: PostgresServer;
  before(async function () {
    this.timeout(60_000);
    server = await PostgresServer.start({
      settings: {
        session_preload_libraries: 'auto_explain',
        'auto_explain.log_min_duration': '0',
        'auto_explain.log_format': 'json',
        // A plan for a machine with more processors is another question.
        max_parallel_workers_per_gather: '0',
      },
    });
    await migrate({ url: server.url });
    const admin = await connected(server.url);
    await admin.query(FILL);
    await admin.end();
    adapter = await startedAdapter(server.url, { poolSize: 1, maxOverflow: 0 });
  });
  after(async () => {
    await adapter.stop();
    await server.stop();
  });

  const runId = id(7);
  const reads: Readonly<Record<string, (ports: PostgresAdapter['ports']) => Promise<unknown>>> = {
    'a scenario by id': ({ scenarios }) => scenarios.getById('s7'),
    'scenarios, the newest': ({ scenarios }) => scenarios.listAll(),
    'scenarios by status': ({ scenarios }) => scenarios.getByStatus('archived'),
    'scenarios by type': ({ scenarios }) => scenarios.getByType('data_corruption'),
    'scenarios by tag': ({ scenarios }) => scenarios.searchByTag('nightly'),
    'a run by id': ({ testRuns }) => testRuns.getById(runId),
    'runs by scenario': ({ testRuns }) => testRuns.getByScenario('s7'),
    'runs by status': ({ testRuns }) => testRuns.getByStatus('timeout'),
    'runs by date': ({ testRuns }) => testRuns.getRunsByDateRange(at(0), at(60_000)),
    'runs by external id': ({ testRuns }) => testRuns.find({ externalId: 'ci/7' }),
    'the recent runs': ({ testRuns }) => testRuns.getRecentRuns(),
    'the pass rate of a scenario': ({ testRuns }) => testRuns.calculatePassRate({ scenarioId: 's7' }),
    'the durations of a scenario': ({ testRuns }) => testRuns.getAverageDuration({ scenarioId: 's7' }),
    'an event by id': ({ chaosEvents }) => chaosEvents.getById(id(7)),
    'events by run': ({ chaosEvents }) => chaosEvents.getByRun(runId),
    'events by type': ({ chaosEvents }) => chaosEvents.getByType('clock_skew'),
    'events by service': ({ chaosEvents }) => chaosEvents.getByService('service-7'),
    'the active events': ({ chaosEvents }) => chaosEvents.getActiveEvents(),
    'the recovery times of a run': ({ chaosEvents }) => chaosEvents.calculateAverageRecoveryTime({ runId }),
    'events of a scenario': ({ chaosEvents }) => chaosEvents.find({ scenarioId: 's7' }),
    'a result by id': ({ testResults }) => testResults.getById(id(7)),
    'results by run': ({ testResults }) => testResults.getByRun(runId),
    'results by run and status': ({ testResults }) => testResults.find({ runId, statuses: ['failed'] }),
    'results by status': ({ testResults }) => testResults.getByStatus('error'),
    'results by type': ({ testResults }) => testResults.getByAssertionType('audit_trail'),
    'results by correlation id': ({ testResults }) => testResults.getByCorrelationId('order-7'),
    'results of a scenario': ({ testResults }) => testResults.find({ scenarioId: 's7' }),
    'the counts of a run': ({ testResults }) => testResults.countByStatus({ runId }),
    'the counts of a scenario': ({ testResults }) => testResults.countByStatus({ scenarioId: 's7' }),
    'the statistics of a run': ({ testResults }) => testResults.getAssertionStatistics({ runId }),
    'a run beside another': ({ testResults }) => testResults.compareRuns({ baselineRunId: id(8), runId }),
    'the histories of a scenario': ({ testResults }) =>
      testResults.getAssertionHistories({ scenarioId: 's7' }),
    'the last run of a scenario that passed': ({ testRuns }) =>
      testRuns.find(
        { scenarioId: 's7', statuses: ['passed'], unverified: false, recordedBefore: runId },
        { limit: 1 },
      ),
  };

  /** The tables that the statements of `work` read from end to end, as the server's own log of their plans says. */
  async function scannedTables(work: () => Promise<unknown>): Promise<readonly string[]> {
    const start = server.log.length;
    await work();
    const plans = await eventually(async () => {
      const logged = [...server.log.slice(start).matchAll(/plan:\n(\t\{[^]*?\n\t\})\n/g)];
      if (logged.length === 0) throw new Error('no plan was logged');
      return logged.map(([, json]) => JSON.parse(json!) as { readonly Plan: PlanNode });
    });
    return plans.flatMap(({ Plan }) => scansIn(Plan));
  }

  for (const [title, read] of Object.entries(reads)) {
    it(`When ${title} is asked for among 200,000 rows, Then no table is read from end to end`, async () => {
      expect(await scannedTables(() => read(adapter.ports))).to.deep.equal([]);
    });
  }

  it('When a question has no index, Then the scan is seen', async () => {
    const { testResults } = adapter.ports;
    expect(await scannedTables(() => testResults.countByStatus())).to.deep.equal(['test_results']);
    expect(await scannedTables(() => testResults.find({ text: 'nothing' }))).to.deep.equal(['test_results']);
  });
});
