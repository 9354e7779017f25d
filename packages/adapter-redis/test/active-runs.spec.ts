import { expect } from 'chai';
import { fixtures } from '@test-coordinator/contract-tests';
import type { ActiveRunEvent, ActiveRuns, WatchOptions } from '@test-coordinator/ports';
import { FaultProxy, RedisServer } from '@test-coordinator/services';
import type { Redis } from 'ioredis';

import { directTo, openAdapter, outcomeOf, timed, until } from './opened-adapter.js';

const { id } = fixtures;
const LIMIT_MS = 600;

/** What a watcher has learned so far, in short, until it ends. */
function learned(activeRuns: ActiveRuns, options: WatchOptions = {}) {
  const events: ActiveRunEvent[] = [];
  const ended = (async () => {
    for await (const event of activeRuns.watch(options)) events.push(event);
  })();
  return { events, outcome: outcomeOf(ended), kinds: () => events.map(({ kind }) => kind) };
}

describe('Given live states in Redis', function () {
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

  it('When nothing happens for many time limits, Then who watches stays, and learns at once of what happens then', async () => {
    await using adapter = await openAdapter({ url, socketTimeoutMs: LIMIT_MS });
    const { activeRuns } = adapter.ports;
    const watchers = [learned(activeRuns), learned(activeRuns), learned(activeRuns, { runId: id(1) })];
    const idleSince = performance.now();
    await until(() => performance.now() - idleSince > 5 * LIMIT_MS, 'the time passes');

    const waits: number[] = [];
    for (const phase of ['injecting', 'watching', 'recovering']) {
      const begun = performance.now();
      await activeRuns.publish(id(1), { phase });
      await until(
        () => watchers.every(({ events }) => events.length > waits.length),
        'all have learned of it',
      );
      waits.push(performance.now() - begun);
    }

    // The shortest: a busy machine may be late once.
    expect(Math.min(...waits), 'told, and not looked up when a read ends').to.be.lessThan(LIMIT_MS / 2);
    expect(proxy.counts.accepted, 'connections: the pool of one, and one for all who watch').to.equal(2);
    await adapter.stop();
    for (const { outcome } of watchers) expect(await outcome).to.equal('CLOSED');
  });

  it('When Redis loses its data, Then who watches is told the gap, and so is who resumes behind what was lost', async () => {
    await using adapter = await openAdapter({ url });
    const { activeRuns } = adapter.ports;
    await activeRuns.publish(id(1), { phase: 'injecting' });
    const watcher = learned(activeRuns);
    await until(() => watcher.events.length === 1, 'the state');
    await direct.flushall();

    const again = await activeRuns.publish(id(1), { phase: 'verifying' });
    await until(() => watcher.events.length === 3, 'the gap and the state');

    expect(watcher.kinds()).to.deep.equal(['published', 'gap', 'published']);
    const [before, , after] = watcher.events as [
      ActiveRunEvent & { kind: 'published' },
      ActiveRunEvent,
      ActiveRunEvent & { kind: 'published' },
    ];
    expect(after.run).to.deep.equal(again);
    expect(after.run.version).to.be.greaterThan(before.run.version);
    const late = learned(activeRuns, { after: before.id });
    await until(() => late.events.length === 2, 'the gap and the state');
    expect(late.kinds()).to.deep.equal(['gap', 'published']);
  });

  it('When nothing passes, Then who watches is refused within the time limit, and resumes without loss', async () => {
    await using adapter = await openAdapter({ url, keyPrefix: 'p:', socketTimeoutMs: LIMIT_MS });
    await using other = await openAdapter({ url: server.url, keyPrefix: 'p:' });
    const { activeRuns } = adapter.ports;
    await activeRuns.publish(id(1), { phase: 'injecting' });
    const watcher = learned(activeRuns);
    await until(() => watcher.events.length === 1, 'the state');
    proxy.inject({ kind: 'black hole' });

    const { outcome, ms } = await timed(
      watcher.outcome.then((code) => expect(['TIMEOUT', 'UNAVAILABLE']).to.include(code)),
    );
    expect(outcome).to.equal('answered');
    const { lostRequestBytes, lostReplyBytes } = proxy.counts;
    expect(lostRequestBytes + lostReplyBytes, 'the fault').to.be.greaterThan(0);
    expect(ms).to.be.lessThan(2 * LIMIT_MS + 2_000);
    for (const phase of ['a', 'b']) await other.ports.activeRuns.publish(id(1), { phase });
    proxy.heal();

    await until(async () => (await outcomeOf(activeRuns.get(id(1)))) === 'answered', 'the link is back');
    const resumed = learned(activeRuns, { after: watcher.events.at(-1)!.id });
    await until(() => resumed.events.length === 2, 'both');
    expect(resumed.kinds()).to.deep.equal(['published', 'published']);
  });

  it('When states expire that nobody takes off, Then the next changes make room for them', async () => {
    await using adapter = await openAdapter({ url, keyPrefix: 'p:', activeRunTtlMs: 100, watchWindow: 10 });
    const { activeRuns } = adapter.ports;
    await Promise.all(
      Array.from({ length: 200 }, (_, n) => activeRuns.publish(id(n), { phase: 'injecting' })),
    );
    const kept = async (): Promise<readonly number[]> => [
      await direct.hlen('p:{p:run}:states'),
      await direct.zcard('p:{p:run}:expiring'),
      await direct.zcard('p:{p:run}:listed'),
    ];
    await until(async () => (await activeRuns.list()).items.length === 0, 'all expire');
    expect(Math.max(...(await kept())), 'what has expired and is kept').to.be.greaterThan(16);

    for (let n = 0; n < 20; n += 1) await activeRuns.publish(id(1_000), { phase: 'injecting' });

    expect(await kept()).to.deep.equal([1, 1, 1]);
    expect(await direct.xlen('p:{p:run}:events')).to.equal(11);
  });

  it('When a version comes late, Then nothing changes, not its time either', async () => {
    await using adapter = await openAdapter({ url, keyPrefix: 'p:' });
    const { activeRuns } = adapter.ports;
    const newer = await activeRuns.publish(id(1), { phase: 'verifying', version: 2 });
    const stored = await direct.hget('p:{p:run}:states', id(1));

    expect(await activeRuns.publish(id(1), { phase: 'injecting', version: 2 })).to.deep.equal(newer);
    expect(await activeRuns.publish(id(1), { phase: 'injecting', version: 1 })).to.deep.equal(newer);

    expect(await direct.hget('p:{p:run}:states', id(1))).to.equal(stored);
    expect(await direct.xlen('p:{p:run}:events')).to.equal(1);
    await activeRuns.clear(id(1));
    expect(await activeRuns.publish(id(1), { phase: 'injecting', version: 2 })).to.equal(null);
    expect(await activeRuns.publish(id(1), { phase: 'again', version: 3 })).to.include({ version: 3 });
  });
});
