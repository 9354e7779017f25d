import { ReplayClock, spooled, type RecordPorts } from '@test-coordinator/adapter-spool';
import {
  contractOptionsFrom,
  describeAdapterContract,
  referenceHarness,
  type AdapterHarness,
} from '@test-coordinator/contract-tests';
import type { AdapterLifecycle } from '@test-coordinator/ports';

import { SimulatedDisk } from './simulation/simulated-disk.js';
import { RECORD_PORT_NAMES, spoolInMemory } from './spooled-worlds.js';

const reference = referenceHarness({ ports: RECORD_PORT_NAMES });

/** A healthy store behind a spool: it must keep the contract as if there were none. */
const healthyHarness: AdapterHarness = {
  ...reference,
  name: 'spooled reference, healthy',
  capabilities: {
    ...reference.capabilities,
    durable: { no: 'the reference is opened anew' },
    shared: { no: 'a spool belongs to one process' },
    interruptible: { no: 'what is done while the store is away is another contract' },
  },
  openWorld: async (dependencies) => {
    const clock = new ReplayClock(dependencies.clock);
    const world = await reference.openWorld({ ...dependencies, clock });
    const spool = await spoolInMemory(new SimulatedDisk());
    const decorated = spooled(world.ports as RecordPorts, spool, { clock, ids: dependencies.ids });
    const stop = async (): Promise<void> => {
      await decorated.stop();
      await world.lifecycle.stop();
      await spool.close();
    };
    const lifecycle: AdapterLifecycle = {
      start: async () => {
        await world.lifecycle.start();
        await decorated.start();
      },
      stop,
      checkHealth: () => world.lifecycle.checkHealth(),
      [Symbol.asyncDispose]: stop,
    };
    return { ports: decorated.ports, lifecycle, close: stop };
  },
};

describeAdapterContract(healthyHarness, contractOptionsFrom(process.env));
