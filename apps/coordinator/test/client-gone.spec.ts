import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';

import { AdapterFactory } from '@test-coordinator/coordinator';
import type { CallOptions } from '@test-coordinator/ports';
import { expect } from 'chai';

import { ApiClient } from './api-client.js';
import { run, scenario } from './records.js';

describe('Client of the API', () => {
  it('Given a request whose body is read, When its client goes away, Then the port is told by its signal', async () => {
    const factory = AdapterFactory.useStub();
    const asked = new Promise<CallOptions>((resolve) => {
      factory.getTestRunsRepository().create = (_run, options = {}) => {
        resolve(options);
        return new Promise((_resolve, reject) => {
          options.signal?.addEventListener('abort', () => reject(new Error('the client has gone')));
        });
      };
    });
    await using api = await ApiClient.start({ factory });
    await api.server.listen({ host: '127.0.0.1', port: 0 });
    const socket = connect((api.server.server.address() as AddressInfo).port, '127.0.0.1');
    const body = JSON.stringify(run());
    const head = `POST /api/v1/runs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
    socket.write(`${head}\r\n\r\n${body}`);
    const { signal, requestId } = await asked;
    expect(requestId).to.match(/^[0-9a-f-]{36}$/);
    expect(signal!.aborted).to.equal(false);
    socket.destroy();
    if (!signal!.aborted) await once(signal!, 'abort');
    expect(signal!.aborted).to.equal(true);
  });

  it('Given a client that waits, When it is answered, Then its signal was never aborted', async () => {
    const factory = AdapterFactory.useStub();
    const signals: AbortSignal[] = [];
    const runs = factory.getTestRunsRepository();
    const create = runs.create.bind(runs);
    runs.create = (given, options) => {
      signals.push(options!.signal!);
      return create(given, options);
    };
    await using api = await ApiClient.start({ factory });
    const url = await api.server.listen({ host: '127.0.0.1', port: 0 });
    await api.must('POST', '/api/v1/scenarios', { body: scenario() });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/api/v1/runs`, {
      method: 'POST',
      headers,
      body: JSON.stringify(run()),
    });
    expect(answer.status).to.equal(201);
    await answer.text();
    expect(signals.map(({ aborted }) => aborted)).to.deep.equal([false]);
  });
});
