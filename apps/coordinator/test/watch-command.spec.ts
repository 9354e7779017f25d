import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';

import { runCommandLine } from '@test-coordinator/coordinator';
import { expect } from 'chai';

import { ApiClient } from './api-client.js';
import { IN_MEMORY } from './coordinator-process.js';
import { eventually } from './eventually.js';
import { run, scenario, UNKNOWN_ID } from './records.js';
import { TerminalDouble } from './terminal-double.js';

const PATH = `/api/v1/runs/${UNKNOWN_ID}/live`;

/** The command, running, with what it has printed so far. */
function watching(args: readonly string[], { isTerminal = false, environment = {} } = {}) {
  const stdout = new TerminalDouble(isTerminal, 200);
  const stderr = new TerminalDouble(isTerminal);
  const code = runCommandLine(['watch', ...args], {
    environment: { ...IN_MEMORY, ...environment },
    stdin: Readable.from([]),
    stdout,
    stderr,
  });
  return { stdout, stderr, code };
}

describe('watch', () => {
  let api: ApiClient;
  let url: string;
  beforeEach(async () => {
    api = await ApiClient.start();
    url = await api.server.listen({ host: '127.0.0.1', port: 0 });
  });
  afterEach(() => api[Symbol.asyncDispose]());
  const publish = (body: object) => api.must('PUT', PATH, { body });
  const clear = () => api.call('DELETE', PATH);

  it('Given a run that moves on, When it is watched into a file, Then each change is a line, until it is over', async () => {
    await publish({ phase: 'injecting', progress: 0.25, message: 'engine-2' });
    const { stdout, stderr, code } = watching([UNKNOWN_ID, '--url', url]);
    await eventually('the present state is printed', () => stdout.text.includes('injecting'));
    await publish({ phase: 'verifying', counters: { assertions: 12 } });
    await clear();
    expect(await code).to.equal(0);
    const lines = stdout.text.split('\n').map((line) => line.replace(/^\d{4}-[\d:.T-]+Z /, ''));
    expect(lines).to.deep.equal([
      '25 % injecting · engine-2',
      '? % verifying · assertions 12',
      'The run has ended.',
      '',
    ]);
    expect(stderr.text).to.equal('');
  });

  it('Given a terminal, When a run is watched, Then a bar shows how far it is, and nothing that was published steers it', async () => {
    await publish({ phase: 'injecting\u001b[2J', progress: 0.5 });
    const { stdout, code } = watching([UNKNOWN_ID, '--url', url], { isTerminal: true });
    await eventually('the bar is drawn', () =>
      stdout.text.includes('[############............] 50 % injecting'),
    );
    await clear();
    expect(await code).to.equal(0);
    expect(stdout.text).to.not.include('\u001b[2J');
    expect(stdout.text.endsWith('The run has ended.\n')).to.equal(true);
  });

  it('Given a run with a name of its own, When that is watched, Then it is found', async () => {
    await api.must('POST', '/api/v1/scenarios', { body: scenario() });
    const body = run({ externalId: 'nightly 7' });
    const { runId } = await api.must<{ runId: string }>('POST', '/api/v1/runs', { body });
    const { stdout, code } = watching(['nightly 7', '--url', url]);
    const live = `/api/v1/runs/${runId}/live`;
    await api.must('PUT', live, { body: { phase: 'injecting' } });
    await eventually('it is followed', () => stdout.text.includes('injecting'));
    await api.call('DELETE', live);
    expect(await code).to.equal(0);
  });

  it('Given a coordinator that is restarted, When it is back, Then the watch goes on', async () => {
    await publish({ phase: 'injecting' });
    const { stdout, stderr, code } = watching([UNKNOWN_ID, '--url', url]);
    await eventually('it is followed', () => stdout.text.includes('injecting'));
    const { port } = new URL(url);
    await api[Symbol.asyncDispose]();
    api = await ApiClient.start();
    await publish({ phase: 'verifying' });
    await api.server.listen({ host: '127.0.0.1', port: Number(port) });
    await eventually('it goes on', () => stdout.text.includes('verifying'));
    // The other life of the store is in its memory.
    expect(stderr.text).to.equal('Some changes were missed; going on with the present state.\n');
    await clear();
    expect(await code).to.equal(0);
  });

  it('Given what is no run id, When it is watched, Then the code is 2 and the argument is named', async () => {
    const { stderr, code } = watching(['nobody', '--url', url]);
    expect(await code).to.equal(2);
    expect(stderr.text).to.include('runId must be');
  });

  it('Given nobody who serves, When a run is watched, Then the code is 3 and one line says what to do', async () => {
    const settings = { TEST_COORDINATOR_HTTP_PORT: '1', TEST_COORDINATOR_HTTP_HOST: '::' };
    const { stderr, code } = watching([UNKNOWN_ID], { environment: settings });
    expect(await code).to.equal(3);
    expect(stderr.text).to.equal(
      'no coordinator answers on http://127.0.0.1:1: start one with npm start, or name another with --url (UNAVAILABLE)\n',
    );
  });

  describe('Given another server', () => {
    let other: Server;
    afterEach(() => other.close());

    it('When a run is watched there, Then the code is 3 and it is said', async () => {
      other = createServer((_request, response) => response.writeHead(404).end('not here'));
      other.listen(0, '127.0.0.1');
      await once(other, 'listening');
      const there = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
      const { stderr, code } = watching([UNKNOWN_ID, '--url', there]);
      expect(await code).to.equal(3);
      expect(stderr.text).to.include(`the server on ${there} is no test coordinator`);
    });
  });

  for (const [what, args, told] of [
    ['no run', [], 'watch needs one run'],
    ['two runs', ['a', 'b'], 'watch needs one run'],
    ['an address of another kind', ['a', '--url', 'ftp://here'], '--url must be'],
  ] as const) {
    it(`Given ${what}, When it is to be watched, Then the code is 2 and it is said`, async () => {
      const { stderr, code } = watching(args);
      expect(await code).to.equal(2);
      expect(stderr.text).to.include(told);
    });
  }
});
