import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

import { expect } from 'chai';

import { ApiClient, json, type Answer } from './api-client.js';
import { CTRF, example, EXPERIMENT, JOURNAL, JUNIT } from './examples.js';

const URL = '/api/v1/imports';

interface Entry {
  readonly format: string;
  readonly outcome: string;
  readonly file: string;
  readonly testEnvironment: string | null;
  readonly scenario: { readonly name: string };
  readonly run: { readonly runId: string; readonly startedAt: string | null } | null;
  readonly results: { readonly total: number };
}

const entryOf = (answer: Answer): Entry => json<{ reports: Entry[] }>(answer).reports[0]!;

async function recordsIn(api: ApiClient): Promise<number> {
  const counts = await Promise.all(
    ['scenarios', 'runs', 'events', 'results'].map(
      async (kind) => (await api.must<{ items: unknown[] }>('GET', `/api/v1/${kind}`)).items.length,
    ),
  );
  return counts.reduce((total, count) => total + count, 0);
}

describe('Imports over HTTP', () => {
  describe('Given a file of a format that is known', () => {
    for (const [file, format, contentType] of [
      [JOURNAL, 'chaostoolkit-journal', 'application/json'],
      [JUNIT, 'junit', 'application/xml'],
      [CTRF, 'ctrf', 'application/octet-stream'],
      [JUNIT, 'junit', 'text/plain; charset=utf-8'],
      [CTRF, 'ctrf', 'application/x-www-form-urlencoded'],
    ] as const) {
      it(`When ${file} is posted as ${contentType}, Then it is recorded and can be read`, async () => {
        await using api = await ApiClient.start();
        const headers = { 'content-type': contentType };
        const answer = await api.call('POST', `${URL}?fileName=report`, { body: example(file), headers });
        expect(answer.status, answer.text).to.equal(201);
        const entry = entryOf(answer);
        expect(entry).to.include({ format, outcome: 'recorded', file: 'report' });
        const runUrl = `/api/v1/runs/${entry.run!.runId}`;
        const results = await api.must<{ items: unknown[] }>('GET', `${runUrl}/results`);
        expect(results.items).to.have.length(entry.results.total).above(0);
        expect(entryOf(await api.call('GET', `${runUrl}/report`))).to.deep.include({
          run: entry.run,
          results: entry.results,
        });
      });
    }

    it('When it is gzipped, with any content type or none, Then it is recognised by its content', async () => {
      await using api = await ApiClient.start();
      const body = gzipSync(example(JOURNAL));
      const headers = { 'content-type': 'application/gzip' };
      expect((await api.call('POST', URL, { body, headers })).status).to.equal(201);
      expect((await api.call('POST', URL, { body: example(JUNIT) })).status).to.equal(201);
    });

    it('When it is posted twice, Then the second changes nothing and answers 200', async () => {
      await using api = await ApiClient.start();
      const first = entryOf(await api.call('POST', URL, { body: example(JOURNAL) }));
      const records = await recordsIn(api);
      const second = await api.call('POST', URL, { body: gzipSync(example(JOURNAL)) });
      expect(second.status).to.equal(200);
      expect(entryOf(second)).to.deep.include({ outcome: 'duplicate', run: first.run });
      expect(await recordsIn(api)).to.equal(records);
    });

    it('When it is a definition, Then a scenario is recorded and no run', async () => {
      await using api = await ApiClient.start();
      const answer = await api.call('POST', URL, { body: example(EXPERIMENT) });
      expect([answer.status, entryOf(answer).run]).to.deep.equal([201, null]);
      expect(await recordsIn(api)).to.equal(1);
    });

    it('When zone and environment are told, Then they are used', async () => {
      await using api = await ApiClient.start();
      const body = '<testsuite name="s" timestamp="2026-01-31T10:00:00"><testcase name="a"/></testsuite>';
      const answer = await api.call('POST', `${URL}?zone=%2B01:00&environment=blue`, { body });
      expect(entryOf(answer)).to.include({ testEnvironment: 'blue' });
      expect(entryOf(answer).run).to.include({ startedAt: '2026-01-31T09:00:00.000Z' });
      for (const query of ['zone=Mars', 'zone=%2B01:00&zone=%2B02:00', 'speed=1']) {
        expect((await api.call('POST', `${URL}?${query}`, { body })).status, query).to.equal(400);
      }
    });
  });

  describe('Given what cannot be imported', () => {
    for (const [what, body] of Object.entries({
      nothing: '',
      'a journal that is cut off': example(JOURNAL).subarray(0, 500),
      'gzip that is cut off': gzipSync(example(JOURNAL)).subarray(0, 200),
      'XML with a DTD': '<!DOCTYPE t [<!ENTITY a "b">]><testsuite><testcase name="&a;"/></testsuite>',
      'a number bomb':
        '{"results":{"tool":{"name":"t"},"summary":{},"tests":[{"name":"a","status":"passed","duration":1e131000}]}}',
      'binary junk': Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 7_919) % 256)),
      'JSON of no format': '{"hello":"world"}',
      'a key that poisons prototypes': '{"__proto__":{"admin":true}}',
      'latin1 that says it is UTF-8': Buffer.from(
        '<?xml version="1.0" encoding="UTF-8"?><testsuite name="\u00e9"/>',
        'latin1',
      ),
    })) {
      it(`When it is ${what}, Then it is refused with a reason and nothing is recorded`, async () => {
        await using api = await ApiClient.start();
        const answer = await api.call('POST', URL, { body });
        expect([answer.status, json(answer)['code']], answer.text).to.deep.equal([400, 'INVALID_ARGUMENT']);
        expect(answer.text).to.not.match(/ at .*\.js:|node:internal/);
        expect(await recordsIn(api)).to.equal(0);
      });
    }

    it('When it is a nesting bomb, Then it is over a limit and nothing is recorded', async () => {
      await using api = await ApiClient.start();
      const answer = await api.call('POST', URL, { body: '['.repeat(500_000) });
      expect([answer.status, json(answer)['code']], answer.text).to.deep.equal([413, 'INVALID_ARGUMENT']);
      expect(await recordsIn(api)).to.equal(0);
    });
  });

  describe('Given a limit on the size of files', () => {
    it('When a file says that it is larger, Then it is refused before it is read', async () => {
      await using api = await ApiClient.start({ importLimitBytes: 1_000 });
      const answer = await api.call('POST', URL, { body: example(JOURNAL) });
      expect(answer.status).to.equal(413);
    });

    it('When a small file is large once it is unpacked, Then it is refused and nothing is recorded', async () => {
      await using api = await ApiClient.start({ importLimitBytes: 100_000 });
      const bomb = gzipSync(`<testsuite name="${'a'.repeat(5_000_000)}"/>`);
      const answer = await api.call('POST', URL, { body: bomb });
      expect(answer.status, answer.text).to.equal(413);
      expect(await recordsIn(api)).to.equal(0);
    });

    it('When a body without a length never ends, Then the answer comes all the same and the connection closes', async () => {
      await using api = await ApiClient.start({ importLimitBytes: 100_000 });
      await api.server.listen({ host: '127.0.0.1', port: 0 });
      const socket = connect((api.server.server.address() as AddressInfo).port, '127.0.0.1');
      let answered = '';
      socket.setEncoding('utf8').on('data', (text) => (answered += text));
      socket.on('error', () => undefined);
      socket.write('POST /api/v1/imports HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n');
      const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
      socket.write(chunk('<testsuite name="'));
      const piece = chunk('a'.repeat(10_000));
      const sending = setInterval(() => socket.writable && socket.write(piece), 1);
      await once(socket, 'close');
      clearInterval(sending);
      expect(answered)
        .to.match(/^HTTP\/1\.1 413 /)
        .and.include('TOO_LARGE');
    });
  });
});
