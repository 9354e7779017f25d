import { AdapterFactory } from '@test-coordinator/coordinator';
import { DataAdapterError } from '@test-coordinator/ports';
import { expect } from 'chai';

import { ApiClient, json } from './api-client.js';
import { event, result, run, scenario } from './records.js';

const DAY_MS = 86_400_000;

describe('Idempotency-Key', () => {
  let api: ApiClient;
  let runId: string;
  let now: number;
  beforeEach(async () => {
    now = Date.parse('2026-01-31T09:30:00Z');
    const clock = { now: () => new Date(now) };
    api = await ApiClient.start({ factory: AdapterFactory.useStub({}, { clock }) });
    await api.must('POST', '/api/v1/scenarios', { body: scenario() });
    ({ runId } = await api.must<{ runId: string }>('POST', '/api/v1/runs', { body: run() }));
  });
  afterEach(() => api[Symbol.asyncDispose]());

  const post = (url: string, body: unknown, key = 'k-1') =>
    api.call('POST', `/api/v1/${url}`, { body, headers: { 'idempotency-key': key } });
  const countOf = async (url: string) =>
    (await api.must<{ items: unknown[] }>('GET', `/api/v1/${url}`)).items.length;

  for (const [url, bodyOf, before, change] of [
    ['runs', () => run(), 1, { testEnvironment: 'blue' }],
    ['events', () => event(runId), 0, { targetService: 'gateway' }],
    ['results', () => result(runId), 0, { status: 'failed' }],
  ] as const) {
    describe(`Given a ${url.slice(0, -1)} without an id`, () => {
      it('When it is sent twice with one key, Then the second answer is as the first and one is stored', async () => {
        const [first, second] = [await post(url, bodyOf()), await post(url, bodyOf())];
        expect([first.status, second.status]).to.deep.equal([201, 201]);
        expect(second.text).to.equal(first.text);
        expect(second.headers['location']).to.equal(first.headers['location']);
        expect(await countOf(url)).to.equal(before + 1);
        expect((await post(url, bodyOf(), 'k-2')).text).to.not.equal(first.text);
      });

      it('When it is sent twenty times at once with one key, Then one is stored and all are told of it', async () => {
        const answered = await Promise.all(Array.from({ length: 20 }, () => post(url, bodyOf())));
        expect(new Set(answered.map(({ text }) => text)).size).to.equal(1);
        expect(answered[0]!.status).to.equal(201);
        expect(await countOf(url)).to.equal(before + 1);
      });

      it('When another body comes with its key, Then it is 409 and nothing is stored', async () => {
        await post(url, bodyOf());
        const other = await post(url, { ...bodyOf(), ...change });
        expect([other.status, json(other)['code']]).to.deep.equal([409, 'ALREADY_EXISTS']);
        expect(await countOf(url)).to.equal(before + 1);
      });
    });
  }

  it('Given one key for records of two kinds, When both are sent, Then both are stored', async () => {
    expect((await post('events', event(runId))).status).to.equal(201);
    expect((await post('results', result(runId))).status).to.equal(201);
  });

  it('Given a batch without ids, When it is sent again, Then the same records come in the same order; and more or fewer of them are another body', async () => {
    const results = Array.from({ length: 300 }, (_, index) => result(runId, { actualValue: `${index}` }));
    const first = await post('results/bulk', { results });
    const second = await post('results/bulk', { results });
    expect([first.status, second.text]).to.deep.equal([201, first.text]);
    for (const other of [results.slice(1), [...results, result(runId)]])
      expect((await post('results/bulk', { results: other })).status).to.equal(409);
    const { items } = await api.must<{ items: { actualValue: string }[] }>(
      'GET',
      `/api/v1/runs/${runId}/results?limit=1000`,
    );
    expect(items.map(({ actualValue }) => actualValue)).to.deep.equal(
      results.map(({ actualValue }) => actualValue),
    );
  });

  it('Given a load that broke off, When all of it is sent again with its key, Then what was stored is found and the rest is added', async () => {
    const results = Array.from({ length: 1_500 }, (_, index) => result(runId, { actualValue: `${index}` }));
    const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': 'load-1' };
    const lines = results.map((one) => `${JSON.stringify(one)}\n`);
    const load = (body: string) => api.call('POST', '/api/v1/results', { body, headers });
    const broken = await load(`${lines.slice(0, 1_200).join('')}{`);
    expect(json(broken)['details']).to.deep.include({ recorded: 1_000 });
    expect(json(await load(lines.join('')))).to.deep.equal({ recorded: 1_500 });
    expect(await api.must('GET', `/api/v1/analytics/result-counts?runId=${runId}`)).to.include({
      passed: 1_500,
    });
  });

  it('Given a record that has moved on, When it is sent again with its key, Then it is answered as it is now', async () => {
    const { runId: id } = json<{ runId: string }>(await post('runs', run()));
    await api.must('POST', `/api/v1/runs/${id}/start`);
    expect(json(await post('runs', run()))).to.include({ runId: id, status: 'running' });
  });

  it('Given a record with an id of its own, When a key comes with it, Then its id counts', async () => {
    const ids = [];
    for (let count = 0; count < 2; count += 1) {
      const resultId = `01890a5d-ac96-774b-bcce-b302099a80${count}0`;
      ids.push(json(await post('results', result(runId, { resultId })))['resultId']);
    }
    expect(new Set(ids).size).to.equal(2);
  });

  it('Given a key that is 24 hours old, When it comes again, Then it is a new one; a second earlier it was known', async () => {
    const first = json(await post('runs', run()));
    now += DAY_MS - 1_000;
    expect(json(await post('runs', run()))).to.deep.equal(first);
    now += 1_000;
    expect(json(await post('runs', run()))['runId']).to.not.equal(first['runId']);
  });

  it('Given a cache that is away, When a key comes, Then it is 503 and nothing is stored; without a key it is stored', async () => {
    api.factory.getCacheRepository().getJson = () =>
      Promise.reject(new DataAdapterError('UNAVAILABLE', 'it is away'));
    expect((await post('results', result(runId))).status).to.equal(503);
    expect(await countOf('results')).to.equal(0);
    await api.must('POST', '/api/v1/results', { body: result(runId) });
  });

  for (const key of ['', ' ', 'a b', 'é', 'k'.repeat(256)]) {
    it(`Given the key ${JSON.stringify(key.slice(0, 10))}, When it comes, Then it is 400 and named`, async () => {
      const answer = await post('results', result(runId), key);
      expect([answer.status, answer.text.includes('"path":"idempotency-key"')]).to.deep.equal([400, true]);
    });
  }
});
