import { systemClock } from '@test-coordinator/ports';

import type { AdapterCapabilities, AdapterHarness, Ports, World } from '../adapter-harness.js';
import { ReferenceAdapter } from './reference-adapter.js';
import { ReferenceStore } from './reference-store.js';

const EVERYTHING: AdapterCapabilities = {
  ports: [
    'scenarios',
    'testRuns',
    'chaosEvents',
    'testResults',
    'serviceDiscovery',
    'cache',
    'executionLocks',
    'activeRuns',
    'auditLog',
    'unitOfWork',
  ],
  durable: true,
  shared: true,
  transactions: true,
  interruptible: true,
  clock: { kind: 'manual' },
};

/**
 * The models of the suite behind the ports: an adapter that does what the contract says as plainly as can be, in memory
 * and without any speed. It is there to test the suite itself, and decorators of ports, without an adapter at hand.
 * @param manifest What the adapter shall declare, and be able to do; left out is everything.
 */
export function referenceHarness(manifest: Partial<AdapterCapabilities> = {}): AdapterHarness {
  const capabilities: AdapterCapabilities = { ...EVERYTHING, ...manifest };

  function connect(store: ReferenceStore): {
    readonly adapter: ReferenceAdapter;
    readonly ports: Partial<Ports>;
  } {
    const adapter = new ReferenceAdapter(store, capabilities.transactions === true);
    const ports = Object.entries(adapter.ports()).filter(([name]) =>
      capabilities.ports.includes(name as keyof Ports),
    );
    return { adapter, ports: Object.fromEntries(ports) };
  }

  function worldOn(store: ReferenceStore, fresh: () => ReferenceStore): World {
    const { adapter, ports } = connect(store);
    return {
      ports,
      lifecycle: adapter,
      reopen: () => Promise.resolve(worldOn(capabilities.durable === true ? store : fresh(), fresh)),
      ...(capabilities.shared === true && {
        async peer() {
          const other = connect(store);
          await other.adapter.start();
          return other.ports;
        },
      }),
      ...(capabilities.interruptible === true && {
        interrupt(kind: 'reset' | 'freeze') {
          store.link = kind;
          return Promise.resolve(() => {
            store.link = 'up';
            return Promise.resolve();
          });
        },
      }),
      close: () => adapter.stop(),
    };
  }

  return {
    name: 'reference',
    capabilities,
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    openWorld(dependencies) {
      const clock = capabilities.clock.kind === 'manual' ? dependencies.clock : systemClock;
      const fresh = (): ReferenceStore => new ReferenceStore({ ...dependencies, clock });
      return Promise.resolve(worldOn(fresh(), fresh));
    },
  };
}
