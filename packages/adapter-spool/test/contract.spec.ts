import {
  contractOptionsFrom,
  describeAdapterContract,
  referenceHarness,
  type AdapterHarness,
} from '@test-coordinator/contract-tests';

import { RECORD_PORT_NAMES, SpooledWorld } from './spooled-worlds.js';

/** A healthy store behind a spool keeps the contract as if there were none. */
const healthyHarness: AdapterHarness = {
  ...referenceHarness({
    ports: RECORD_PORT_NAMES,
    durable: { no: 'the reference is opened anew' },
    shared: { no: 'a spool belongs to one process' },
    interruptible: { no: 'what is done while the store is away is told by other tests' },
  }),
  name: 'spooled reference, healthy',
  openWorld: async ({ clock, ids }) => {
    const world = await SpooledWorld.open({ clock, ids });
    return { ports: world.ports, lifecycle: world.lifecycle, close: () => world.close() };
  },
};

describeAdapterContract(healthyHarness, { runs: 20, ...contractOptionsFrom(process.env) });
