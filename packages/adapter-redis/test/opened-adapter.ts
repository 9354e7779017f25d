import { setTimeout as delay } from 'node:timers/promises';

import { createRedisAdapter, type RedisAdapter, type RedisSettings } from '@test-coordinator/adapter-redis';
import { DataAdapterError, type ErrorCode } from '@test-coordinator/ports';
import { Redis } from 'ioredis';

import { freshPrefix } from './redis-harness.js';

/** A started adapter with keys of its own and short time limits. */
export async function openAdapter(settings: RedisSettings): Promise<RedisAdapter> {
  const adapter = createRedisAdapter({
    settings: {
      keyPrefix: freshPrefix(),
      poolSize: 1,
      socketTimeoutMs: 600,
      connectTimeoutMs: 600,
      ...settings,
    },
  });
  await adapter.start();
  return adapter;
}

/** The code with which a call was refused; `answered` when it was not. */
export async function outcomeOf(call: Promise<unknown>): Promise<ErrorCode | 'answered'> {
  try {
    await call;
    return 'answered';
  } catch (error) {
    if (DataAdapterError.is(error)) return error.code;
    throw error;
  }
}

/** How long a call took to settle, in milliseconds, and how. */
export async function timed(
  call: Promise<unknown>,
): Promise<{ readonly outcome: ErrorCode | 'answered'; readonly ms: number }> {
  const begun = performance.now();
  const outcome = await outcomeOf(call);
  return { outcome, ms: performance.now() - begun };
}

/** Asks until the answer is true; throws when that takes longer than the deadline. */
export async function until(
  ask: () => Promise<boolean> | boolean,
  what: string,
  deadlineMs = 20_000,
): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!(await ask())) {
    if (performance.now() > end) throw new Error(`waited ${deadlineMs} ms in vain: ${what}`);
    await delay(5);
  }
}

/** A connection past the adapter, to see and to change what the server has. */
export function directTo(url: string): Redis & Disposable {
  const redis = new Redis(url);
  redis.on('error', () => undefined);
  return Object.assign(redis, { [Symbol.dispose]: () => redis.disconnect() });
}
