import type { BenchmarkGroup } from '../measure.js';
import { picks, type Scale } from '../records.js';
import { RedisArena } from '../redis/arena.js';
import { LISTED } from '../redis/data.js';

const REGISTRIES = ['ioredis', 'adapter-redis'];
const LOCKS = ['ioredis, lock with a fence', 'adapter-redis', 'ioredis, lock without one', 'redlock'];

/** Instances that say that they are alive, and the list of them. */
export function registryRedis(scale: Scale): AsyncIterable<BenchmarkGroup> {
  const { divisor } = scale;
  return RedisArena.with(REGISTRIES, async function* (arena) {
    await arena.prepare({ kind: 'register', count: LISTED });
    for (const callers of [1, 32]) {
      const operations = (callers === 1 ? 2_000 : 10_000) / divisor;
      const task = { kind: 'heartbeat', callers, picks: picks(operations, LISTED) } as const;
      await arena.warmUp(task, operations, scale);
      yield {
        title: `heartbeat, ${callers === 1 ? '1 caller' : `${callers} callers`}, ${arena.title}`,
        contenders: arena.contend(operations, task),
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
export function locksRedis(scale: Scale): AsyncIterable<BenchmarkGroup> {
  return RedisArena.with(LOCKS, async function* (arena) {
    for (const callers of [1, 32]) {
      const operations = (callers === 1 ? 1_000 : 5_000) / scale.divisor;
      const task = { kind: 'lock', callers, operations } as const;
      await arena.warmUp(task, operations, scale);
      yield {
        title: `acquire and release, ${callers === 1 ? '1 caller' : `${callers} callers`}, ${arena.title}`,
        reach: '0.9 of the lock with a fence, 1.2 of redlock',
        contenders: arena.contend(operations, task),
      };
      arena.checkSamples();
    }
  });
}
