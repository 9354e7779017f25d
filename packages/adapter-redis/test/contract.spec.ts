import { contractOptionsFrom, describeAdapterContract } from '@test-coordinator/contract-tests';

import { redisHarness, startStandalone } from './redis-harness.js';

describeAdapterContract(redisHarness('Redis', startStandalone, true), {
  // A third of the suite's default: CONTRACT_RUNS asks for more.
  runs: 20,
  ...contractOptionsFrom(process.env),
});
