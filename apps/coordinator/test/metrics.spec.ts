import { readFileSync } from 'node:fs';

import { AdapterFactory, Metrics, observedPort, type ObserveCall } from '@test-coordinator/coordinator';
import { DataAdapterError } from '@test-coordinator/ports';
import { RedisServer, TestPostgres } from '@test-coordinator/services';
import { expect } from 'chai';

import { ApiClient, json } from './api-client.js';
import { eventually } from './eventually.js';
import { example, JUNIT } from './examples.js';
import { result, run, scenario, UNKNOWN_ID } from './records.js';
import { SpoolingWorld } from './spooling-coordinator.js';

const DASHBOARD = new URL('../../../deploy/grafana-dashboard.json', import.meta.url);
const ALERTS = new URL('../../../deploy/alerts.yaml', import.meta.url);
const DOCS = new URL('../../../docs/metrics.md', import.meta.url);
const OURS = /\btest_coordinator_\w+/g;

/** The value of each line, by its name and labels as they stand. */
function samples(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

async function measured(): Promise<ApiClient> {
  const metrics = new Metrics('1.2.3');
  const factory = AdapterFactory.useStub({}, { observeCall: metrics.observeCall });
  return ApiClient.start({ factory, metrics });
}

describe('Metrics', () => {
  it('Given calls that succeed and fail, When they are read, Then each is counted under its route, operation and outcome, and no id is a label', async () => {
    await using api = await measured();
    await api.must('POST', '/api/v1/scenarios', { body: scenario() });
    const { runId } = await api.must<{ runId: string }>('POST', '/api/v1/runs', { body: run() });
    await api.must('POST', `/api/v1/runs/${runId}/start`);
    await api.must('POST', '/api/v1/results', { body: result(runId, { status: 'failed' }) });
    await api.must('POST', '/api/v1/results/bulk', { body: { results: [result(runId), result(runId)] } });
    await api.must('POST', `/api/v1/runs/${runId}/complete`, { body: { status: 'failed' } });
    await api.call('GET', `/api/v1/runs/${UNKNOWN_ID}`);
    await api.call('POST', `/api/v1/runs/${UNKNOWN_ID}/start`);
    await api.call('GET', `/nowhere/${UNKNOWN_ID}`);

    const { text, headers } = await api.call('GET', '/metrics');
    expect(headers['content-type']).to.match(/^text\/plain; version=0\.0\.4/);
    const told = samples(text);
    const prefix = 'test_coordinator_';
    for (const [line, value] of [
      [
        `${prefix}http_request_duration_seconds_count{method="GET",route="/api/v1/runs/:runId",status="404"}`,
        1,
      ],
      [`${prefix}http_request_duration_seconds_count{method="GET",route="none",status="404"}`, 1],
      [`${prefix}operation_duration_seconds_count{operation="testRuns.startRun",outcome="ok"}`, 1],
      [`${prefix}operation_duration_seconds_count{operation="testRuns.startRun",outcome="NOT_FOUND"}`, 1],
      [`${prefix}results_recorded_total{type="recovery_time",status="failed"}`, 1],
      [`${prefix}results_recorded_total{type="recovery_time",status="passed"}`, 2],
      [`${prefix}runs_completed_total{status="failed"}`, 1],
      [`${prefix}info{version="1.2.3"}`, 1],
    ] as const)
      expect(told.get(line), line).to.equal(value);
    expect(text).to.not.include(runId).and.not.include(UNKNOWN_ID);
  });

  it('Given reports, loads that break off and units that are undone, When they are counted, Then what was recorded counts, by type and status, and what was undone does not', async () => {
    await using api = await measured();
    const imported = () =>
      api.call('POST', '/api/v1/imports', {
        body: example(JUNIT),
        headers: { 'content-type': 'text/xml' },
      });
    const entry = json<{ reports: { run: { runId: string; status: string } }[] }>(await imported())
      .reports[0]!;
    const results = await api.must<{ items: { assertionType: string; status: string }[] }>(
      'GET',
      `/api/v1/runs/${entry.run.runId}/results`,
    );
    const expected = new Map<string, number>();
    for (const { assertionType, status } of results.items) {
      const line = `test_coordinator_results_recorded_total{type="${assertionType}",status="${status}"}`;
      expected.set(line, (expected.get(line) ?? 0) + 1);
    }
    expect(expected.size).to.be.above(1);
    const counted = async () => samples((await api.call('GET', '/metrics')).text);
    const once = await counted();
    for (const [line, value] of expected) expect(once.get(line), line).to.equal(value);
    const runs = `test_coordinator_runs_completed_total{status="${entry.run.status}"}`;
    expect(once.get(runs)).to.equal(1);
    expect(
      once.get(
        'test_coordinator_operation_duration_seconds_count{operation="testResults.importAll",outcome="ok"}',
      ),
    ).to.equal(1);

    expect((await imported()).status).to.equal(200);
    const { runId } = entry.run;
    await api.factory
      .getUnitOfWork()
      .run(async ({ testRuns, testResults }) => {
        const { scenarioId } = (await testRuns.getById(runId))!;
        await testRuns.create({ scenarioId, status: 'cancelled' });
        await testResults.importAll([]);
        throw new Error('undone');
      })
      .catch((error: unknown) => expect(error).to.be.an('error').with.property('message', 'undone'));
    expect((await counted()).get(runs)).to.equal(1);
    expect([...(await counted()).keys()].join()).to.not.include('runs_completed_total{status="cancelled"}');

    const line = 'test_coordinator_results_recorded_total{type="recovery_time",status="skipped"}';
    const load = `${JSON.stringify(result(runId, { status: 'skipped' }))}\n`.repeat(1_500);
    const headers = { 'content-type': 'application/x-ndjson' };
    expect((await api.call('POST', '/api/v1/results', { body: `${load}{`, headers })).status).to.equal(400);
    expect((await counted()).get(line)).to.equal(1_000);
    expect((await api.call('POST', '/api/v1/results', { body: load, headers })).status).to.equal(200);
    expect((await counted()).get(line)).to.equal(2_500);
  });

  it('Given a port, When its calls are observed, Then answers, errors and streams are as they were', async () => {
    const seen: string[] = [];
    const failure = new DataAdapterError('UNAVAILABLE', 'away');
    class Port {
      readonly #secret = 7;
      get size(): number {
        return this.#secret;
      }
      read(add: number): Promise<number> {
        return Promise.resolve(this.#secret + add);
      }
      fail(error: Error): Promise<never> {
        return Promise.reject(error);
      }
      async *watch(): AsyncGenerator<number> {
        yield this.#secret;
      }
    }
    const observe: ObserveCall = ({ operation, outcome, seconds }) => {
      expect(seconds).to.be.at.least(0);
      seen.push(`${operation} ${outcome}`);
    };
    const port = observedPort(new Port(), 'port', { observe });
    expect(await port.read(1)).to.equal(8);
    expect(port.size).to.equal(7);
    expect((await port.watch().next()).value).to.equal(7);
    const aborted = Object.assign(new Error('left'), { name: 'AbortError' });
    for (const error of [failure, aborted, new Error('?')])
      expect(await port.fail(error).catch((caught: unknown) => caught)).to.equal(error);
    expect(seen).to.deep.equal([
      'port.read ok',
      'port.fail UNAVAILABLE',
      'port.fail aborted',
      'port.fail unexpected',
    ]);
  });

  it('Given a reading that fails or hangs, When they are read, Then it is left out and the others are told', async () => {
    const metrics = new Metrics('1');
    const labels = {};
    metrics.gauge('broken', 'fails', [], () => Promise.reject(new Error('away')));
    metrics.gauge('hung', 'hangs', [], () => new Promise(() => undefined));
    metrics.gauge('well', 'answers', [], () => [{ labels, value: 3 }]);
    const told = samples(await metrics.text());
    expect(told.get('test_coordinator_well')).to.equal(3);
    expect([...told.keys()]).to.not.include.members(['test_coordinator_broken', 'test_coordinator_hung']);
  });

  describe('Given a coordinator with PostgreSQL, Redis and a spool', () => {
    let postgres: TestPostgres;
    let redis: RedisServer;
    let world: SpoolingWorld;
    before(async () => {
      [postgres, redis] = await Promise.all([TestPostgres.startOwn(), RedisServer.start()]);
      world = await SpoolingWorld.on(postgres);
    });
    after(async () => {
      await world.remove();
      await Promise.all([postgres.stop(), redis.stop()]);
    });

    it('When PostgreSQL is killed and records wait, Then the metrics say so; and every query of the dashboard and the alerts and every row of the docs names a metric that is there', async () => {
      const coordinator = await world.serve({ TEST_COORDINATOR_ADAPTER_REDIS_URL: redis.url });
      const read = async (): Promise<string> => (await fetch(`${coordinator.url}/metrics`)).text();
      await coordinator.post('scenarios', scenario());
      await coordinator.get('scenarios/matching-engine-restart');
      const { body } = await coordinator.post('runs', run());
      const runId = String(body['runId']);
      await coordinator.post(`runs/${runId}/start`);
      await coordinator.post('results', result(runId));
      await coordinator.post(`runs/${runId}/complete`, { status: 'passed' });
      const text = await read();
      const healthy = samples(text);
      expect(healthy.get('test_coordinator_spool_waiting_records')).to.equal(0);
      expect(healthy.get('test_coordinator_breaker_state{state="closed"}')).to.equal(1);
      expect(healthy.get('test_coordinator_adapter_health{adapter="postgres",status="up"}')).to.equal(1);
      expect(healthy.get('test_coordinator_postgres_connections{state="idle"}')).to.be.at.least(1);

      const queries = [DASHBOARD, ALERTS].flatMap((file) => readFileSync(file, 'utf8').match(OURS) ?? []);
      const rows = [...readFileSync(DOCS, 'utf8').matchAll(/^\| (`.+?) *\|/gm)].flatMap(([, cell]) =>
        [...cell!.matchAll(/`(\w+)/g)].map(([, name]) => `test_coordinator_${name}`),
      );
      expect(queries.length).to.be.above(25);
      expect(rows.length).to.be.above(12);
      const names = new Set([...healthy.keys()].map((line) => line.split('{')[0]));
      const there = (name: string) => names.has(name) || names.has(`${name}_count`);
      expect([...queries, ...rows].filter((name) => !there(name))).to.deep.equal([]);
      const documented = [...names].filter((name) => name!.startsWith('test_coordinator_'));
      const told = documented.map((name) => name!.replace(/_(?:bucket|sum|count)$/, ''));
      expect(told.filter((name) => !rows.includes(name))).to.deep.equal([]);

      await world.server.kill();
      expect((await coordinator.post('results', result(runId))).status).to.equal(202);
      await eventually('the metrics say that it waits', async () => {
        const away = samples(await read());
        return (
          away.get('test_coordinator_spool_waiting_records') === 1 &&
          away.get('test_coordinator_adapter_health{adapter="postgres",status="down"}') === 1
        );
      });
      await world.server.restart();
      await eventually('the metrics say that nothing waits', async () => {
        return samples(await read()).get('test_coordinator_spool_waiting_records') === 0;
      });
    });
  });
});
