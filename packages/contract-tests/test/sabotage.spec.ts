import { describeSabotage, referenceHarness } from '@test-coordinator/contract-tests';

describeSabotage(referenceHarness());
