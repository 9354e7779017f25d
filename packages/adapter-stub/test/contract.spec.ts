import { contractOptionsFrom, describeAdapterContract } from '@test-coordinator/contract-tests';

import { stubHarness } from './stub-harness.js';

describeAdapterContract(stubHarness, contractOptionsFrom(process.env));
