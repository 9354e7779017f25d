import {
  contractOptionsFrom,
  describeAdapterContract,
  referenceHarness,
} from '@test-coordinator/contract-tests';

// A third of the suite's default, since the reference is made of the model that it is held to: CONTRACT_RUNS asks for more.
const options = { runs: 20, ...contractOptionsFrom(process.env) };

describeAdapterContract(referenceHarness(), options);

// As a store would have it that keeps the clock and has the ports of passing state alone.
const passing = referenceHarness({
  ports: ['cache', 'serviceDiscovery', 'executionLocks', 'activeRuns'],
  durable: { no: 'it is in memory' },
  clock: { kind: 'store', granularityMs: 1 },
});
describeAdapterContract({ ...passing, name: 'reference with a clock of its own' }, options);
