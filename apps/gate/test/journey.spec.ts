import { chmodSync, mkdtempSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  FaultProxy,
  RedisCluster,
  TestPostgres,
  startTestRedis,
  type TestRedis,
} from '@test-coordinator/services';
import { expect } from 'chai';

import { CoordinatorProcess } from './coordinator-process.js';
import { bySettings, runGate, type Ended } from './gate-run.js';

type Settings = Readonly<Record<string, string>>;
const ADAPTER = 'TEST_COORDINATOR_ADAPTER_';
const STARTED = '2026-01-16T09:00:00.000Z';
const NOW = new Date('2026-01-16T10:00:00.000Z');

/** The report of a run of three assertions, at a minute of its own, so that each is another run. */
function reportOf(minute: number, failing: readonly string[]): string {
  const timestamp = new Date(new Date(STARTED).getTime() + minute * 60_000).toISOString();
  const cases = ['orders survive', 'positions reconcile', 'latency recovers'].map((name) => {
    const failure = failing.includes(name)
      ? '<failure message="expected: &lt;0&gt; but was: &lt;3&gt;"/>'
      : '';
    return `<testcase name="${name}" classname="MatchingEngine" time="1.5">${failure}</testcase>`;
  });
  return `<testsuite name="Matching engine restart" timestamp="${timestamp}" time="5">${cases.join('')}</testsuite>`;
}

/** Records the report through the API of a coordinator and answers with the scenario. */
async function record(
  url: string,
  minute: number,
  failing: readonly string[],
  authorization: Settings,
): Promise<string> {
  const response = await fetch(`${url}/api/v1/imports?fileName=engine.xml`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', ...authorization },
    body: reportOf(minute, failing),
  });
  const text = await response.text();
  expect(response.ok, text).to.equal(true);
  const { reports } = JSON.parse(text) as {
    reports: readonly { outcome: string; scenario: { scenarioId: string } }[];
  };
  expect(reports[0]!.outcome).to.equal('recorded');
  return reports[0]!.scenario.scenarioId;
}

/** What a user does in a pipeline, on any store. `takeAway` makes the store unreachable for the gate. */
async function journey(
  url: string,
  settings: Settings,
  takeAway: () => Promise<void>,
  authorization: Settings = {},
): Promise<void> {
  const scenarioId = await record(url, 1, [], authorization);
  await record(url, 2, [], authorization);
  const check = (...more: string[]): Promise<Ended> => {
    const rules = ['--no-new-failures', '--min-pass-rate', '0.99', '--max-age', '24h'];
    return runGate(['check', '--scenario', scenarioId, ...rules, ...more], bySettings, settings, NOW);
  };
  const green = await check();
  expect([green.code, green.stderr], green.stdout).to.deep.equal([0, '']);
  expect(green.stdout).to.match(/PASSED +no-new-failures +nothing failed/);

  await record(url, 3, ['positions reconcile'], authorization);
  const red = await check();
  expect([red.code, red.stderr], red.stdout).to.deep.equal([1, '']);
  expect(red.stdout)
    .to.match(/FAILED +no-new-failures +1 new failure\n/)
    .and.match(/FAILED +min-pass-rate +66.6667 % passed \(2 of 3 decided results\), less than 99 %/)
    .and.match(/positions reconcile +passed → failed/);
  const bad = await runGate(['first-bad', '--scenario', scenarioId], bySettings, settings, NOW);
  expect(bad.stdout)
    .to.include('2026-01-16T09:03:00.000Z')
    .and.include('1 assertion failing, in the last 3 runs');

  await takeAway();
  const away = await check('--format', 'json');
  expect(away.code, away.stdout + away.stderr).to.equal(3);
  expect(JSON.parse(away.stdout)).to.include({ outcome: 'unknown', run: null });
}

describe('A pipeline with a coordinator and a gate', function () {
  this.timeout(180_000);
  let postgres: TestPostgres;
  let redis: TestRedis;
  before(async () => {
    // Its own: roles belong to a whole server.
    [postgres, redis] = await Promise.all([TestPostgres.startOwn(), startTestRedis()]);
  });
  after(async () => {
    await Promise.all([postgres.stop(), redis.stop()]);
  });

  it('Given the embedded PostgreSQL, When runs are recorded and judged, Then the gate joins it: green, red, and 3 once it is away', async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gate-journey-')));
    // The server of root runs as another user, who has to pass.
    chmodSync(folder, 0o755);
    const settings = { [`${ADAPTER}DATA_DIR`]: join(folder, 'data') };
    const { coordinator, url } = await CoordinatorProcess.serve(settings);
    await journey(url, settings, async () => {
      await coordinator.stop();
      renameSync(join(folder, 'data'), join(folder, 'elsewhere'));
    });
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  /** On a server: the gate reaches it through a link that can be cut, and the coordinator has Redis besides. */
  async function onServer(redisUrl: string, role?: string): Promise<void> {
    const database = await postgres.createDatabase();
    await using link = await FaultProxy.start({ port: Number(new URL(database).port) });
    const gateUrl = new URL(link.url(database));
    if (role !== undefined) {
      await CoordinatorProcess.print({ [`${ADAPTER}POSTGRES_URL`]: database }, 'migrate', '--roles');
      gateUrl.username = role;
    }
    const shared = { [`${ADAPTER}REDIS_URL`]: redisUrl };
    const { coordinator, url } = await CoordinatorProcess.serve({
      ...shared,
      [`${ADAPTER}POSTGRES_URL`]: database,
      [`${ADAPTER}REDIS_KEY_PREFIX`]: 'gate-journey:',
      [`${ADAPTER}SPOOL`]: 'false',
    });
    await using _coordinator = coordinator;
    await journey(url, { ...shared, [`${ADAPTER}POSTGRES_URL`]: gateUrl.href }, () => link.stop());
  }

  it('Given PostgreSQL and Redis, When runs are recorded and judged by a role that may only read, Then the gate is green, red, and 3 once PostgreSQL is away', async () => {
    await onServer(redis.url, 'tc_ro');
  });

  it('Given PostgreSQL and a Redis Cluster, When runs are recorded and judged, Then the gate is green, red, and 3 once PostgreSQL is away', async () => {
    await using cluster = await RedisCluster.start();
    await onServer(cluster.url);
  });

  it('Given a coordinator alone, asked over HTTP with a key, When runs are recorded and judged, Then the gate is green, red, and 3 once it is away', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gate-journey-'));
    const keys = { TEST_COORDINATOR_HTTP_AUTH: 'keys', [`${ADAPTER}DATA_DIR`]: folder };
    const key = await CoordinatorProcess.print(
      keys,
      'keys',
      'create',
      '--name',
      'pipeline',
      '--scope',
      'record',
    );
    const { coordinator, url } = await CoordinatorProcess.serve({
      ...keys,
      TEST_COORDINATOR_STORE: 'memory',
    });
    const settings = { TEST_COORDINATOR_URL: url, TEST_COORDINATOR_HTTP_CLIENT_KEY: key };
    await journey(url, settings, () => coordinator.stop(), { authorization: `Bearer ${key}` });
    rmSync(folder, { recursive: true, force: true });
  });
});
