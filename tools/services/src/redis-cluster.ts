import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@test-coordinator/embedded-postgres';
import { Redis } from 'ioredis';
import { RedisServer } from './redis-server.js';

const SLOTS = 16_384;
const MASTERS = 3;
const FORMING_TIMEOUT_MS = 20_000;
const KEYS_PER_MOVE = 50;

interface Node {
  readonly server: RedisServer;
  readonly client: Redis;
  readonly id: string;
}

/** A throw-away Redis Cluster of three masters without replicas. */
export class RedisCluster implements AsyncDisposable {
  private constructor(private readonly nodes: readonly Node[]) {}

  static async start(): Promise<RedisCluster> {
    const nodes: Node[] = [];
    const cluster = new RedisCluster(nodes);
    try {
      for (let index = 0; index < MASTERS; index += 1) nodes.push(await startNode());
      await cluster.form();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  get url(): string {
    return `redis+cluster://${this.nodes.map(({ server }) => `127.0.0.1:${server.port}`).join(',')}`;
  }

  get servers(): readonly RedisServer[] {
    return this.nodes.map(({ server }) => server);
  }

  /** Moves a slot from the node that has it to the next one, key by key, while clients go on. Answers how many keys moved. */
  async moveSlot(slot: number): Promise<number> {
    const owner = await this.ownerOf(slot);
    const from = this.nodes[owner]!;
    const to = this.nodes[(owner + 1) % this.nodes.length]!;
    await to.client.cluster('SETSLOT', slot, 'IMPORTING', from.id);
    await from.client.cluster('SETSLOT', slot, 'MIGRATING', to.id);
    let moved = 0;
    let keys: string[];
    do {
      keys = await from.client.cluster('GETKEYSINSLOT', slot, KEYS_PER_MOVE);
      if (keys.length > 0)
        await from.client.migrate('127.0.0.1', to.server.port, '', 0, 5_000, 'KEYS', ...keys);
      moved += keys.length;
    } while (keys.length > 0);
    for (const { client } of [to, from, ...this.nodes]) await client.cluster('SETSLOT', slot, 'NODE', to.id);
    return moved;
  }

  /** The number of the node that has the slot. */
  async ownerOf(slot: number): Promise<number> {
    const ranges = await this.nodes[0]!.client.cluster('SLOTS');
    const port = ranges.find(([first, last]) => first <= slot && slot <= last)?.[2]?.[1];
    return this.nodes.findIndex(({ server }) => server.port === port);
  }

  async stop(): Promise<void> {
    for (const { client } of this.nodes) client.disconnect();
    await Promise.all(this.nodes.map(({ server }) => server.stop()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  private async form(): Promise<void> {
    const [first, ...others] = this.nodes;
    for (const [index, { client }] of this.nodes.entries()) {
      const begin = Math.ceil((index * SLOTS) / MASTERS);
      const end = Math.ceil(((index + 1) * SLOTS) / MASTERS) - 1;
      await client.cluster('ADDSLOTSRANGE', begin, end);
    }
    const busPort = Number(((await first!.client.config('GET', 'cluster-port')) as string[])[1]);
    for (const { client } of others) {
      await client.call('CLUSTER', 'MEET', '127.0.0.1', first!.server.port, busPort);
    }
    const end = performance.now() + FORMING_TIMEOUT_MS;
    while (!(await this.isFormed())) {
      if (performance.now() > end)
        throw new Error('The nodes of the Redis Cluster did not find one another.');
      await delay(20);
    }
  }

  private async isFormed(): Promise<boolean> {
    const infos = await Promise.all(this.nodes.map(({ client }) => client.cluster('INFO')));
    return infos.every(
      (info) => /cluster_state:ok/.test(info) && info.includes(`cluster_size:${MASTERS}\r\n`),
    );
  }
}

async function startNode(): Promise<Node> {
  const server = await RedisServer.start({
    settings: {
      'cluster-enabled': 'yes',
      'cluster-config-file': 'nodes.conf',
      'cluster-node-timeout': '1000',
      // A node that is away takes its own slots with it, and no others.
      'cluster-require-full-coverage': 'no',
      // The default is port + 10,000, which may be beyond the last port there is.
      'cluster-port': String(await freePort()),
    },
  });
  const client = new Redis(server.url);
  client.on('error', () => {});
  return { server, client, id: await client.cluster('MYID') };
}
