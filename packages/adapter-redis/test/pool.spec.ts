import { expect } from 'chai';
import { RedisServer } from '@test-coordinator/services';
import type { Redis } from 'ioredis';

import { directTo, openAdapter, until } from './opened-adapter.js';

async function connectionsOf(direct: Redis): Promise<number> {
  const list = String(await direct.client('LIST'));
  return list.split('\n').filter((line) => line.includes('name=test-coordinator ')).length;
}

describe('Given a pool of connections', () => {
  it('When it has four, Then four are open, idle and under load, and none after the stop', async () => {
    await using server = await RedisServer.start();
    using direct = directTo(server.url);
    const adapter = await openAdapter({ url: server.url, poolSize: 4 });
    expect(await connectionsOf(direct)).to.equal(4);

    const calls = Array.from({ length: 250 }, (_, n) => adapter.ports.cache.exists(`key ${n}`));
    const during = await connectionsOf(direct);
    await Promise.all(calls);

    expect(during).to.equal(4);
    const used = String(await direct.client('LIST'))
      .split('\n')
      .filter((line) => line.includes('name=test-coordinator ') && /cmd=exists/.test(line));
    expect(used, 'connections that the load was spread over').to.have.length(4);
    await adapter.stop();
    await until(async () => (await connectionsOf(direct)) === 0, 'all are closed');
  });
});
