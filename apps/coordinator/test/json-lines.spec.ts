import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';

import { UUID_V7 } from '@test-coordinator/domain';
import { DataAdapterError, uuidV7Ids, systemClock } from '@test-coordinator/ports';
import { expect } from 'chai';

import { ApiClient, json } from './api-client.js';
import { result, run, scenario, UNKNOWN_ID } from './records.js';

const URL = '/api/v1/results';
const LINES = { 'content-type': 'application/x-ndjson' };
const ACCEPTED = { headers: { accept: 'application/x-ndjson' } };

interface Stopped {
  readonly code: string;
  readonly details: { readonly recorded: number; readonly line?: number };
  readonly problems?: readonly { readonly path: string }[];
}

describe('Results as lines of JSON', () => {
  let api: ApiClient;
  let runId: string;
  beforeEach(async () => {
    api = await ApiClient.start();
    await api.must('POST', '/api/v1/scenarios', { body: scenario() });
    ({ runId } = await api.must<{ runId: string }>('POST', '/api/v1/runs', { body: run() }));
  });
  afterEach(() => api[Symbol.asyncDispose]());

  const results = (count: number) =>
    Array.from({ length: count }, (_, index) => result(runId, { actualValue: `${index} €` }));
  const text = (items: readonly object[]) => items.map((item) => `${JSON.stringify(item)}\n`).join('');
  const load = (body: string | Uint8Array) => api.call('POST', URL, { body, headers: LINES });
  const stored = async () => {
    const { text: lines } = await api.call('GET', `/api/v1/runs/${runId}/results`, ACCEPTED);
    return lines
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { actualValue: string; resultId: string });
  };

  it('Given 2,500 lines, When they are loaded, Then all are stored in their order, and read again line by line', async () => {
    const given = results(2_500);
    const answer = await load(text(given));
    expect([answer.status, json(answer)]).to.deep.equal([200, { recorded: 2_500 }]);
    const read = await stored();
    expect(read.map(({ actualValue }) => actualValue)).to.deep.equal(
      given.map(({ actualValue }) => actualValue),
    );
    expect(read[0]!.resultId).to.match(UUID_V7);
  });

  it('Given lines with ids, When they are loaded twice, Then they are stored once; and what has no line feed at its end is a line', async () => {
    const ids = uuidV7Ids(systemClock);
    const given = results(3).map((item) => ({ ...item, resultId: ids.next() }));
    expect(json(await load(text(given).trimEnd()))).to.deep.equal({ recorded: 3 });
    expect(json(await load(text(given)))).to.deep.equal({ recorded: 3 });
    expect(await stored()).to.have.length(3);
    expect(json(await load(''))).to.deep.equal({ recorded: 0 });
  });

  for (const [what, line, path] of [
    ['no JSON', '{"runId":', 'results[1500]'],
    ['an empty line', '', 'results[1500]'],
    ['no object', '[1]', 'results[1500]'],
    ['a key that poisons prototypes', '{"__proto__":{"a":1}}', 'results[1500]'],
    ['a field that is not known', '{"colour":1}', 'results[1500].colour'],
    ['a line that is too long', `{"name":"${'a'.repeat(262_144)}"}`, 'results[1500]'],
  ] as const) {
    it(`Given ${what} as line 1,501, When it is loaded, Then the line is told, and that 1,000 lines before it are stored`, async () => {
      const good = results(1_500);
      const answer = await load(`${text(good)}${line}\n${text(good)}`);
      const { details, problems } = json<Stopped>(answer);
      expect(answer.status).to.equal(400);
      expect(details).to.deep.equal({ recorded: 1_000, line: 1_501 });
      expect(problems!.map((problem) => problem.path)).to.deep.equal([path]);
      expect(await stored()).to.have.length(1_000);
    });
  }

  it('Given a line that breaks a rule, or names no run, When it is loaded, Then the batch before it is all that is stored', async () => {
    const wrong = await load(text([...results(1_001), result(runId, { status: 'maybe' })]));
    expect(json<Stopped>(wrong).details).to.deep.equal({ recorded: 1_000, line: 1_002 });
    expect(json<Stopped>(wrong).problems![0]!.path).to.equal('results[1001].status');
    const orphan = await load(text([...results(1), result(UNKNOWN_ID)]));
    expect([orphan.status, json<Stopped>(orphan).details.recorded]).to.deep.equal([422, 0]);
    expect(await stored()).to.have.length(1_000);
  });

  it('Given bytes that are no UTF-8, or that come in the middle of a character, When they are loaded, Then only the first are refused', async () => {
    const bad = await load(Buffer.from([0x22, 0xff, 0x22, 0x0a]));
    expect(json<Stopped>(bad).details).to.deep.equal({ recorded: 0, line: 1 });
    await api.server.listen({ host: '127.0.0.1', port: 0 });
    const { port } = api.server.server.address() as AddressInfo;
    const bytes = Buffer.from(text(results(20)));
    const pieces = Array.from({ length: bytes.length }, (_, index) => bytes.subarray(index, index + 1));
    const answer = await fetch(`http://127.0.0.1:${port}${URL}`, {
      method: 'POST',
      headers: LINES,
      body: ReadableStream.from(pieces),
      duplex: 'half',
    });
    expect(await answer.json()).to.deep.equal({ recorded: 20 });
    expect((await stored()).at(-1)).to.include({ actualValue: '19 €' });
  });

  it('Given a body that never ends and is wrong, When it is loaded, Then the answer comes all the same and the connection closes', async () => {
    await api.server.listen({ host: '127.0.0.1', port: 0 });
    const socket = connect((api.server.server.address() as AddressInfo).port, '127.0.0.1');
    let answered = '';
    socket.setEncoding('utf8').on('data', (piece) => (answered += piece));
    socket.on('error', () => undefined);
    socket.write(
      `POST ${URL} HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const sending = setInterval(() => socket.writable && socket.write('4\r\n{x}\n\r\n'), 1);
    await once(socket, 'close');
    clearInterval(sending);
    expect(answered)
      .to.match(/^HTTP\/1\.1 400 /)
      .and.include('"line":1');
  });

  it('Given lines, When they are sent to a route that does not take them, Then it is 415', async () => {
    for (const url of [`${URL}/bulk`, '/api/v1/runs', '/api/v1/scenarios'])
      expect((await api.call('POST', url, { body: '{}\n', headers: LINES })).status, url).to.equal(415);
  });

  it('Given more results than a page holds, When they are read as lines, Then limit and cursor say how and from where, and a run without any has no line', async () => {
    await load(text(results(25)));
    const url = `/api/v1/runs/${runId}/results`;
    const lines = async (query: string) =>
      (await api.call('GET', url + query, ACCEPTED)).text.split('\n').length - 1;
    expect(await lines('?limit=10')).to.equal(25);
    const first = await api.must<{ nextCursor: string }>('GET', `${url}?limit=20`);
    expect(await lines(`?limit=2&cursor=${first.nextCursor}`)).to.equal(5);
    const empty = await api.must<{ runId: string }>('POST', '/api/v1/runs', { body: run() });
    expect((await api.call('GET', `/api/v1/runs/${empty.runId}/results`, ACCEPTED)).text).to.equal('');
    expect((await api.call('GET', `/api/v1/runs/${UNKNOWN_ID}/results`, ACCEPTED)).status).to.equal(404);
    expect((await api.call('GET', `${url}?limit=0`, ACCEPTED)).status).to.equal(400);
  });

  it('Given a slow reader, When a run is read as lines, Then no more pages are read from the store than it takes', async () => {
    const large = results(500).map((one) => ({ ...one, expectedValue: 'x'.repeat(60_000) }));
    await load(text(large));
    const repository = api.factory.getTestResultsRepository();
    const real = repository.getByRun.bind(repository);
    let slowPages = 0;
    repository.getByRun = (id, page, options) => {
      if (page?.limit === 1) slowPages += 1;
      return real(id, page, options);
    };
    await api.server.listen({ host: '127.0.0.1', port: 0 });
    const { port } = api.server.server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/api/v1/runs/${runId}/results`;
    const slow = await fetch(`${url}?limit=1`, ACCEPTED);
    // Meanwhile another reader takes all of the 30 MB.
    const whole = await (await fetch(`${url}?limit=100`, ACCEPTED)).text();
    expect(whole.split('\n')).to.have.length(501);
    expect(slowPages).to.be.within(1, 499);
    await slow.body!.cancel();
  });

  it('Given a store that goes away between two pages, When a run is read as lines, Then the answer breaks off', async () => {
    await load(text(results(10)));
    const repository = api.factory.getTestResultsRepository();
    const real = repository.getByRun.bind(repository);
    repository.getByRun = (id, page, options) =>
      page?.cursor === undefined
        ? real(id, page, options)
        : Promise.reject(new DataAdapterError('UNAVAILABLE', 'it is away'));
    await api.server.listen({ host: '127.0.0.1', port: 0 });
    const { port } = api.server.server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/runs/${runId}/results?limit=5`, ACCEPTED);
    const outcome = await answer.text().then(
      () => 'whole',
      () => 'broken off',
    );
    expect(outcome).to.equal('broken off');
  });
});
