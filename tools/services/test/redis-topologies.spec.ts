import { expect } from 'chai';
import { RedisCluster, RedisSentinel } from '@test-coordinator/services';
import { Redis } from 'ioredis';

describe('Several Redis servers for tests', function () {
  this.timeout(60_000);

  it('Given a cluster, When a slot is moved, Then its keys are with another node, and all slots are served', async () => {
    await using cluster = await RedisCluster.start();
    expect(cluster.servers).to.have.length(3);
    const any = new Redis(cluster.servers[0]!.url);
    const slot = await any.cluster('KEYSLOT', 'key');
    any.disconnect();
    const owner = await cluster.ownerOf(slot);
    const client = new Redis(cluster.servers[owner]!.url);
    await client.set('key', 'value');

    const moved = await cluster.moveSlot(slot);

    expect(moved).to.equal(1);
    expect(await cluster.ownerOf(slot)).not.to.equal(owner);
    const [settled] = await Promise.allSettled([client.get('key')]);
    expect(settled)
      .to.have.nested.property('reason.message')
      .that.matches(/^MOVED/);
    client.disconnect();
  });

  it('Given a sentinel, When its master fails, Then it names the replica, which has what the master had', async () => {
    await using sentinel = await RedisSentinel.start();
    const [host, port] = new URL(sentinel.url.replace('redis+sentinel', 'http')).host.split(':');
    const follow = (): Redis =>
      new Redis({ sentinels: [{ host: host!, port: Number(port) }], name: 'tests' });
    const before = follow();
    await before.set('key', 'value');
    before.disconnect();

    await sentinel.failOver();

    const after = follow();
    expect(await after.get('key')).to.equal('value');
    after.disconnect();
  });
});
