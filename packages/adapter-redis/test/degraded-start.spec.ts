import { createRedisAdapter, type RedisSettings } from '@test-coordinator/adapter-redis';
import type { Logger } from '@test-coordinator/ports';
import { RedisServer } from '@test-coordinator/services';
import { expect } from 'chai';

import { directTo, outcomeOf, timed, until } from './opened-adapter.js';

/** A log that is kept. */
function keptLog(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const write = (level: string) => (_fields: unknown, message: string) => {
    lines.push(`${level}: ${message}`);
  };
  return {
    lines,
    isDebugEnabled: () => false,
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
}

describe('Given an adapter that may start without its server', function () {
  this.timeout(60_000);
  let server: RedisServer;
  let log: ReturnType<typeof keptLog>;
  const adapterOf = (settings: Partial<RedisSettings> = {}) =>
    createRedisAdapter({
      settings: { url: server.url, poolSize: 3, startsDegraded: true, ...settings },
      logger: log,
    });
  beforeEach(async () => {
    server = await RedisServer.start();
    log = keptLog();
  });
  afterEach(() => server.stop());

  it('When the server is away, Then it starts, calls are UNAVAILABLE at once, and work when the server is there', async () => {
    await server.kill();
    await using adapter = adapterOf();
    await adapter.start();

    const { outcome, ms } = await timed(adapter.ports.cache.get('key'));
    expect(outcome).to.equal('UNAVAILABLE');
    expect(ms).to.be.lessThan(1_000);
    const { status, detail } = await adapter.checkHealth();
    expect([status, detail.includes('ECONNREFUSED')]).to.deep.equal(['down', true]);

    await server.restart();
    await until(async () => (await outcomeOf(adapter.ports.cache.get('key'))) === 'answered', 'an answer');
    expect(await adapter.checkHealth()).to.include({
      status: 'up',
      detail: 'one server, answers on 3 of 3 connections',
    });
  });

  it('When the server stays away, Then the log says so once, and once that it is back', async () => {
    await using adapter = adapterOf();
    await adapter.start();
    await server.kill();
    const reasons = () => log.lines.filter((line) => line.includes('ECONNREFUSED'));
    await until(() => reasons().length > 0, 'the loss is told');
    for (let call = 0; call < 20; call += 1) await outcomeOf(adapter.ports.cache.get('key'));
    await server.restart();
    await until(() => log.lines.includes('info: all connections are back'), 'the return is told');

    expect(reasons()).to.have.length(1);
    expect(log.lines.filter((line) => line.includes('are back'))).to.have.length(1);
  });

  it('When the server that comes could drop locks, Then calls are UNSUPPORTED until its policy is mended', async () => {
    await using evicting = await RedisServer.start({ settings: { 'maxmemory-policy': 'allkeys-lru' } });
    await evicting.kill();
    await using adapter = adapterOf({ url: evicting.url });
    await adapter.start();
    const outcome = () => outcomeOf(adapter.ports.cache.set('key', 1));

    await evicting.restart();
    await until(async () => (await outcome()) === 'UNSUPPORTED', 'the policy is refused');
    expect((await adapter.checkHealth()).detail).to.include('config set maxmemory-policy noeviction');
    using direct = directTo(evicting.url);
    await direct.config('SET', 'maxmemory-policy', 'noeviction');
    await until(async () => (await outcome()) === 'answered', 'calls are let in');
  });

  it('When the password is wrong, Then it does not start', async () => {
    using direct = directTo(server.url);
    await direct.config('SET', 'requirepass', 'hunter2');
    const adapter = adapterOf({ url: server.url.replace('//', '//:hunter3@') });
    expect(await outcomeOf(adapter.start())).to.equal('INTERNAL');
    await adapter.stop();
  });

  it('When it is stopped while it waits, Then it stops at once, and calls are CLOSED', async () => {
    await server.kill();
    const adapter = adapterOf();
    await adapter.start();
    const { outcome, ms } = await timed(adapter.stop());
    expect(outcome).to.equal('answered');
    expect(ms).to.be.lessThan(2_000);
    expect(await outcomeOf(adapter.ports.cache.get('key'))).to.equal('CLOSED');
    await server.restart();
    using direct = directTo(server.url);
    const clients = String(await direct.client('LIST'));
    expect(clients).to.not.include('name=test-coordinator');
  });
});
