import { expect } from 'chai';

import { ApiClient, json } from './api-client.js';
import { eventually } from './eventually.js';
import { LiveStream } from './live-stream.js';
import { UNKNOWN_ID } from './records.js';

const RUN = UNKNOWN_ID;
const PATH = `/api/v1/runs/${RUN}/live`;

interface LiveState {
  readonly runId: string;
  readonly version: number;
  readonly phase: string;
  readonly progress: number | null;
}

describe('Live runs over HTTP', () => {
  let api: ApiClient;
  let base: string;
  beforeEach(async () => {
    api = await ApiClient.start();
    base = await api.server.listen({ host: '127.0.0.1', port: 0 });
  });
  afterEach(() => api[Symbol.asyncDispose]());
  const publish = (body: object) => api.must<LiveState>('PUT', PATH, { body });

  describe('Given a run that says how far it is', () => {
    it('When it is listed, Then the last that was said stands there', async () => {
      await publish({ phase: 'injecting', progress: 0.2 });
      const state = await publish({ phase: 'verifying', counters: { assertions: 3 }, message: 'two to go' });
      expect(state).to.include({ runId: RUN, phase: 'verifying', progress: null, message: 'two to go' });
      const { items } = await api.must<{ items: LiveState[] }>('GET', '/api/v1/live');
      expect(items).to.deep.equal([state]);
    });

    it('When its state is asked for as JSON, Then it is answered at once, and 404 where there is none', async () => {
      const headers = { accept: 'application/json' };
      expect((await api.call('GET', PATH, { headers })).status).to.equal(404);
      const state = await publish({ phase: 'injecting' });
      expect(await api.must('GET', PATH, { headers })).to.deep.equal(state);
    });

    it('When it is taken off, Then it is gone, once', async () => {
      await publish({ phase: 'injecting' });
      expect((await api.call('DELETE', PATH)).status).to.equal(204);
      expect((await api.call('DELETE', PATH)).status).to.equal(404);
      expect(await api.must('GET', '/api/v1/live')).to.deep.include({ items: [] });
    });

    it('When an update comes late, Then the newer state is answered, and 404 once it was taken off', async () => {
      await publish({ phase: 'second', version: 2 });
      expect(await publish({ phase: 'first', version: 1 })).to.include({ phase: 'second', version: 2 });
      await api.call('DELETE', PATH);
      expect((await api.call('PUT', PATH, { body: { phase: 'first', version: 1 } })).status).to.equal(404);
    });
  });

  for (const [what, body, path] of [
    ['no phase', {}, 'phase'],
    ['too much progress', { phase: 'a', progress: 1.1 }, 'progress'],
    ['a counter that is no number', { phase: 'a', counters: { b: 'c' } }, 'counters.b'],
    ['a version below 1', { phase: 'a', version: 0 }, 'version'],
  ] as const) {
    it(`Given ${what}, When it is published, Then it is 400 and ${path} is named`, async () => {
      const answer = await api.call('PUT', PATH, { body });
      expect(answer.status).to.equal(400);
      const { problems } = json<{ problems: readonly { path: string }[] }>(answer);
      expect(problems.map((problem) => problem.path)).to.deep.equal([path]);
    });
  }

  describe('Given somebody who follows all runs', () => {
    const accept = 'text/event-stream';

    it('When they move on, Then the present states come first and each change after them', async () => {
      const other = UNKNOWN_ID.replace('01890a5d', '01890a5e');
      await publish({ phase: 'injecting' });
      await using stream = await LiveStream.open(`${base}/api/v1/live`, { accept });
      const [first] = await stream.events(1);
      await api.must('PUT', `/api/v1/runs/${other}/live`, { body: { phase: 'waiting' } });
      await api.call('DELETE', PATH);
      const told = (await stream.events(3)).map(({ event, data }) => [
        event,
        (JSON.parse(data) as LiveState).runId,
      ]);
      expect(told).to.deep.equal([
        ['published', RUN],
        ['published', other],
        ['cleared', RUN],
      ]);
      await using resumed = await LiveStream.open(`${base}/api/v1/live`, {
        accept,
        'last-event-id': first!.id,
      });
      expect((await resumed.events(2)).map(({ event }) => event)).to.deep.equal(['published', 'cleared']);
    });

    it('When the store is closed, Then the status says so before anything is sent', async () => {
      await api.factory.stop();
      expect((await fetch(`${base}/api/v1/live`, { headers: { accept } })).status).to.equal(503);
    });
  });

  describe('Given somebody who follows a run', () => {
    it('When it moves on, Then the present state comes first and each change after it, until it is taken off', async () => {
      await publish({ phase: 'injecting', progress: 0 });
      await using stream = await LiveStream.open(base + PATH);
      expect(stream.contentType).to.match(/^text\/event-stream/);
      const [first] = await stream.events(1);
      expect(first).to.include({ event: 'published' });
      expect(JSON.parse(first!.data)).to.include({ runId: RUN, phase: 'injecting', progress: 0 });
      await publish({ phase: 'verifying', progress: 0.5 });
      await api.call('DELETE', PATH);
      const [, second, third] = await stream.events(3);
      expect(JSON.parse(second!.data)).to.include({ phase: 'verifying', progress: 0.5 });
      expect(third).to.include({ event: 'cleared' });
      expect(JSON.parse(third!.data)).to.deep.equal({ runId: RUN });
    });

    it('When the line breaks, Then Last-Event-ID brings what was missed, and nothing twice', async () => {
      await publish({ phase: '1' });
      const broken = await LiveStream.open(base + PATH);
      const [seen] = await broken.events(1);
      await broken[Symbol.asyncDispose]();
      await publish({ phase: '2' });
      await publish({ phase: '3' });
      await using resumed = await LiveStream.open(base + PATH, { 'last-event-id': seen!.id });
      const phases = (await resumed.events(2)).map(({ data }) => (JSON.parse(data) as LiveState).phase);
      expect(phases).to.deep.equal(['2', '3']);
    });

    it('When the id to resume after is of another life, Then a gap is told and the present state follows', async () => {
      await publish({ phase: 'now' });
      await using stream = await LiveStream.open(base + PATH, { 'last-event-id': '1-1' });
      const [gap, state] = await stream.events(2);
      expect(gap).to.include({ event: 'gap' });
      expect(JSON.parse(state!.data)).to.include({ phase: 'now' });
    });

    it('When the client goes, Then its watch ends', async () => {
      const before = await connections(api);
      const stream = await LiveStream.open(base + PATH);
      expect(await connections(api)).to.equal(before + 1);
      await stream[Symbol.asyncDispose]();
      await eventually('the connection is gone', async () => (await connections(api)) === before);
    });

    it('When the server closes, Then the stream ends and does not hold it up', async () => {
      const stream = await LiveStream.open(base + PATH);
      const started = performance.now();
      await api.server.close();
      await stream.ended();
      expect(performance.now() - started).to.be.below(5_000);
    });

    it('When its run is no run id, or the id to resume after is no text of one, Then it is 400', async () => {
      expect((await fetch(`${base}/api/v1/runs/x/live`)).status).to.equal(400);
      const headers = { 'last-event-id': 'a'.repeat(201) };
      expect((await fetch(base + PATH, { headers })).status).to.equal(400);
    });

    it('When the store is closed, Then the status says so before anything is sent', async () => {
      await api.factory.stop();
      const { status, headers } = await fetch(base + PATH);
      expect([status, headers.get('content-type')]).to.deep.equal([
        503,
        'application/problem+json; charset=utf-8',
      ]);
    });
  });
});

function connections({ server }: ApiClient): Promise<number> {
  return new Promise((resolve, reject) => {
    server.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}
