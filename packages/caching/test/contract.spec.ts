import {
  contractOptionsFrom,
  describeScenariosContract,
  describeUnitOfWorkContract,
} from '@test-coordinator/contract-tests';

import { cachedInMemory, cachedOnServers } from './cached-harness.js';

const asked = contractOptionsFrom(process.env);
// The values themselves are tried by the adapters' own runs: CONTRACT_RUNS asks for more.
for (const [harness, options] of [
  [cachedInMemory, { runs: 20, ...asked }],
  // What differs here is the servers, not the values.
  [cachedOnServers(), { runs: 8, ...asked }],
] as const) {
  describeScenariosContract(harness, options);
  describeUnitOfWorkContract(harness, options);
}
