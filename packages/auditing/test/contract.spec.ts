import { createStubAdapter } from '@test-coordinator/adapter-stub';
import {
  contractOptionsFrom,
  describeAdapterContract,
  type AdapterHarness,
  type World,
  type WorldDependencies,
} from '@test-coordinator/contract-tests';

import { auditedPorts, trailOf } from './audited-world.js';

/** The log is another store than the one that is looked at, so that what is empty stays empty. */
async function openWorld(dependencies: WorldDependencies): Promise<World> {
  const { clock, ids, ...settings } = dependencies;
  const adapter = createStubAdapter({ clock, ids, settings });
  const log = createStubAdapter();
  await log.start();
  const trail = trailOf({ log: log.ports.auditLog });
  return {
    ports: auditedPorts(adapter.ports, trail),
    lifecycle: adapter,
    close: async () => {
      await adapter.stop();
      await trail.close();
      await log.stop();
    },
  };
}

const auditedHarness: AdapterHarness = {
  name: 'audited memory',
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
  openWorld,
};

// What audits must change nothing that a caller can see.
describeAdapterContract(auditedHarness, { runs: 10, ...contractOptionsFrom(process.env) });
