import { randomBytes } from 'node:crypto';

import { createRedisAdapter, type RedisAdapter, type RedisSettings } from '@test-coordinator/adapter-redis';
import type { AdapterHarness, World, WorldDependencies } from '@test-coordinator/contract-tests';
import { FaultProxy, startTestRedis, type TestRedis } from '@test-coordinator/services';

/** A server that the suite runs on. */
export interface Backend {
  /** What the worlds connect to. */
  readonly settings: RedisSettings;
  /** Breaks the link of the worlds that are opened from now on; absent where there is more than one server. */
  readonly proxy?: FaultProxy;
  stop(): Promise<void>;
}

/** A prefix that no other test uses: tests share a server and never flush it. */
export function freshPrefix(): string {
  return `t${randomBytes(6).toString('hex')}:`;
}

async function openWorld(
  backend: Backend,
  dependencies: WorldDependencies,
  keyPrefix: string,
): Promise<World> {
  const { staleThresholdMs, defaultTtlSeconds, activeRunTtlMs, watchWindow } = dependencies;
  const limits = { staleThresholdMs, defaultTtlSeconds, activeRunTtlMs, watchWindow };
  const settings = { poolSize: 3, ...backend.settings, keyPrefix, ...limits };
  const adapter = createRedisAdapter({ settings });
  const peers: RedisAdapter[] = [];
  const { proxy } = backend;
  return {
    ports: adapter.ports,
    lifecycle: adapter,
    async peer() {
      const peer = createRedisAdapter({ settings });
      peers.push(peer);
      await peer.start();
      return peer.ports;
    },
    reopen: () => openWorld(backend, dependencies, keyPrefix),
    ...(proxy !== undefined && {
      interrupt(kind: 'reset' | 'freeze') {
        proxy.inject(kind === 'reset' ? { kind: 'refuse' } : { kind: 'black hole' });
        if (kind === 'reset') proxy.cut();
        return Promise.resolve(() => {
          proxy.heal();
          return Promise.resolve();
        });
      },
    }),
    async close() {
      proxy?.heal();
      for (const opened of [adapter, ...peers]) await opened.stop();
    },
  };
}

/** The Redis adapter on a server that `start` starts, as the contract suite opens it. */
export function redisHarness(
  name: string,
  start: () => Promise<Backend>,
  isInterruptible: boolean,
): AdapterHarness {
  let backend: Backend | undefined;
  return {
    name,
    capabilities: {
      ports: ['serviceDiscovery', 'cache', 'executionLocks', 'activeRuns'],
      durable: true,
      shared: true,
      transactions: { no: 'Redis holds no records' },
      interruptible: isInterruptible
        ? true
        : { no: 'the link of one server at a time is cut in tests of its own' },
      clock: { kind: 'store', granularityMs: 2 },
    },
    async start() {
      backend = await start();
    },
    async stop() {
      await backend?.stop();
      backend = undefined;
    },
    openWorld: (dependencies) => openWorld(backend!, dependencies, freshPrefix()),
  };
}

/** One server, behind a proxy that can break the link. */
export async function startStandalone(): Promise<Backend> {
  const redis: TestRedis = await startTestRedis();
  const { hostname, port } = new URL(redis.url);
  const proxy = await FaultProxy.start({ host: hostname, port: Number(port) });
  return {
    settings: { url: proxy.url(redis.url), socketTimeoutMs: 500, connectTimeoutMs: 500 },
    proxy,
    async stop() {
      await proxy.stop();
      await redis.stop();
    },
  };
}
