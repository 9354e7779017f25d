import { describeAdapterContract } from '@test-coordinator/contract-tests';

import { redisHarness, startStandalone } from './redis-harness.js';

describeAdapterContract(redisHarness('Redis', startStandalone, true));
