import {
  contractOptionsFrom,
  describeAdapterContract,
  referenceHarness,
} from '@test-coordinator/contract-tests';

const options = contractOptionsFrom(process.env);

describeAdapterContract(referenceHarness(), options);

// As a store would have it that keeps the clock and has the ports of passing state alone.
const passing = referenceHarness({
  ports: ['cache', 'serviceDiscovery', 'executionLocks', 'activeRuns'],
  durable: { no: 'it is in memory' },
  clock: { kind: 'store', granularityMs: 1 },
});
describeAdapterContract({ ...passing, name: 'reference with a clock of its own' }, options);
