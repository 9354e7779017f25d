import type { ServerResponse } from 'node:http';

import { expect } from 'chai';

import { errorOf, openClient } from './opened-client.js';
import { RUN_ID } from './records.js';
import { json, problem, ScriptedCoordinator } from './scripted-coordinator.js';

const state = (phase: string) => ({
  runId: RUN_ID,
  version: 1,
  phase,
  progress: 0.5,
  message: null,
  counters: { assertions: 3 },
  updatedAt: '2026-01-15T10:20:30.123Z',
});

function told(id: string, event: string, data: object): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** A stream that says this in these pieces, and breaks off then unless it shall stay. */
function stream(pieces: readonly string[], { stays = false } = {}) {
  return (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    for (const piece of pieces) response.write(piece);
    if (!stays) response.socket!.end();
  };
}

describe('Watching over HTTP', () => {
  it('Given a stream that breaks off, When there is more, Then the watch goes on behind the last event', async () => {
    const first = `retry: 1000\n\n: still here\n\n${told('1-0', 'published', state('injecting'))}`;
    await using coordinator = await ScriptedCoordinator.start(
      stream([first.slice(0, 60), first.slice(60)]),
      stream(
        [told('2-0', 'new kind', {}) + told('3-0', 'cleared', { runId: RUN_ID }), told('4-0', 'gap', {})],
        {
          stays: true,
        },
      ),
    );
    await using client = await openClient(coordinator);
    const leaving = new AbortController();
    const events = [];
    for await (const event of client.ports.activeRuns.watch({ runId: RUN_ID, signal: leaving.signal })) {
      events.push(
        event.kind === 'published' ? `${event.kind} ${event.run.phase}` : `${event.kind} ${event.id}`,
      );
      if (event.kind === 'gap') leaving.abort();
    }
    expect(events).to.deep.equal(['published injecting', 'cleared 3-0', 'gap 4-0']);
    expect(coordinator.asked.map(({ headers }) => headers['last-event-id'])).to.deep.equal([
      undefined,
      '1-0',
    ]);
    expect(coordinator.asked[0]).to.include({ url: `/api/v1/runs/${RUN_ID}/live` });
  });

  it('Given a coordinator that refuses, When it is watched, Then the first step is its problem', async () => {
    await using coordinator = await ScriptedCoordinator.start(
      problem(503, { code: 'UNAVAILABLE', detail: 'Redis is away' }),
    );
    await using client = await openClient(coordinator);
    const steps = client.ports.activeRuns.watch()[Symbol.asyncIterator]();
    expect(await errorOf(steps.next())).to.include({ code: 'UNAVAILABLE', message: 'Redis is away' });
    expect(coordinator.asked[0]).to.include({ url: '/api/v1/live' });
  });

  it('Given an event that cannot be read, When it comes, Then the step is INTERNAL', async () => {
    await using coordinator = await ScriptedCoordinator.start(
      stream([told('1-0', 'published', { runId: RUN_ID })], { stays: true }),
    );
    await using client = await openClient(coordinator);
    const steps = client.ports.activeRuns.watch()[Symbol.asyncIterator]();
    expect((await errorOf(steps.next())).code).to.equal('INTERNAL');
  });

  it('Given a run without a live state, When it is asked for, Then it is null', async () => {
    const gone = problem(404, { code: 'NOT_FOUND', detail: 'no live run', entity: 'live run', id: RUN_ID });
    await using coordinator = await ScriptedCoordinator.start(gone, json(state('injecting')));
    await using client = await openClient(coordinator);
    expect(await client.ports.activeRuns.get(RUN_ID)).to.equal(null);
    const run = await client.ports.activeRuns.get(RUN_ID);
    expect(run).to.deep.include({ phase: 'injecting', counters: { assertions: 3 } });
    expect(coordinator.asked[0]!.headers).to.include({ accept: 'application/json' });
  });
});
