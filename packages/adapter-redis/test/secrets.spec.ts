import { inspect } from 'node:util';

import { expect } from 'chai';
import { createRedisAdapter } from '@test-coordinator/adapter-redis';
import { RedisServer } from '@test-coordinator/services';
import type { LogFields, Logger } from '@test-coordinator/ports';

import { directTo } from './opened-adapter.js';

const SECRET = 'hunter2-must-not-be-printed';

function recordingLogger(): { readonly logger: Logger; readonly lines: string[] } {
  const lines: string[] = [];
  const write = (fields: LogFields, message: string): void => {
    lines.push(JSON.stringify(fields) + message);
  };
  return {
    logger: { debug: write, info: write, warn: write, error: write, isDebugEnabled: () => true },
    lines,
  };
}

function printed(error: unknown): string {
  const { stack, cause } = error as Error;
  return [inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error), stack, inspect(cause)].join(
    '\n',
  );
}

describe('Given a password of Redis', function () {
  this.timeout(60_000);

  it('When it is wrong, Then the refusal says so, and neither error, log nor adapter holds it', async () => {
    await using server = await RedisServer.start({ settings: { requirepass: 'the right one' } });
    const { logger, lines } = recordingLogger();
    const url = server.url.replace('//', `//:${SECRET}@`);
    const adapter = createRedisAdapter({ settings: { url, poolSize: 1 }, logger });

    const [refused] = await Promise.allSettled([adapter.start()]);

    expect(refused).to.have.nested.property('reason.code', 'INTERNAL');
    const reason: unknown = (refused as PromiseRejectedResult).reason;
    expect((reason as Error).message).to.include('password of the connection URL');
    expect(printed(reason)).not.to.include(SECRET);
    expect(lines.join('\n')).not.to.include(SECRET);
    expect(inspect(adapter, { depth: 9, showHidden: true }) + JSON.stringify(adapter)).not.to.include(SECRET);
    await adapter.stop();
  });

  it('When the server refuses a command, Then the value stays out of the error', async () => {
    await using server = await RedisServer.start();
    await using adapter = createRedisAdapter({ settings: { url: server.url, poolSize: 1 } });
    await adapter.start();
    using direct = directTo(server.url);
    await direct.config('SET', 'maxmemory', '1');

    const [refused] = await Promise.allSettled([adapter.ports.cache.set('key', SECRET)]);

    expect(refused).to.have.nested.property('reason.code', 'CAPACITY');
    expect(printed((refused as PromiseRejectedResult).reason)).not.to.include(SECRET);
  });
});
