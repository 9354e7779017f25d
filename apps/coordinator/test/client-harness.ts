import { createStubAdapter } from '@test-coordinator/adapter-stub';
import {
  createCoordinatorClient,
  type ClientSettings,
  type CoordinatorClient,
} from '@test-coordinator/client';
import type {
  AdapterCapabilities,
  AdapterHarness,
  World,
  WorldDependencies,
} from '@test-coordinator/contract-tests';
import { buildServer } from '@test-coordinator/coordinator';
import { silentLogger } from '@test-coordinator/ports';
import { FaultProxy } from '@test-coordinator/services';

import { SwitchedStore } from './switched-store.js';

type Server = Awaited<ReturnType<typeof buildServer>>;

/** The client of a coordinator in this process, over a store in memory. */
export class ClientHarness implements AdapterHarness {
  readonly name = 'a client over HTTP';
  readonly capabilities: AdapterCapabilities;
  /** What the server was asked: `GET /api/v1/runs`. */
  readonly asked = new Set<string>();
  readonly #switched = new SwitchedStore();
  readonly #settings: Partial<ClientSettings>;
  readonly #isBehindProxy: boolean;
  #server: Server | undefined;
  #proxy: FaultProxy | undefined;
  #url = '';

  constructor(settings: Partial<ClientSettings> = {}, { isBehindProxy = false } = {}) {
    this.#settings = settings;
    this.#isBehindProxy = isBehindProxy;
    this.capabilities = {
      ports: [
        'scenarios',
        'testRuns',
        'chaosEvents',
        'testResults',
        'serviceDiscovery',
        'cache',
        'executionLocks',
        'activeRuns',
      ],
      durable: true,
      shared: true,
      transactions: { no: 'a transaction would be held open between two requests' },
      interruptible: isBehindProxy || { no: 'told by the groups that run behind a proxy' },
      clock: { kind: 'manual' },
      cacheKeyLength: 440,
    };
  }

  async start(): Promise<void> {
    const factory = this.#switched.factory();
    this.#server = await buildServer({ factory, logger: silentLogger, version: '1.2.3' });
    this.#server.server.on('request', ({ method = '', url = '' }) => {
      this.asked.add(`${method} ${url.split('?')[0]!}`);
    });
    this.#url = await this.#server.listen({ host: '127.0.0.1', port: 0 });
    if (!this.#isBehindProxy) return;
    this.#proxy = await FaultProxy.start({ port: Number(new URL(this.#url).port) });
    this.#url = this.#proxy.url(this.#url).replace(/\/$/, '');
  }

  async stop(): Promise<void> {
    await this.#proxy?.stop();
    await this.#server?.close();
  }

  async openWorld(dependencies: WorldDependencies): Promise<World> {
    const { clock, ids, ...settings } = dependencies;
    const store = createStubAdapter({ clock, ids, settings });
    await store.start();
    this.#switched.store = store;
    return this.#worldOf(dependencies, () => store.stop());
  }

  /** @param closeStore Lets go of what the clients share. */
  #worldOf(dependencies: WorldDependencies, closeStore: () => Promise<void>): World {
    const clients: CoordinatorClient[] = [];
    const newClient = (): CoordinatorClient => {
      const settings = { baseUrl: this.#url, ...this.#settings };
      const client = createCoordinatorClient({ settings, ids: dependencies.ids });
      clients.push(client);
      return client;
    };
    const client = newClient();
    return {
      ports: client.ports,
      lifecycle: client,
      peer: async () => {
        const peer = newClient();
        await peer.start();
        return peer.ports;
      },
      reopen: () => Promise.resolve(this.#worldOf(dependencies, () => Promise.resolve())),
      ...(this.#proxy !== undefined && { interrupt: (kind) => this.#interrupt(kind) }),
      close: async () => {
        for (const one of clients) await one.stop();
        await closeStore();
      },
    };
  }

  #interrupt(kind: 'reset' | 'freeze'): Promise<() => Promise<void>> {
    const proxy = this.#proxy!;
    proxy.inject({ kind: kind === 'reset' ? 'refuse' : 'black hole' });
    if (kind === 'reset') proxy.cut();
    return Promise.resolve(() => {
      proxy.heal();
      return Promise.resolve();
    });
  }
}
