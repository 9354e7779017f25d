import type { BenchmarkGroup } from '../measure.js';
import { picks, type Scale } from '../records.js';
import { RedisArena } from '../redis/arena.js';

const CACHES = ['ioredis', 'adapter-redis', 'node-redis', 'keyv', 'cacheable', 'cache-manager'];
const COUNTERS = ['ioredis', 'adapter-redis', 'node-redis'];
const MANY = [
  'ioredis, a pipeline',
  'ioredis',
  'adapter-redis',
  'node-redis',
  'keyv',
  'cacheable',
  'cache-manager',
];
const STORING_MANY = MANY.filter((name) => name !== 'ioredis');
const REMOVERS = ['ioredis, SCAN + UNLINK', 'ioredis, KEYS + DEL', 'adapter-redis'];
const CALLERS = [1, 32, 256] as const;
const KEYS = 1_000;
/** Entries of one call over many. */
const SIZE = 100;

/** One entry, of 20 characters or of 1 KB of JSON: read and stored. */
export function cacheRedis(scale: Scale): AsyncIterable<BenchmarkGroup> {
  return RedisArena.with(CACHES, async function* (arena) {
    for (const value of ['short', 'json'] as const) {
      await arena.prepare({ kind: 'fill', value, start: '', count: KEYS });
      for (const kind of ['get', 'set'] as const) {
        for (const callers of CALLERS) {
          const operations = operationsOf(callers, scale);
          const task = { kind, value, callers, picks: picks(operations, KEYS) };
          await arena.warmUp(task, operations, scale);
          const command =
            kind === 'get'
              ? ['get', 'key:__rand_int__']
              : ['setex', 'key:__rand_int__', '300', 'x'.repeat(20)];
          yield {
            title: `${kind}${value === 'json' ? ' of 1 KB of JSON' : ''}, ${callersOf(callers)}, ${arena.title}`,
            reach: reachOf(kind, callers),
            contenders: [
              ...arena.contend(operations, task),
              ...(value === 'short' ? [arena.redisBenchmark(operations, callers, command)] : []),
            ],
          };
          arena.checkSamples();
        }
      }
    }
  });
}

/** Counters with a ttl; those of the other clients have none. */
export function incrementRedis(scale: Scale): AsyncIterable<BenchmarkGroup> {
  return RedisArena.with(COUNTERS, async function* (arena) {
    for (const callers of CALLERS) {
      const operations = operationsOf(callers, scale);
      const task = { kind: 'increment', callers, picks: picks(operations, KEYS) } as const;
      await arena.warmUp(task, operations, scale);
      yield {
        title: `increment, ${callersOf(callers)}, ${arena.title}`,
        reach: '0.8 of INCRBY',
        contenders: [
          ...arena.contend(operations, task),
          arena.redisBenchmark(operations, callers, ['incrby', 'counter:__rand_int__', '1']),
        ],
      };
      arena.checkSamples();
    }
  });
}

/** A hundred entries in one call. */
export async function* manyRedis({ divisor }: Scale): AsyncIterable<BenchmarkGroup> {
  const calls = 1_000 / divisor;
  for (const [kind, names] of [
    ['getMany', MANY],
    ['setMany', STORING_MANY],
  ] as const) {
    yield* RedisArena.with(names, async function* (arena) {
      await arena.prepare({ kind: 'fill', value: 'short', start: '', count: SIZE });
      yield {
        title: `${kind} of ${SIZE}, 1 caller, ${arena.title}`,
        reach: kind === 'getMany' ? '0.9 of MGET (ioredis)' : '1.5 of a pipeline',
        contenders: arena.contend(calls, { kind, size: SIZE, calls }),
      };
      arena.checkSamples();
    });
  }
}

/** A tenth of many entries is removed by a pattern, and what others wait meanwhile. */
export function patternRedis({ divisor }: Scale): AsyncIterable<BenchmarkGroup> {
  return RedisArena.with(REMOVERS, async function* (arena) {
    const count = 100_000 / divisor;
    await arena.prepare({ kind: 'fill', value: 'short', start: 'kept:', count: count - count / 10 });
    const before = { kind: 'fill', value: 'short', start: 'old:', count: count / 10 } as const;
    const task = { kind: 'removeAll', start: 'old:' } as const;
    yield {
      title: `delete of ${count / 10} among ${count} keys of a client by a pattern, ${arena.title}`,
      contenders: arena.contend(1, task, before),
    };
    arena.checkSamples();
    yield {
      title: `the longest wait of another client meanwhile, ${arena.title}`,
      reach: 'below 10 ms',
      contenders: arena.waitsOfOthers(task, before),
    };
  });
}

function operationsOf(callers: number, { divisor }: Scale): number {
  return (callers === 1 ? 2_000 : 10_000) / divisor;
}

function reachOf(kind: 'get' | 'set', callers: number): string {
  if (callers === 1) return '0.95 of ioredis';
  return `${kind === 'get' ? '1.8' : '1.3'} of ioredis at 32 callers, ahead of keyv and cacheable`;
}

function callersOf(count: number): string {
  return count === 1 ? '1 caller' : `${count} callers`;
}
