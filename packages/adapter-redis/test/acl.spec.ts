import { expect } from 'chai';
import { RedisServer } from '@test-coordinator/services';

import { aclLine } from './backends.js';
import { directTo, openAdapter, outcomeOf } from './opened-adapter.js';

const FORBIDDEN: readonly (readonly [command: string, ...values: string[]])[] = [
  ['KEYS', '*'],
  ['SCAN', '0'],
  ['FLUSHALL'],
  ['FLUSHDB'],
  ['CONFIG', 'GET', '*'],
  ['ACL', 'LIST'],
  ['CLIENT', 'LIST'],
  ['CLIENT', 'KILL', 'ID', '1'],
  ['SHUTDOWN'],
  ['DEBUG', 'SLEEP', '0'],
  ['MONITOR'],
  ['REPLICAOF', 'NO', 'ONE'],
  ['GET', 'foreign'],
  ['SET', 'foreign', '1'],
  ['EVAL', "return redis.call('KEYS', '*')", '0'],
  ['EVAL', "return redis.call('GET', 'foreign')", '0'],
  ['PUBLISH', 'channel', 'text'],
];

describe('Given the user that print-acl.mjs makes', function () {
  this.timeout(60_000);
  let server: RedisServer;

  before(async () => {
    server = await RedisServer.start();
    using direct = directTo(server.url);
    const [, , ...rights] = await aclLine('tester', 'p:');
    await direct.call('ACL', 'SETUSER', ...rights, '>secret');
    await direct.set('foreign', 'kept');
  });
  after(() => server.stop());

  for (const command of FORBIDDEN) {
    it(`When it says ${command.join(' ')}, Then Redis refuses`, async () => {
      using direct = directTo(server.url.replace('//', '//tester:secret@'));
      const [name, ...values] = command;
      const [settled] = await Promise.allSettled([direct.call(name, ...values)]);
      expect(settled)
        .to.have.nested.property('reason.message')
        .that.matches(/NOPERM|permission|not allowed|can't/);
    });
  }

  it('When the adapter has another prefix, Then its calls are INTERNAL and say which file has the rights', async () => {
    const url = server.url.replace('//', '//tester:secret@');
    await using adapter = await openAdapter({ url, keyPrefix: 'q:' });
    const [settled] = await Promise.allSettled([adapter.ports.cache.get('key')]);
    expect(settled).to.have.nested.property('reason.code', 'INTERNAL');
    expect(settled).to.have.nested.property('reason.message').that.includes("the adapter's ACL file");
    await using right = await openAdapter({ url, keyPrefix: 'p:' });
    expect(await outcomeOf(right.ports.cache.set('key', 1))).to.equal('answered');
  });
});
