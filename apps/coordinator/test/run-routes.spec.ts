import { expect } from 'chai';

import { ApiClient, json } from './api-client.js';
import { event, result, run, scenario, UNKNOWN_ID } from './records.js';

const URL = '/api/v1/runs';

interface Stored {
  readonly runId: string;
  readonly status: string;
  readonly version: number;
  readonly startedAt?: string;
  readonly completedAt?: string;
  readonly durationMs?: number;
}

async function withScenario(): Promise<ApiClient> {
  const api = await ApiClient.start();
  await api.must('POST', '/api/v1/scenarios', { body: scenario() });
  return api;
}

describe('Runs over HTTP', () => {
  describe('Given a scenario', () => {
    it('When a run is recorded, started and completed, Then each step answers with the run', async () => {
      await using api = await withScenario();
      const created = await api.call('POST', URL, { body: run({ testEnvironment: 'staging' }) });
      const { runId, status } = json<Stored>(created);
      expect([created.status, created.headers['location'], status]).to.deep.equal([
        201,
        `${URL}/${runId}`,
        'pending',
      ]);
      const started = await api.must<Stored>('POST', `${URL}/${runId}/start`);
      expect(started.status).to.equal('running');
      const completed = await api.must<Stored>('POST', `${URL}/${runId}/complete`, {
        body: { status: 'failed', exitCode: 1, errorMessage: 'orders were lost' },
      });
      expect(completed).to.include({ status: 'failed', exitCode: 1, errorMessage: 'orders were lost' });
      expect(completed.durationMs).to.equal(
        Date.parse(completed.completedAt!) - Date.parse(completed.startedAt!),
      );
      expect(await api.must('GET', `${URL}/${runId}`)).to.deep.equal(completed);
    });

    it('When fifty clients complete one run, Then one wins and the others get 409', async () => {
      await using api = await withScenario();
      const { runId } = await api.must<Stored>('POST', URL, { body: run() });
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, exitCode) =>
          api.call('POST', `${URL}/${runId}/complete`, { body: { status: 'error', exitCode } }),
        ),
      );
      const won = answers.filter(({ status }) => status === 200);
      expect(won).to.have.length(1);
      const lost = answers.filter(
        (answer) => answer.status === 409 && json(answer)['code'] === 'ILLEGAL_TRANSITION',
      );
      expect(lost).to.have.length(49);
    });

    it('When a run ends as its process did, Then the exit code decides and the duration is as told', async () => {
      await using api = await withScenario();
      const { runId } = await api.must<Stored>('POST', URL, { body: run() });
      const body = { exitCode: 0, durationMs: 1_234 };
      const ended = await api.must<Stored>('POST', `${URL}/${runId}/record-completion`, { body });
      expect(ended).to.include({ status: 'passed', durationMs: 1_234 });
    });

    it('When a run is changed or moved, Then it carries the change and a new version', async () => {
      await using api = await withScenario();
      const { runId } = await api.must<Stored>('POST', URL, { body: run() });
      const changed = await api.must('PATCH', `${URL}/${runId}`, { body: { version: 1, pinned: true } });
      expect(changed).to.include({ pinned: true, version: 2 });
      const moved = await api.must('POST', `${URL}/${runId}/status`, { body: { status: 'cancelled' } });
      expect(moved).to.include({ status: 'cancelled', version: 3 });
    });

    it('When a finished run is recorded with its times, Then they are stored to the millisecond, in UTC', async () => {
      await using api = await withScenario();
      const times = { startedAt: '2026-01-31T10:30:00.123456+01:00', completedAt: '2026-01-31T09:30:01Z' };
      const stored = await api.must('POST', URL, { body: run({ status: 'passed', ...times }) });
      expect(stored).to.include({
        startedAt: '2026-01-31T09:30:00.123Z',
        completedAt: '2026-01-31T09:30:01.000Z',
      });
    });

    for (const startedAt of [
      '2026-01-31',
      '31.01.2026',
      '2026-01-31T09:30:00',
      '2026-02-30T09:30:00Z',
      0,
      true,
    ]) {
      it(`When a run starts at ${JSON.stringify(startedAt)}, Then the time is refused with its path`, async () => {
        await using api = await withScenario();
        const answer = await api.call('POST', URL, { body: run({ startedAt }) });
        expect(answer.status).to.equal(400);
        expect(json<{ problems: unknown[] }>(answer).problems).to.deep.equal([
          {
            path: 'startedAt',
            problem: 'must be a time in ISO 8601 with an offset, such as 2026-01-31T09:30:00Z',
          },
        ]);
      });
    }

    it('When runs are listed, Then the filters of the scenario and of the run combine', async () => {
      await using api = await withScenario();
      const first = await api.must<Stored>('POST', URL, {
        body: run({ testEnvironment: 'a', externalId: 'ci-1' }),
      });
      const second = await api.must<Stored>('POST', URL, {
        body: run({ testEnvironment: 'b', status: 'failed' }),
      });
      const idsOf = async (query: string) =>
        (await api.must<{ items: Stored[] }>('GET', URL + query)).items.map(({ runId }) => runId);
      expect(await idsOf('')).to.deep.equal([second.runId, first.runId]);
      expect(await idsOf('?environment=a&text=engine')).to.deep.equal([first.runId]);
      expect(await idsOf('?externalId=ci-1')).to.deep.equal([first.runId]);
      expect(await idsOf('?statuses=failed&statuses=error&types=service_restart')).to.deep.equal([
        second.runId,
      ]);
      expect(await idsOf('?statuses=failed&environment=a')).to.deep.equal([]);
    });
  });

  describe('Given no scenario', () => {
    it('When a run names one, Then it is a reference that does not hold', async () => {
      await using api = await ApiClient.start();
      const answer = await api.call('POST', URL, { body: run() });
      expect([answer.status, json(answer)['code']]).to.deep.equal([422, 'REFERENCE_VIOLATION']);
    });

    for (const [what, status, path] of [
      ['an unknown run', 404, UNKNOWN_ID],
      ['what is no run id', 400, 'x'],
    ] as const) {
      it(`When ${what} is asked for, Then every address of it answers ${status}`, async () => {
        await using api = await ApiClient.start();
        const one = `${URL}/${path}`;
        const answers = await Promise.all([
          api.call('GET', one),
          api.call('DELETE', one),
          api.call('PATCH', one, { body: { version: 1 } }),
          api.call('POST', `${one}/start`),
          api.call('POST', `${one}/complete`, { body: { status: 'passed' } }),
          api.call('POST', `${one}/record-completion`, { body: { exitCode: 0, durationMs: 1 } }),
          api.call('POST', `${one}/status`, { body: { status: 'running' } }),
          api.call('GET', `${one}/events`),
          api.call('GET', `${one}/results`),
          api.call('GET', `${one}/report`),
        ]);
        expect(answers.map((answer) => answer.status)).to.deep.equal(Array(10).fill(status));
      });
    }
  });

  describe('Given a run with events and results', () => {
    async function withRun(): Promise<{ api: ApiClient; runId: string }> {
      const api = await withScenario();
      const { runId } = await api.must<Stored>('POST', URL, {
        body: run({ status: 'failed', durationMs: 10 }),
      });
      const injected = { status: 'recovered', recoveredAt: '2026-01-31T09:30:04Z', recoveryTimeMs: 4_000 };
      await api.must('POST', '/api/v1/events', { body: event(runId, injected) });
      const results = [
        result(runId),
        result(runId, { status: 'failed', name: 'no order is lost', actualValue: '2 lost' }),
      ];
      await api.must('POST', '/api/v1/results/bulk', { body: { results } });
      return { api, runId };
    }

    it('When they are listed under the run, Then they come oldest first', async () => {
      const { api, runId } = await withRun();
      await using _closing = api;
      const events = await api.must<{ items: unknown[] }>('GET', `${URL}/${runId}/events`);
      expect(events.items).to.have.length(1);
      const results = await api.must<{ items: { status: string }[] }>(
        'GET',
        `${URL}/${runId}/results?limit=1`,
      );
      expect(results.items.map(({ status }) => status)).to.deep.equal(['passed']);
    });

    it('When its report is asked for, Then it comes in the format that was named', async () => {
      const { api, runId } = await withRun();
      await using _closing = api;
      const { reports } = await api.must<{ reports: Record<string, unknown>[] }>(
        'GET',
        `${URL}/${runId}/report`,
      );
      expect(reports[0]).to.deep.include({
        passRate: { rate: 0.5, passed: 1, failed: 1, excluded: { skipped: 0, error: 0 } },
        failureCount: 1,
      });
      const text = await api.call('GET', `${URL}/${runId}/report?format=text`);
      expect(text.headers['content-type']).to.equal('text/plain; charset=utf-8');
      expect(text.text).to.include('no order is lost').and.include('2 lost');
      const markdown = await api.call('GET', `${URL}/${runId}/report?format=markdown`);
      expect(markdown.headers['content-type']).to.equal('text/markdown; charset=utf-8');
      expect(markdown.text).to.match(/^#+ .*FAILED/m);
      expect((await api.call('GET', `${URL}/${runId}/report?format=pdf`)).status).to.equal(400);
    });

    it('When the run is deleted, Then its events and results are gone with it', async () => {
      const { api, runId } = await withRun();
      await using _closing = api;
      expect((await api.call('DELETE', `${URL}/${runId}`)).status).to.equal(204);
      expect(await api.must('GET', '/api/v1/events')).to.deep.include({ items: [] });
      expect(await api.must('GET', '/api/v1/results')).to.deep.include({ items: [] });
    });
  });
});
