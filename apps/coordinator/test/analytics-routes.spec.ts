import { expect } from 'chai';

import { ApiClient, json } from './api-client.js';
import { event, result, run, scenario } from './records.js';

const URL = '/api/v1/analytics';

describe('Figures over HTTP', () => {
  let api: ApiClient;
  beforeEach(async () => {
    api = await ApiClient.start();
    await api.must('POST', '/api/v1/scenarios', { body: scenario() });
    const passed = await record({ testEnvironment: 'blue' }, 'passed', 1_000);
    await api.must('POST', '/api/v1/results', { body: result(passed) });
    const failed = await record({ testEnvironment: 'green' }, 'failed', 3_000);
    const latency = { status: 'failed', assertionType: 'latency' };
    await api.must('POST', '/api/v1/results', { body: result(failed, latency) });
    await api.must('POST', '/api/v1/results', { body: result(failed, { status: 'skipped' }) });
    await record({ testEnvironment: 'green' }, 'error', 500);
    for (const more of [{ status: 'recovered', recoveryTimeMs: 2_000 }, { status: 'injected' }])
      await api.must('POST', '/api/v1/events', { body: event(failed, more) });
  });
  afterEach(() => api[Symbol.asyncDispose]());

  async function record(changes: object, status: string, durationMs: number): Promise<string> {
    const body = run({ ...changes, status, durationMs });
    return (await api.must<{ runId: string }>('POST', '/api/v1/runs', { body })).runId;
  }
  const ask = (figure: string) => api.must('GET', `${URL}/${figure}`);

  it('Given runs of every outcome, When their pass rate is asked for, Then what proves nothing is left out of it, and a filter narrows it', async () => {
    expect(await ask('run-pass-rate')).to.deep.include({ rate: 0.5, passed: 1, failed: 1 });
    expect(await ask('run-pass-rate')).to.have.nested.property('excluded.error', 1);
    expect(await ask('run-pass-rate?environment=green')).to.deep.include({ rate: 0, passed: 0 });
    expect(await ask('run-pass-rate?environment=nowhere')).to.deep.include({ rate: null });
  });

  it('Given runs that took a while, When their durations are asked for, Then mean and percentiles come', async () => {
    expect(await ask('run-durations?statuses=passed&statuses=failed')).to.deep.equal({
      mean: 2_000,
      count: 2,
      p50: 1_000,
      p95: 3_000,
      p99: 3_000,
      max: 3_000,
    });
  });

  it('Given events, When their recovery times are asked for, Then those that never recovered are counted apart', async () => {
    expect(await ask('recovery-times')).to.include({ mean: 2_000, count: 1, neverRecovered: 1 });
    expect(await ask('recovery-times?statuses=recovered')).to.include({ neverRecovered: 0 });
  });

  it('Given results, When rate, counts and assertions are asked for, Then they agree', async () => {
    expect(await ask('result-pass-rate')).to.deep.equal({
      rate: 0.5,
      passed: 1,
      failed: 1,
      excluded: { skipped: 1, error: 0 },
    });
    expect(await ask('result-counts?environment=green')).to.deep.include({
      passed: 0,
      failed: 1,
      skipped: 1,
    });
    const { items } = await api.must<{ items: object[] }>('GET', `${URL}/assertion-statistics?types=latency`);
    expect(items).to.have.length(1);
    expect(items[0]).to.include({ assertionType: 'latency', total: 1, failed: 1, rate: 0 });
  });

  for (const query of ['statuses=maybe', 'from=yesterday', 'limit=1', 'from=2026-02-30T00:00:00Z']) {
    it(`Given ${query}, When any figure is asked for, Then it is 400 and the parameter is named`, async () => {
      for (const figure of ['run-pass-rate', 'recovery-times', 'assertion-statistics']) {
        const answer = await api.call('GET', `${URL}/${figure}?${query}`);
        expect(answer.status).to.equal(400);
        const { problems } = json<{ problems: readonly { path: string }[] }>(answer);
        expect(problems.map(({ path }) => path)).to.deep.equal([query.split('=')[0]]);
      }
    });
  }
});
