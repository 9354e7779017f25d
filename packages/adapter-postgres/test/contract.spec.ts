import { contractOptionsFrom, describeAdapterContract } from '@test-coordinator/contract-tests';

import { postgresHarness } from './postgres-harness.js';
import { sharedServer } from './test-databases.js';

describeAdapterContract(
  postgresHarness({ name: 'postgres', database: () => sharedServer.migratedDatabase() }),
  // A third of the suite's default: CONTRACT_RUNS asks for more.
  { runs: 20, ...contractOptionsFrom(process.env) },
);
