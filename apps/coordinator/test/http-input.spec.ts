import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';

import { expect } from 'chai';

import { ApiClient, json, type Call } from './api-client.js';
import { scenario } from './records.js';

const URL = '/api/v1/scenarios';
const asJson = { 'content-type': 'application/json' };

describe('HTTP input', () => {
  describe('Given a body that cannot be read', () => {
    const refusals: Readonly<Record<string, readonly [status: number, call: Call]>> = {
      'is cut off': [400, { body: '{"scenarioId":"a"', headers: asJson }],
      'is no JSON': [400, { body: 'scenarioId=a', headers: asJson }],
      'is absent': [400, {}],
      'is empty': [400, { body: '', headers: asJson }],
      'is null': [400, { body: 'null', headers: asJson }],
      'is a list': [400, { body: '[]', headers: asJson }],
      'is text': [400, { body: '"a"', headers: asJson }],
      'is not UTF-8': [400, { body: Buffer.from('{"scenarioId":"\u00e9"}', 'latin1'), headers: asJson }],
      'poisons prototypes': [400, { body: '{"__proto__":{"admin":true}}', headers: asJson }],
      'poisons prototypes from within': [
        400,
        { body: '{"configuration":{"constructor":{"prototype":{"admin":true}}}}', headers: asJson },
      ],
      'is nested deeply': [
        400,
        { body: `{"configuration":${'{"a":'.repeat(101)}1${'}'.repeat(101)}}`, headers: asJson },
      ],
      'is a nesting bomb': [400, { body: '['.repeat(400_000), headers: asJson }],
      'holds a number that no number can hold': [
        400,
        {
          body: JSON.stringify(scenario({ configuration: { n: 'N' } })).replace('"N"', '1e131000'),
          headers: asJson,
        },
      ],
      'is over the limit': [413, { body: `{"name":"${'a'.repeat(1_048_576)}"}`, headers: asJson }],
      'is of another content type': [415, { body: '<a/>', headers: { 'content-type': 'application/xml' } }],
      'is a form': [415, { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
    };
    for (const [what, [status, call]] of Object.entries(refusals)) {
      it(`When it ${what}, Then it is refused with ${status} and nothing is stored`, async () => {
        await using api = await ApiClient.start();
        const answer = await api.call('POST', URL, call);
        expect(answer.status, answer.text).to.equal(status);
        expect(json(answer)).to.include({ status, code: 'INVALID_ARGUMENT' });
        expect(await api.must('GET', URL)).to.deep.include({ items: [] });
        expect(({} as { admin?: unknown }).admin).to.equal(undefined);
      });
    }

    it('When the limit is set lower, Then it counts', async () => {
      await using api = await ApiClient.start({ bodyLimitBytes: 2_000 });
      const answer = await api.call('POST', URL, { body: scenario({ description: 'a'.repeat(3_000) }) });
      expect(answer.status).to.equal(413);
    });
  });

  describe('Given an address', () => {
    it('When there is no such route, Then it is 404', async () => {
      await using api = await ApiClient.start();
      for (const url of [
        '/nope',
        '/api/v1/nope',
        '/api/v2/scenarios',
        `${URL}/a/b/c`,
        '/api/v1/scenarios/',
      ]) {
        expect((await api.call('GET', url)).status, url).to.be.oneOf([400, 404]);
      }
      expect(json(await api.call('GET', '/nope'))).to.include({ code: 'NOT_FOUND', title: 'Not Found' });
    });

    it('When it does not take the method, Then it is 405 and says which it takes, also for a broken body', async () => {
      await using api = await ApiClient.start();
      const answer = await api.call('PUT', URL, { body: '{', headers: asJson });
      expect([answer.status, answer.headers['allow']]).to.deep.equal([405, 'POST, GET']);
      expect((await api.call('DELETE', '/livez')).headers['allow']).to.equal('GET');
    });

    it('When it is asked for its head alone, Then it is answered as GET without the body', async () => {
      await using api = await ApiClient.start();
      const answer = await api.call('HEAD', '/livez');
      expect([answer.status, answer.text]).to.deep.equal([200, '']);
    });

    for (const [what, url] of Object.entries({
      'is not encoded properly': `${URL}/%zz`,
      'holds a NUL': `${URL}/a%00b`,
      'leads up and out': `${URL}/..%2f..%2fetc%2fpasswd`,
      'is longer than any id': `${URL}/${'a'.repeat(1_500)}`,
    })) {
      it(`When an id in it ${what}, Then it is refused`, async () => {
        await using api = await ApiClient.start();
        const answer = await api.call('GET', url);
        expect(answer.status, answer.text).to.be.oneOf([400, 404]);
      });
    }
  });

  describe('Given a request id', () => {
    it('When it is a sound one, Then it comes back with the answer and in the problem', async () => {
      await using api = await ApiClient.start();
      const answer = await api.call('GET', '/nope', { headers: { 'x-request-id': 'trace:1.2_3-4' } });
      expect(answer.headers['x-request-id']).to.equal('trace:1.2_3-4');
      expect(json(answer)['requestId']).to.equal('trace:1.2_3-4');
    });

    for (const [what, id] of Object.entries({
      absent: undefined,
      'too long': 'a'.repeat(129),
      'made to split lines': 'a b',
      'made to forge logs': '{"level":"error"}',
    })) {
      it(`When it is ${what}, Then a new one is given`, async () => {
        await using api = await ApiClient.start();
        const answer = await api.call('GET', '/livez', {
          headers: id === undefined ? {} : { 'x-request-id': id },
        });
        expect(answer.headers['x-request-id']).to.match(/^[0-9a-f-]{36}$/);
      });
    }
  });

  describe('Given bytes that are no HTTP', () => {
    async function sent(bytes: string): Promise<string> {
      await using api = await ApiClient.start();
      await api.server.listen({ host: '127.0.0.1', port: 0 });
      const socket = connect((api.server.server.address() as AddressInfo).port, '127.0.0.1');
      let answered = '';
      socket.setEncoding('utf8').on('data', (chunk) => (answered += chunk));
      socket.on('error', () => undefined);
      socket.write(bytes);
      await once(socket, 'close');
      return answered;
    }

    it('When they are junk, Then they are answered with a problem and the connection closes', async () => {
      const answered = await sent('hello\r\n\r\n');
      expect(answered).to.match(/^HTTP\/1\.1 400 Bad Request\r\n/);
      expect(answered).to.include('application/problem+json').and.include('"code":"INVALID_ARGUMENT"');
    });

    it('When the headers are too large, Then they are answered with 431', async () => {
      const answered = await sent(`GET / HTTP/1.1\r\nHost: a\r\nx: ${'a'.repeat(100_000)}\r\n\r\n`);
      expect(answered)
        .to.match(/^HTTP\/1\.1 431 /)
        .and.include('"status":431');
    });
  });
});
