import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@test-coordinator/embedded-postgres';
import { Redis } from 'ioredis';
import { findRedis, RedisServer, redisAnswers } from './redis-server.js';
import { removeFolder, ServerProcess, temporaryFolder } from './server-process.js';

const MASTER_NAME = 'tests';
const PATIENCE_MS = 20_000;
/** A key that is written and removed at once. */
const MARK = 'before the failover';

/** A throw-away master and its replica, watched by one sentinel that lets the replica take over. */
export class RedisSentinel implements AsyncDisposable {
  private constructor(
    private readonly servers: readonly RedisServer[],
    private readonly sentinel: ServerProcess,
    readonly port: number,
    private readonly folder: string,
  ) {}

  static async start(): Promise<RedisSentinel> {
    const master = await RedisServer.start({ settings: { 'repl-diskless-sync-delay': '0' } });
    const replica = await RedisServer.start({ settings: { replicaof: `127.0.0.1 ${master.port}` } });
    const folder = temporaryFolder('sentinel');
    const port = await freePort();
    const file = join(folder, 'sentinel.conf');
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${folder}`,
      `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${master.port} 1`,
      `sentinel down-after-milliseconds ${MASTER_NAME} 500`,
      `sentinel failover-timeout ${MASTER_NAME} 3000`,
    ];
    writeFileSync(file, `${lines.join('\n')}\n`);
    const command = {
      ...(await findRedis()),
      args: [file, '--sentinel'],
      stopSignal: 'TERM',
      folder,
    } as const;
    const sentinel = await ServerProcess.start(command, () => redisAnswers(port));
    const started = new RedisSentinel([master, replica], sentinel, port, folder);
    await started.until((fields) => fields['num-slaves'] === '1', 'see the replica');
    return started;
  }

  get url(): string {
    return `redis+sentinel://127.0.0.1:${this.port}/${MASTER_NAME}`;
  }

  /** Kills the master once the replica has what it had; resolves when the sentinel names the replica in its place. */
  async failOver(): Promise<void> {
    const [master, replica] = this.servers;
    const client = new Redis(master!.url);
    // WAIT waits for the writes of its own connection, and for nothing where there are none.
    await client.set(MARK, '');
    await client.del(MARK);
    const copies = await client.wait(1, PATIENCE_MS);
    client.disconnect();
    if (copies === 0) throw new Error('The replica did not catch up.');
    await master!.kill();
    await this.until((fields) => fields['port'] === String(replica!.port), 'name another master');
  }

  async stop(): Promise<void> {
    await Promise.all([this.sentinel.stop(), ...this.servers.map((server) => server.stop())]);
    removeFolder(this.folder);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  private async until(
    isSo: (fields: Readonly<Record<string, string>>) => boolean,
    what: string,
  ): Promise<void> {
    const client = new Redis(this.port, '127.0.0.1');
    try {
      const end = performance.now() + PATIENCE_MS;
      for (;;) {
        const reply = (await client.call('SENTINEL', 'MASTER', MASTER_NAME)) as string[];
        const fields: Record<string, string> = {};
        for (let index = 0; index < reply.length; index += 2) fields[reply[index]!] = reply[index + 1]!;
        if (isSo(fields)) return;
        if (performance.now() > end) throw new Error(`The sentinel did not ${what}.`);
        await delay(20);
      }
    } finally {
      client.disconnect();
    }
  }
}
