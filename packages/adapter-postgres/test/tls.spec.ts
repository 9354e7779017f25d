import { readFileSync } from 'node:fs';
import { createPostgresAdapter, type PostgresSettings } from '@test-coordinator/adapter-postgres';
import { PostgresServer } from '@test-coordinator/services';
import { expect } from 'chai';

import { connected, refusalOf } from './fault-worlds.js';

const folder = new URL('../test/fixtures/tls/', import.meta.url);
const pem = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
const path = (name: string): string => encodeURIComponent(new URL(name, folder).pathname);

describe('TLS to the server', () => {
  let server: PostgresServer;
  before(async function () {
    this.timeout(30_000);
    server = await PostgresServer.start({
      settings: { ssl: 'on' },
      files: {
        'server.crt': pem('server.crt'),
        'server.key': pem('server.key'),
        // Nobody gets into `secret` without TLS; the test itself is let into `postgres`.
        'pg_hba.conf': 'host postgres all 127.0.0.1/32 trust\nhostssl secret all 127.0.0.1/32 trust\n',
      },
    });
    const admin = await connected(server.url);
    await admin.query('CREATE DATABASE secret');
    await admin.end();
  });
  after(() => server.stop());

  const start = (host: string, query: string, settings: Partial<PostgresSettings> = {}) =>
    createPostgresAdapter({
      settings: { ...settings, url: `postgres://postgres@${host}:${server.port}/secret${query}` },
    });

  it('When the certificate is for the host and its CA is given, Then the connection is encrypted', async () => {
    const adapter = start('localhost', '?sslmode=verify-full', { ca: pem('ca.crt') });
    await adapter.start();
    expect((await adapter.checkHealth()).status).to.equal('up');
    await adapter.stop();
  });

  it('When the CA is a file that the URL names, Then the connection is encrypted', async () => {
    const adapter = start('localhost', `?sslmode=verify-full&sslrootcert=${path('ca.crt')}`);
    await adapter.start();
    expect((await adapter.checkHealth()).status).to.equal('up');
    await adapter.stop();
  });

  for (const [title, host, query, settings] of [
    ['another CA is given', 'localhost', '?sslmode=verify-full', { ca: pem('other-ca.crt') }],
    ['no CA is given', 'localhost', '?sslmode=verify-full', {}],
    [
      'a weaker mode is asked for with another CA',
      'localhost',
      '?sslmode=require',
      { ca: pem('other-ca.crt') },
    ],
    ['the certificate is for another host', '127.0.0.1', '?sslmode=verify-full', { ca: pem('ca.crt') }],
    ['the server wants TLS and the URL says disable', 'localhost', '?sslmode=disable', {}],
  ] as const) {
    it(`When ${title}, Then nothing is sent and the start is UNAVAILABLE`, async () => {
      expect(await refusalOf(start(host, query, settings).start())).to.equal('UNAVAILABLE');
    });
  }
});
