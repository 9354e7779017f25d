import { expect } from 'chai';

import type { AdapterHarness, ContractOptions } from '../adapter-harness.js';
import { groupName } from '../contract-group.js';
import { contractGroups } from '../contract-groups.js';
import { runContractGroup } from '../run-contract-group.js';
import { activeRunSaboteurs } from './active-run-saboteurs.js';
import { adapterSaboteurs } from './adapter-saboteurs.js';
import { assertionSaboteurs } from './assertion-saboteurs.js';
import { auditSaboteurs } from './audit-saboteurs.js';
import { cacheSaboteurs } from './cache-saboteurs.js';
import { changeSaboteurs } from './change-saboteurs.js';
import { fenceSaboteurs } from './fence-saboteurs.js';
import { importSaboteurs } from './import-saboteurs.js';
import { listSaboteurs } from './list-saboteurs.js';
import { lockSaboteurs } from './lock-saboteurs.js';
import { referenceSaboteurs } from './reference-saboteurs.js';
import { registrySaboteurs } from './registry-saboteurs.js';
import { sabotaged, type Saboteur } from './saboteur.js';
import { statisticsSaboteurs } from './statistics-saboteurs.js';
import { storingSaboteurs } from './storing-saboteurs.js';
import { watchSaboteurs } from './watch-saboteurs.js';

/** Every mistake that the suite is known to catch. A new rule of the contract comes with its saboteur. */
export const saboteurs: readonly Saboteur[] = [
  ...storingSaboteurs,
  ...importSaboteurs,
  ...listSaboteurs,
  ...changeSaboteurs,
  ...fenceSaboteurs,
  ...referenceSaboteurs,
  ...statisticsSaboteurs,
  ...assertionSaboteurs,
  ...registrySaboteurs,
  ...cacheSaboteurs,
  ...lockSaboteurs,
  ...activeRunSaboteurs,
  ...watchSaboteurs,
  ...auditSaboteurs,
  ...adapterSaboteurs,
];

/** The seed is fixed so that a red build says something about the suite and not about luck; any seed should do. */
const BUDGET: ContractOptions = { seed: 20_260_115, runs: 60, maxCommands: 40 };

/**
 * Registers the test of the suite itself: each broken adapter is caught by each group that claims it, and the good
 * adapter passes those groups. The title of the first test that caught it is shown behind the title.
 * @param harness A good adapter with all ports, on a manual clock.
 * @param broken The mistakes to try; a test of another suite may have its own. @default saboteurs
 */
export function describeSabotage(
  harness: AdapterHarness,
  options: ContractOptions = {},
  broken: readonly Saboteur[] = saboteurs,
): void {
  const budget = { ...BUDGET, ...options };

  describe(`The contract suite on broken adapters made from ${harness.name}`, function () {
    this.timeout(options.timeoutMs ?? 60_000);
    before(() => harness.start());
    after(() => harness.stop());

    describe('Given the good adapter', () => {
      for (const group of [...new Set(broken.flatMap(({ caughtBy }) => caughtBy))].sort()) {
        it(`When ${group} runs, Then it passes`, async () => {
          const { passed, failed } = await runContractGroup(harness, group, budget);
          expect(failed.map(({ title, reason }) => `${title}: ${String(reason)}`)).to.deep.equal([]);
          expect(passed, 'tests of the group').not.to.be.empty;
        });
      }
    });

    if (broken === saboteurs) {
      it('When the claims are read, Then every group of the contract has a mistake that it catches', () => {
        const claimed = new Set(broken.flatMap(({ caughtBy }) => caughtBy));
        const groups = contractGroups(harness.capabilities).map(groupName);
        expect(groups.filter((group) => !claimed.has(group))).to.deep.equal([]);
      });
    }

    describe('Given an adapter with one mistake', () => {
      for (const saboteur of broken) {
        for (const group of saboteur.caughtBy) {
          it(`When it ${saboteur.mistake}, Then ${group} catches it`, async function () {
            const { failed } = await runContractGroup(sabotaged(harness, saboteur), group, {
              ...budget,
              stopsAtFailure: true,
            });
            expect(failed, 'tests that failed').not.to.be.empty;
            this.test!.title += `: “${failed[0]!.title}”`;
          });
        }
      }
    });
  });
}
