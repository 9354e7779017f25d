import {
  contractOptionsFrom,
  describeAdapterContract,
  referenceHarness,
} from '@test-coordinator/contract-tests';

describeAdapterContract(referenceHarness(), contractOptionsFrom(process.env));
