import { describeAdapterContract } from '@test-coordinator/contract-tests';

import { postgresHarness } from './postgres-harness.js';
import { sharedServer } from './test-databases.js';

describeAdapterContract(
  postgresHarness({ name: 'postgres', database: () => sharedServer.migratedDatabase() }),
);
