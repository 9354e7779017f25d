import { RedisServer } from './redis-server.js';

/** A Redis that tests may fill: the one of TEST_REDIS_URL, or a throw-away one. */
export interface TestRedis extends AsyncDisposable {
  readonly url: string;
  stop(): Promise<void>;
}

/** With TEST_REDIS_URL, whose server goes on afterwards, tests keep to keys with a prefix of their own. */
export async function startTestRedis(): Promise<TestRedis> {
  const given = process.env['TEST_REDIS_URL'];
  if (given === undefined || given === '') return RedisServer.start();
  const stop = (): Promise<void> => Promise.resolve();
  return { url: given, stop, [Symbol.asyncDispose]: stop };
}
