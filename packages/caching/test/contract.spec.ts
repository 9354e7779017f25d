import {
  contractOptionsFrom,
  describeScenariosContract,
  describeUnitOfWorkContract,
} from '@test-coordinator/contract-tests';

import { cachedInMemory, cachedOnServers } from './cached-harness.js';

const asked = contractOptionsFrom(process.env);
for (const [harness, options] of [
  [cachedInMemory, asked],
  // What differs here is the servers, not the values: CONTRACT_RUNS asks for more.
  [cachedOnServers(), { runs: 8, ...asked }],
] as const) {
  describeScenariosContract(harness, options);
  describeUnitOfWorkContract(harness, options);
}
