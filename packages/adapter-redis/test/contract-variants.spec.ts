import { contractOptionsFrom, describeAdapterContract } from '@test-coordinator/contract-tests';

import { startCluster, startGuarded, startSentinel } from './backends.js';
import { redisHarness } from './redis-harness.js';

/** The random parts run fewer times than in contract.spec.ts: here it is the server that differs. */
const options = { runs: 4, ...contractOptionsFrom(process.env) };

describeAdapterContract(redisHarness('Redis Cluster', startCluster, false), options);
describeAdapterContract(redisHarness('Redis behind a sentinel', startSentinel, false), options);
// What encrypts and what allows have nothing to do with each other: one run shows both.
describeAdapterContract(redisHarness('Redis over TLS, with the least rights', startGuarded, false), options);
