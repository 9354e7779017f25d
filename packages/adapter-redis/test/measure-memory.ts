// Prints what is stored costs in the memory of a throw-away Redis, as a table:
//   npm run build:test && node dist-test/measure-memory.js [cache entries] [instances, locks and live states]
import { fixtures } from '@test-coordinator/contract-tests';
import { RedisServer } from '@test-coordinator/services';
import type { RedisPorts } from '@test-coordinator/adapter-redis';

import { directTo, openAdapter } from './opened-adapter.js';

interface Kind {
  readonly name: string;
  readonly count: number;
  store(ports: RedisPorts, numbers: readonly number[]): Promise<unknown>;
}

const AT_ONCE = 1_000;
const LIMITS = { socketTimeoutMs: 60_000 };
const [entries = 1_000_000, others = 10_000] = process.argv.slice(2).map(Number);
const KINDS: readonly Kind[] = [
  {
    name: 'cache entries of 40 characters',
    count: entries,
    store: ({ cache }, numbers) =>
      cache.setMany(new Map(numbers.map((n) => [`orders:${n}`, 'acknowledged'.padEnd(38, '.')])), {
        ttlSeconds: 3_600,
      }),
  },
  {
    name: 'instances',
    count: others,
    store: ({ serviceDiscovery }, numbers) =>
      Promise.all(
        numbers.map((n) => serviceDiscovery.register(fixtures.service({ serviceId: `engine-${n}` }))),
      ),
  },
  {
    name: 'locks that are held',
    count: others,
    store: ({ executionLocks }, numbers) =>
      Promise.all(
        numbers.map((n) =>
          executionLocks.acquire(`run:${fixtures.id(n)}`, { owner: 'coordinator-1', ttlMs: 3_600_000 }),
        ),
      ),
  },
  {
    name: 'live states, each with its event',
    count: others,
    store: ({ activeRuns }, numbers) =>
      Promise.all(
        numbers.map((n) => activeRuns.publish(fixtures.id(n), { phase: 'injecting', progress: 0.5 })),
      ),
  },
];

await using server = await RedisServer.start();
using direct = directTo(server.url);
const usedBytes = async (): Promise<number> =>
  Number(/used_memory:(\d+)/.exec(await direct.info('memory'))?.[1]);
const rows = ['| what | memory, MB | bytes each |', '| --- | ---: | ---: |'];
for (const kind of KINDS) {
  const { name, count } = kind;
  await using adapter = await openAdapter({ url: server.url, keyPrefix: 'tc:', ...LIMITS });
  const before = await usedBytes();
  for (let start = 0; start < count; start += AT_ONCE) {
    await kind.store(
      adapter.ports,
      Array.from({ length: Math.min(AT_ONCE, count - start) }, (_, n) => start + n),
    );
  }
  const bytes = (await usedBytes()) - before;
  const columns = [
    `${count.toLocaleString('en')} ${name}`,
    (bytes / 1e6).toFixed(1),
    Math.round(bytes / count),
  ];
  rows.push(`| ${columns.join(' | ')} |`);
}
process.stdout.write(`${rows.join('\n')}\n`);
