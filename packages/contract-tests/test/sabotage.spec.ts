import { contractOptionsFrom, describeSabotage, referenceHarness } from '@test-coordinator/contract-tests';

describeSabotage(referenceHarness(), contractOptionsFrom(process.env));
