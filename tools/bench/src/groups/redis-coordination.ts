import type { BenchmarkGroup } from '../measure.js';
import { picks, type Scale } from '../records.js';
import { RedisArena } from '../redis/arena.js';
import { LISTED } from '../redis/data.js';

const REGISTRIES = ['ioredis', 'adapter-redis'];
const LOCKS = ['ioredis, lock with a fence', 'adapter-redis', 'ioredis, lock without one', 'redlock'];

/** Instances that say that they are alive, and the list of them. */
export function registryRedis({ divisor }: Scale): AsyncIterable<BenchmarkGroup> {
  return RedisArena.with(REGISTRIES, async function* (arena) {
    await arena.prepare({ kind: 'register', count: LISTED });
    for (const callers of [1, 32]) {
      const operations = (callers === 1 ? 2_000 : 10_000) / divisor;
      yield {
        title: `heartbeat, ${callers === 1 ? '1 caller' : `${callers} callers`}, ${arena.title}`,
        contenders: arena.contend(operations, {
          kind: 'heartbeat',
          callers,
          picks: picks(operations, LISTED),
        }),
      };
      arena.checkSamples();
    }
    const calls = 300 / divisor;
    yield {
      title: `list of ${LISTED} instances, 1 caller, ${arena.title}`,
      contenders: arena.contend(calls, { kind: 'list', calls }),
    };
    arena.checkSamples();
  });
}

/** A lock that is free is taken and given back. */
export function locksRedis({ divisor }: Scale): AsyncIterable<BenchmarkGroup> {
  return RedisArena.with(LOCKS, async function* (arena) {
    for (const callers of [1, 32]) {
      const operations = (callers === 1 ? 1_000 : 5_000) / divisor;
      yield {
        title: `acquire and release, ${callers === 1 ? '1 caller' : `${callers} callers`}, ${arena.title}`,
        reach: '0.9 of the lock with a fence, 1.2 of redlock',
        contenders: arena.contend(operations, { kind: 'lock', callers, operations }),
      };
      arena.checkSamples();
    }
  });
}
