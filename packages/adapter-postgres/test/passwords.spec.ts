import { createPostgresAdapter } from '@test-coordinator/adapter-postgres';
import { PostgresServer } from '@test-coordinator/services';
import { expect } from 'chai';

import { connected, refusalOf } from './fault-worlds.js';

describe('Given a server that asks for a password', () => {
  let server: PostgresServer;
  before(async function () {
    this.timeout(30_000);
    server = await PostgresServer.start({
      files: {
        // The test itself is let into `postgres`; into `locked` nobody gets without the password.
        'pg_hba.conf': 'host postgres all 127.0.0.1/32 trust\nhost locked all 127.0.0.1/32 scram-sha-256\n',
      },
    });
    const admin = await connected(server.url);
    await admin.query("CREATE ROLE app LOGIN PASSWORD 'p@ss:w/ord'");
    await admin.query('CREATE DATABASE locked OWNER app');
    await admin.end();
  });
  after(() => server.stop());

  const adapter = (password: string) =>
    createPostgresAdapter({
      settings: {
        url: `postgres://app:${encodeURIComponent(password)}@127.0.0.1:${server.port}/locked`,
        poolSize: 2,
      },
    });

  it('When the URL has it, Then the migrations and every connection of the pool get in', async () => {
    await using started = adapter('p@ss:w/ord');
    await started.start();
    const { scenarios } = started.ports;
    await Promise.all([scenarios.listAll(), scenarios.listAll(), scenarios.listAll()]);
    expect((await started.checkHealth()).status).to.equal('up');
  });

  it('When the URL has another, Then the start is UNAVAILABLE', async () => {
    expect(await refusalOf(adapter('wrong').start())).to.equal('UNAVAILABLE');
  });
});
