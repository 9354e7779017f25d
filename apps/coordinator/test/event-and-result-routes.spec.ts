import { expect } from 'chai';

import { ApiClient, json } from './api-client.js';
import { event, result, run, scenario, UNKNOWN_ID } from './records.js';

const EVENTS = '/api/v1/events';
const RESULTS = '/api/v1/results';

interface StoredEvent {
  readonly eventId: string;
  readonly status: string;
  readonly version: number;
}
interface RecordedResult {
  readonly resultId: string;
  readonly createdAt: string;
}

interface StoredResult {
  readonly resultId: string;
  readonly status: string;
}

async function withRun(): Promise<{ api: ApiClient; runId: string }> {
  const api = await ApiClient.start();
  await api.must('POST', '/api/v1/scenarios', { body: scenario() });
  const { runId } = await api.must<{ runId: string }>('POST', '/api/v1/runs', { body: run() });
  return { api, runId };
}

describe('Chaos events over HTTP', () => {
  describe('Given a run', () => {
    it('When an event is recorded, moved and recovered from, Then each step answers with the event', async () => {
      const { api, runId } = await withRun();
      await using _closing = api;
      const created = await api.call('POST', EVENTS, { body: event(runId) });
      const { eventId, status } = json<StoredEvent>(created);
      expect([created.status, created.headers['location'], status]).to.deep.equal([
        201,
        `${EVENTS}/${eventId}`,
        'pending',
      ]);
      const one = `${EVENTS}/${eventId}`;
      const changed = await api.must('PATCH', one, { body: { version: 1, durationMs: 500 } });
      expect(changed).to.include({ durationMs: 500, version: 2 });
      await api.must('POST', `${one}/status`, { body: { status: 'injected' } });
      const body = { recoveredAt: '2026-01-31T09:30:02.500Z' };
      const recovered = await api.must('POST', `${one}/recovery`, { body });
      expect(recovered).to.include({ status: 'recovered', recoveryTimeMs: 2_500 });
      expect(await api.must('GET', one)).to.deep.equal(recovered);
      const other = await api.call('POST', `${one}/recovery`, { body: { recoveryTimeMs: 1 } });
      expect([other.status, json(other)['code']]).to.deep.equal([409, 'ILLEGAL_TRANSITION']);
    });

    it('When a recovery says nothing, Then the clock of the store tells it', async () => {
      const { api, runId } = await withRun();
      await using _closing = api;
      const { eventId } = await api.must<StoredEvent>('POST', EVENTS, {
        body: event(runId, { status: 'injected' }),
      });
      const recovered = await api.must('POST', `${EVENTS}/${eventId}/recovery`);
      expect(recovered).to.include({ status: 'recovered' }).and.to.have.property('recoveredAt');
    });

    it('When events are listed, Then the filters combine', async () => {
      const { api, runId } = await withRun();
      await using _closing = api;
      await api.must('POST', EVENTS, { body: event(runId) });
      const later = event(runId, {
        targetService: 'exchange',
        injectedAt: '2026-02-01T00:00:00Z',
        status: 'injected',
      });
      const second = await api.must<StoredEvent>('POST', EVENTS, { body: later });
      const query = `?runId=${runId}&service=exchange&statuses=injected&from=2026-02-01T00:00:00Z`;
      expect(await api.must('GET', EVENTS + query)).to.deep.equal({ items: [second], nextCursor: null });
    });
  });

  it('Given no run, When an event names one, Then it is a reference that does not hold', async () => {
    await using api = await ApiClient.start();
    const answer = await api.call('POST', EVENTS, { body: event(UNKNOWN_ID) });
    expect([answer.status, json(answer)['code']]).to.deep.equal([422, 'REFERENCE_VIOLATION']);
    expect((await api.call('GET', `${EVENTS}/${UNKNOWN_ID}`)).status).to.equal(404);
  });
});

describe('Results over HTTP', () => {
  describe('Given a run', () => {
    it('When a result is recorded, Then it can be read, and the same id again answers with it', async () => {
      const { api, runId } = await withRun();
      await using _closing = api;
      const body = result(runId, { resultId: UNKNOWN_ID, metadata: { retries: 1 } });
      const stored = await api.must<StoredResult>('POST', RESULTS, { body });
      expect(stored).to.include({ resultId: UNKNOWN_ID, attempt: 1, flaky: false });
      expect(await api.must('POST', RESULTS, { body })).to.deep.equal(stored);
      expect(await api.must('GET', `${RESULTS}/${UNKNOWN_ID}`)).to.deep.equal(stored);
    });

    it('When a thousand of several KB each are recorded at once, Then they are answered in their order', async () => {
      const { api, runId } = await withRun();
      await using _closing = api;
      const errorDetails = 'at line 1\n'.repeat(250);
      const results = Array.from({ length: 1_000 }, (_, index) =>
        result(runId, { actualValue: String(index), errorDetails }),
      );
      const { items } = await api.must<{ items: { actualValue: string }[] }>('POST', `${RESULTS}/bulk`, {
        body: { results },
      });
      expect(items.map(({ actualValue }) => actualValue)).to.deep.equal(
        results.map(({ actualValue }) => actualValue),
      );
    });

    it('When the answer is preferred to be minimal, Then it has the id and the time of each, and they are stored whole', async () => {
      const { api, runId } = await withRun();
      await using _closing = api;
      const results = [result(runId), result(runId, { actualValue: 'second' })];
      for (const prefer of ['return=minimal', 'respond-async, RETURN=minimal; foo']) {
        const answer = await api.call('POST', `${RESULTS}/bulk`, { body: { results }, headers: { prefer } });
        expect([answer.status, answer.headers['preference-applied']]).to.deep.equal([201, 'return=minimal']);
        for (const { resultId, createdAt, ...more } of json<{ items: RecordedResult[] }>(answer).items) {
          expect(more).to.deep.equal({});
          expect(await api.must('GET', `${RESULTS}/${resultId}`)).to.include({ runId, createdAt });
        }
      }
      for (const prefer of ['return=representation', 'x-return=minimal', 'return=minimalist'])
        expect(
          (await api.call('POST', `${RESULTS}/bulk`, { body: { results }, headers: { prefer } })).headers,
        ).not.to.have.property('preference-applied');
    });

    it('When one of many is wrong, Then its place is told and none is stored', async () => {
      const { api, runId } = await withRun();
      await using _closing = api;
      for (const [wrong, path] of [
        [{ status: 'maybe' }, 'results[1].status'],
        [{ verificationTime: 'now' }, 'results[1].verificationTime'],
        [{ colour: 'red' }, 'results[1].colour'],
      ] as const) {
        const results = [result(runId), result(runId, wrong)];
        const answer = await api.call('POST', `${RESULTS}/bulk`, { body: { results } });
        expect(answer.status).to.equal(400);
        expect(
          json<{ problems: { path: string }[] }>(answer).problems.map((problem) => problem.path),
        ).to.deep.equal([path]);
      }
      expect(await api.must('GET', RESULTS)).to.deep.include({ items: [] });
    });

    for (const [what, body] of Object.entries({
      'no list': {},
      'an empty list': { results: [] },
      'a list of more than a thousand': { results: Array(1_001).fill({}) },
      'what is no list': { results: 'all' },
      'a list of no objects': { results: [null, 1, []] },
      'a field that is not declared': { results: [], runId: 'x' },
    })) {
      it(`When ${what} is recorded at once, Then it is refused`, async () => {
        await using api = await ApiClient.start();
        const answer = await api.call('POST', `${RESULTS}/bulk`, { body });
        expect([answer.status, json(answer)['code']]).to.deep.equal([400, 'INVALID_ARGUMENT']);
      });
    }

    it('When results are listed, Then the filters combine', async () => {
      const { api, runId } = await withRun();
      await using _closing = api;
      await api.must('POST', RESULTS, { body: result(runId) });
      const failed = result(runId, {
        status: 'failed',
        assertionType: 'latency',
        name: 'P99 latency',
        correlationId: 'c-1',
      });
      const second = await api.must<StoredResult>('POST', RESULTS, { body: failed });
      const query =
        '?statuses=failed&types=latency&text=p99&correlationId=c-1&scenarioId=matching-engine-restart';
      expect(await api.must('GET', RESULTS + query)).to.deep.equal({ items: [second], nextCursor: null });
    });
  });

  it('Given no result, When one is read, Then it is not found', async () => {
    await using api = await ApiClient.start();
    expect((await api.call('GET', `${RESULTS}/${UNKNOWN_ID}`)).status).to.equal(404);
    expect((await api.call('GET', `${RESULTS}/bulk`)).status).to.equal(405);
  });
});
