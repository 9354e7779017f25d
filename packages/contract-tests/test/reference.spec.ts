import { describeAdapterContract, referenceHarness } from '@test-coordinator/contract-tests';

describeAdapterContract(referenceHarness());
