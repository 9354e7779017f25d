import { contractOptionsFrom, describeAdapterContract } from '@test-coordinator/contract-tests';

import { startCluster, startEncrypted, startSentinel, startWithLeastRights } from './backends.js';
import { redisHarness } from './redis-harness.js';

/** The random parts run fewer times than in contract.spec.ts: here it is the server that differs. */
const options = { runs: 4, ...contractOptionsFrom(process.env) };

describeAdapterContract(redisHarness('Redis Cluster', startCluster, false), options);
describeAdapterContract(redisHarness('Redis behind a sentinel', startSentinel, false), options);
describeAdapterContract(redisHarness('Redis with the least rights', startWithLeastRights, false), options);
describeAdapterContract(redisHarness('Redis over TLS', startEncrypted, false), options);
