import { describeAdapterContract } from '@test-coordinator/contract-tests';

import { postgresHarness } from './postgres-harness.js';

describeAdapterContract(postgresHarness());
