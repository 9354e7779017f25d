import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';

import { expect } from 'chai';

import { ApiClient } from './api-client.js';
import { CoordinatorHere } from './coordinator-here.js';
import { SERVING } from './coordinator-process.js';
import { eventually } from './eventually.js';

/** Without the drain these never close: any time is long enough to tell. */
const PATIENCE_MS = 20_000;
const REQUEST = 'GET /api/v1/runs HTTP/1.1\r\nHost: a\r\n\r\n';

describe('Connections of a server that closes', () => {
  let api: ApiClient;
  let sockets: Socket[];
  beforeEach(async () => {
    sockets = [];
    api = await ApiClient.start();
    await api.server.listen({ host: '127.0.0.1', port: 0 });
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await api[Symbol.asyncDispose]();
  });

  async function connected(): Promise<Socket> {
    const socket = connect((api.server.server.address() as AddressInfo).port, '127.0.0.1');
    sockets.push(socket);
    await once(socket, 'connect');
    await eventually('the server has it', () => connections().then((count) => count === sockets.length));
    return socket;
  }

  const connections = (): Promise<number> =>
    new Promise((resolve, reject) =>
      api.server.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
    );

  async function closed(): Promise<void> {
    let isClosed = false;
    void api.server.close().then(() => (isClosed = true));
    await eventually('the server is closed', () => isClosed, PATIENCE_MS);
  }

  for (const [which, sent] of [
    ['sent nothing', ''],
    ['sent half of the head of a request', 'GET /api/v1/runs HTTP/1.1\r\nHo'],
    ['was answered and has sent half of the next head', `${REQUEST}GET /api`],
  ] as const) {
    it(`Given a client that ${which}, When the server closes, Then it does not wait for it`, async () => {
      const socket = await connected();
      if (sent !== '') socket.write(sent);
      if (sent.startsWith(REQUEST)) await once(socket, 'data');
      socket.resume();
      const ended = once(socket, 'close');
      await closed();
      await ended;
    });
  }

  it('Given a request under way on a connection that is kept alive, When the server closes, Then it is answered, told that the connection ends, and nobody waits longer', async () => {
    let answer: (() => void) | undefined;
    api.factory.getTestRunsRepository().find = () =>
      new Promise((resolve) => {
        answer = () => resolve({ items: [], nextCursor: null });
      });
    const socket = await connected();
    let text = '';
    socket.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    socket.write(REQUEST);
    await eventually('it is under way', () => answer !== undefined);
    const closing = closed();
    await eventually('the server takes no more connections', () => !api.server.server.listening);
    answer!();
    await closing;
    await eventually('the answer is there', () => text.includes('"items":[]'));
    expect(text)
      .to.match(/^HTTP\/1\.1 200 /)
      .and.match(/\r\nconnection: close\r\n/i);
  });

  it('Given a coordinator with a client that asks nothing, When it is told to stop, Then it ends before its patience with requests is over', async () => {
    const serving = new CoordinatorHere({ TEST_COORDINATOR_HTTP_PORT: '0' });
    const [, url] = await serving.saying(SERVING);
    const socket = connect(Number(new URL(url!).port), '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    serving.kill();
    const { code, stdout } = await serving.ended();
    expect(code).to.equal(0);
    const times = new Map(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { msg: string; time: string })
        .map(({ msg, time }) => [msg, Date.parse(time)]),
    );
    const took = times.get('stopped serving')! - times.get('asked to stop: answering what is under way')!;
    // 4 s is the patience; half a second is what it takes.
    expect(took).to.be.within(0, 3_500);
  });
});
