import { describeSabotage } from '@test-coordinator/contract-tests';

import { stubHarness } from './stub-harness.js';

describeSabotage(stubHarness);
