import {
  contractOptionsFrom,
  describeScenariosContract,
  describeUnitOfWorkContract,
} from '@test-coordinator/contract-tests';

import { cachedInMemory, cachedOnServers } from './cached-harness.js';

const options = contractOptionsFrom(process.env);
for (const harness of [cachedInMemory, cachedOnServers()]) {
  describeScenariosContract(harness, options);
  describeUnitOfWorkContract(harness, options);
}
