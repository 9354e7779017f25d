import { expect } from 'chai';
import { FaultProxy, RedisServer } from '@test-coordinator/services';
import type { Redis } from 'ioredis';

import { directTo, openAdapter, outcomeOf, timed, until } from './opened-adapter.js';

const LIMIT_MS = 600;
/** For a timer that fires late on a busy machine. */
const SLACK_MS = 2_000;

describe('Given a link to Redis that breaks', function () {
  this.timeout(60_000);
  let server: RedisServer;
  let proxy: FaultProxy;
  let direct: Redis;
  let url: string;

  beforeEach(async () => {
    server = await RedisServer.start();
    proxy = await FaultProxy.start({ port: server.port });
    direct = directTo(server.url);
    url = proxy.url(server.url);
  });
  afterEach(async () => {
    direct.disconnect();
    await proxy.stop();
    await server.stop();
  });

  const counted = (...commands: string[]): Promise<number> =>
    direct
      .info('commandstats')
      .then((info) =>
        [...info.matchAll(/cmdstat_(\w+):calls=(\d+)/g)]
          .filter(([, name]) => commands.includes(name!))
          .reduce((sum, [, , calls]) => sum + Number(calls), 0),
      );

  it('When the reply of a counter is lost, Then it is UNKNOWN_OUTCOME and counted once', async () => {
    await using adapter = await openAdapter({ url });
    const { cache } = adapter.ports;
    await cache.increment('hits');
    proxy.inject({ kind: 'drop replies' });

    const outcome = await outcomeOf(cache.increment('hits'));

    expect(proxy.counts.lostReplyBytes, 'the fault').to.be.greaterThan(0);
    expect(outcome).to.equal('UNKNOWN_OUTCOME');
    proxy.heal();
    await until(async () => (await outcomeOf(cache.get('hits'))) === 'answered', 'the link is back');
    expect(await cache.get('hits')).to.equal(2);
  });

  it('When the connection ends before the reply of a counter, Then it is UNKNOWN_OUTCOME at once, and not sent again', async () => {
    await using adapter = await openAdapter({ url, socketTimeoutMs: 5_000 });
    const { cache } = adapter.ports;
    await cache.increment('hits');
    proxy.inject({ kind: 'drop replies' });
    const call = timed(cache.increment('hits'));
    await until(() => proxy.counts.lostReplyBytes > 0, 'the reply is lost');
    proxy.cut();

    const { outcome, ms } = await call;

    expect(proxy.counts.cut, 'the fault').to.equal(1);
    expect(outcome).to.equal('UNKNOWN_OUTCOME');
    expect(ms).to.be.lessThan(1_000);
    proxy.heal();
    await until(async () => (await outcomeOf(cache.get('hits'))) === 'answered', 'the link is back');
    expect(await cache.get('hits')).to.equal(2);
  });

  it('When nothing passes, Then every call settles within its time limit', async () => {
    await using adapter = await openAdapter({ url });
    const { cache, serviceDiscovery } = adapter.ports;
    await cache.set('key', 1);
    proxy.inject({ kind: 'black hole' });

    const calls = [
      cache.get('key'),
      cache.set('key', 2),
      cache.increment('n'),
      serviceDiscovery.getServiceCount(),
    ];
    const settled = await Promise.all(calls.map(timed));

    expect(proxy.counts.lostRequestBytes, 'the fault').to.be.greaterThan(0);
    expect(settled.map(({ outcome }) => outcome)).to.deep.equal([
      'TIMEOUT',
      'TIMEOUT',
      'UNKNOWN_OUTCOME',
      'TIMEOUT',
    ]);
    for (const { ms } of settled) expect(ms).to.be.lessThan(LIMIT_MS + SLACK_MS);
  });

  it('When nothing passes for longer than the time limit, Then the dead connection is given up, and calls work again after', async () => {
    await using adapter = await openAdapter({ url });
    const before = proxy.counts.accepted;
    proxy.inject({ kind: 'black hole' });
    expect(await outcomeOf(adapter.ports.cache.get('key'))).to.equal('TIMEOUT');

    await until(() => proxy.counts.accepted > before, 'another connection', LIMIT_MS + 1_000);
    proxy.heal();

    await until(async () => (await outcomeOf(adapter.ports.cache.get('key'))) === 'answered', 'an answer');
  });

  it('When the server is away, Then calls fail at once, and work again when it is back, without a restart', async () => {
    await using adapter = await openAdapter({ url, socketTimeoutMs: 10_000 });
    const { cache } = adapter.ports;
    await cache.set('key', 1);
    await server.kill();
    await until(async () => (await outcomeOf(cache.get('key'))) === 'UNAVAILABLE', 'the loss is noticed');

    const away = await timed(cache.increment('hits'));
    expect(away.outcome).to.equal('UNAVAILABLE');
    expect(away.ms).to.be.lessThan(2_000);
    expect(await adapter.checkHealth()).to.include({ name: 'redis', status: 'down' });

    await server.restart();
    await until(async () => (await outcomeOf(cache.increment('hits'))) === 'answered', 'it works again');
    expect(await cache.get('key')).to.equal(null);
    expect(await cache.get('hits')).to.equal(1);
  });

  it('When 200 callers come while the server was away, Then one of them tries, and the others are refused at once', async () => {
    await using adapter = await openAdapter({ url });
    const { cache } = adapter.ports;
    proxy.inject({ kind: 'black hole' });
    const outage = await Promise.all(Array.from({ length: 5 }, () => outcomeOf(cache.exists('key'))));
    expect(new Set(outage), 'the outage').to.deep.equal(new Set(['TIMEOUT']));
    proxy.heal();
    expect(await counted('exists'), 'calls that reached the server').to.equal(0);

    let outcomes: readonly string[] = [];
    await until(async () => {
      outcomes = await Promise.all(Array.from({ length: 200 }, () => outcomeOf(cache.exists('key'))));
      return outcomes.includes('answered');
    }, 'one is let through');

    expect(outcomes.filter((outcome) => outcome === 'answered')).to.have.length(1);
    expect(outcomes.filter((outcome) => outcome === 'UNAVAILABLE')).to.have.length(199);
    expect(await counted('exists'), 'calls that reached the server').to.equal(1);
    expect(await outcomeOf(cache.exists('key'))).to.equal('answered');
  });

  it('When the server forgets the scripts, Then they are sent again', async () => {
    await using adapter = await openAdapter({ url });
    await adapter.ports.cache.increment('hits');
    await direct.script('FLUSH');

    expect(await adapter.ports.cache.increment('hits')).to.equal(2);
    expect(await counted('eval')).to.equal(2);
  });
});
