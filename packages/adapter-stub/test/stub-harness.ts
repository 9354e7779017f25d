import { createStubAdapter } from '@test-coordinator/adapter-stub';
import type { AdapterHarness, World, WorldDependencies } from '@test-coordinator/contract-tests';

function openWorld(dependencies: WorldDependencies): World {
  const { clock, ids, ...settings } = dependencies;
  const adapter = createStubAdapter({ clock, ids, settings });
  return {
    ports: adapter.ports,
    lifecycle: adapter,
    reopen: () => Promise.resolve(openWorld(dependencies)),
    close: () => adapter.stop(),
  };
}

/** The in-memory adapter, as the contract suite opens it. */
export const stubHarness: AdapterHarness = {
  name: 'memory',
  capabilities: {
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
    durable: { no: 'records live in the memory of the process' },
    shared: { no: 'each adapter has a store of its own' },
    transactions: true,
    interruptible: { no: 'there is no link to cut' },
    clock: { kind: 'manual' },
  },
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  openWorld: (dependencies) => Promise.resolve(openWorld(dependencies)),
};
