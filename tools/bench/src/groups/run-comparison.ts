import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { createPostgresAdapter, migrate } from '@test-coordinator/adapter-postgres';
import { PostgresServer } from '@test-coordinator/services';
import pg from 'pg';

import type { BenchmarkGroup } from '../measure.js';
import { SCHEMA } from '../postgres/result-row.js';
import type { Scale } from '../records.js';

const GATE = fileURLToPath(new URL('main.js', import.meta.resolve('@test-coordinator/gate')));
/** Of a gate that says no. */
const GATE_FAILED = 1;

/** The n-th run; those of one scenario follow one another. */
const runId = (n: number): string => `019bc12b-c62b-7000-8000-${n.toString(16).padStart(12, '0')}`;

/**
 * What a gate asks: of a scenario with 10,000 runs of ten results, and of one with as many runs, of which two have 100,000
 * results each, of which one in a thousand fails, another in each run. They are made by the server, so that the memory that
 * is told is that of the reads. And the gate itself, in a process of its own.
 */
export async function* runComparison({ divisor }: Scale): AsyncIterable<BenchmarkGroup> {
  const [runs, results] = [10_000 / divisor, 100_000 / divisor];
  await using server = await PostgresServer.start();
  await migrate({ url: server.url });
  await fill(server.url, runs, results);
  await using adapter = createPostgresAdapter({ settings: { url: server.url } });
  await adapter.start();
  const { testRuns, testResults } = adapter.ports;
  const [baselineRunId, newestRunId] = [runId(runs + 1), runId(runs + 2)];
  yield {
    title: `a scenario of ${runs.toLocaleString('en')} runs, and runs of ${results.toLocaleString('en')} results, 1 caller`,
    reach: 'each below 1 s, by a client below 150 MB',
    contenders: [
      {
        name: 'counts of one large run',
        operations: 1,
        run: async () => void (await testResults.countByStatus({ runId: newestRunId })),
      },
      {
        name: 'the last run that passed',
        operations: 1,
        run: async () => {
          const held = { scenarioId: 'small', statuses: ['passed'], unverified: false } as const;
          const { items } = await testRuns.find({ ...held, recordedBefore: runId(runs) }, { limit: 1 });
          if (items.length !== 1) throw new Error('no run has passed');
        },
      },
      {
        name: 'two large runs: counts, and what is new',
        operations: 1,
        run: async () => {
          const { counts } = await testResults.compareRuns({
            baselineRunId,
            runId: newestRunId,
            findings: ['newly_failed', 'added', 'undecided'],
            slowerBy: { ratio: 1.5, ms: 100 },
          });
          if (counts.newly_failed !== results / 1_000) throw new Error('this is another comparison');
        },
      },
      {
        name: 'what flips over 100 runs of ten results',
        operations: 1,
        run: async () => {
          const { items } = await testResults.getAssertionHistories({ scenarioId: 'small', minFlips: 1 });
          if (items.length === 0) throw new Error('nothing flips');
        },
      },
      {
        name: 'what fails over 1,000 runs of ten results',
        operations: 1,
        run: async () => {
          const histories = await testResults.getAssertionHistories({
            scenarioId: 'small',
            runs: 1_000,
            streak: 'failed',
          });
          if (histories.runs !== 1_000) throw new Error('these are other runs');
        },
      },
      {
        name: 'gate check of a large run by every rule, process and all',
        operations: 1,
        run: () => check(server.url, { run: newestRunId, baseline: baselineRunId }),
      },
    ],
  };
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1_024);
  process.stdout.write(`  the client's memory: ${megabytes} MB at most\n`);
}

/** @throws Error unless the gate finds what is newly failed. */
async function check(
  url: string,
  { run, baseline }: Readonly<Record<'run' | 'baseline', string>>,
): Promise<void> {
  const rules = [
    '--no-new-failures',
    '--min-pass-rate',
    '0.9',
    '--max-flaky',
    '1000',
    '--max-recovery-p95',
    '5s',
  ];
  const gate = spawn(
    process.execPath,
    [
      GATE,
      'check',
      '--scenario',
      'large',
      '--run',
      run,
      '--baseline',
      baseline,
      ...rules,
      '--max-age',
      '24h',
    ],
    {
      env: { PATH: process.env['PATH'], TEST_COORDINATOR_ADAPTER_POSTGRES_URL: url },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const [code] = (await once(gate, 'close')) as [number | null];
  if (code !== GATE_FAILED) throw new Error(`the gate ended with ${code}`);
}

async function fill(url: string, runs: number, results: number): Promise<void> {
  const sql = new pg.Client({ connectionString: url });
  await sql.connect();
  const run = (n: string): string => `('${runId(0).slice(0, 24)}' || lpad(to_hex(${n}), 12, '0'))::uuid`;
  const addResults = (prefix: string, n: string, place: string, status: string, count: number): string =>
    `INSERT INTO test_results SELECT ('${prefix}-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, ${n},
'order ' || ${place} || ' is acknowledged', (ARRAY['latency', 'availability', 'throughput'])[1 + ${place} % 3], 'p99 < 250 ms',
'312 ms', ${status}, now(), NULL, NULL, 1, n % 5000 = 0, jsonb_build_object('suite', 'suite ' || ${place} % 50,
  'className', 'org.example.Class' || ${place} % 500, 'durationMs', n % 1000, 'startedAt', now()), now()
FROM generate_series(0, ${count - 1}) n`;
  try {
    await sql.query(`SET search_path TO ${SCHEMA};
INSERT INTO scenarios SELECT name, name, NULL, 'combined', 'active', '{}', '{}', '{}', '{}', '{}', NULL, now(), now(), 1, ''
FROM unnest(ARRAY['small', 'large']) name;
INSERT INTO test_runs SELECT ${run('n')}, CASE WHEN n > ${runs} THEN 'large' ELSE 'small' END,
  CASE WHEN n % 7 = 0 THEN 'failed' ELSE 'passed' END, now(), now(), 1, '{}', NULL, NULL, NULL, NULL, false, false, now(), now(), 1, NULL, ''
FROM generate_series(1, ${2 * runs}) n;
${addResults('019bc12b-c62c', run('1 + n / 10'), 'n % 10', "CASE WHEN n / 10 % 7 = n % 10 THEN 'failed' ELSE 'passed' END", runs * 10)};
${addResults('019bc12b-c62d', run(`${runs + 1}`), 'n', "CASE WHEN n % 1000 = 1 THEN 'failed' ELSE 'passed' END", results)};
${addResults('019bc12b-c62e', run(`${runs + 2}`), 'n', "CASE WHEN n % 1000 = 2 THEN 'failed' ELSE 'passed' END", results)};`);
    await sql.query('VACUUM ANALYZE');
  } finally {
    await sql.end();
  }
}
