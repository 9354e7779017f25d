import { contractOptionsFrom, describeAdapterContract } from '@test-coordinator/contract-tests';
import { Pgbouncer } from '@test-coordinator/services';

import { postgresHarness } from './postgres-harness.js';
import { oldestServer, sharedServer } from './test-databases.js';

// The whole suite once more wherever PostgreSQL may differ. One run of each property is enough here: the values
// themselves are tried in contract.spec.ts.
const options = { runs: 4, ...contractOptionsFrom(process.env) };

// What an old server lacks and what relies on the schema's name have nothing to do with each other: one run shows both.
describeAdapterContract(
  postgresHarness({
    name: 'postgres 15 under another schema name',
    database: () => oldestServer.emptyDatabase(),
    settings: { schema: 'another_team' },
  }),
  options,
);

describeAdapterContract(
  postgresHarness({
    name: 'postgres through pgbouncer in transaction mode',
    database: () => sharedServer.migratedDatabase(),
    through: (target) => Pgbouncer.start({ target, settings: { default_pool_size: '4' } }),
    settings: { poolerMode: 'transaction' },
  }),
  options,
);
