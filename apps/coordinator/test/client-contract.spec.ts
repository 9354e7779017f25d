import { OPERATIONS } from '@test-coordinator/client';
import {
  contractOptionsFrom,
  describeAdapterContract,
  runContractGroup,
  type GroupName,
} from '@test-coordinator/contract-tests';
import { expect } from 'chai';

import { ClientHarness } from './client-harness.js';

/** Every command is a request or several: a tenth of what a store in memory is tried with. */
const OPTIONS = { runs: 6, maxCommands: 20 };
/** What is no port: `client.spec.ts` calls them. */
const BESIDE_THE_PORTS = ['getRunReport', 'importReport'];

const harness = new ClientHarness();
describeAdapterContract(harness, { ...OPTIONS, ...contractOptionsFrom(process.env) });

describe('The operations of the client', () => {
  it('Given the contract, When it has run, Then each of them was asked of the server', () => {
    const unasked = Object.entries(OPERATIONS)
      .filter(([name]) => !BESIDE_THE_PORTS.includes(name))
      .filter(([, { method, path }]) => {
        const address = new RegExp(`^${method} ${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
        return ![...harness.asked].some((asked) => address.test(asked));
      });
    expect(unasked.map(([name]) => name)).to.deep.equal([]);
  });
});

describe('A client whose link is cut', () => {
  // A call may take so long on a slow machine; what is frozen is waited for as long.
  const behindProxy = new ClientHarness({ timeoutMs: 2_000, retries: 0 }, { isBehindProxy: true });
  before(() => behindProxy.start());
  after(() => behindProxy.stop());

  const groups: readonly GroupName[] = [
    'adapter/capabilities',
    'executionLocks/holding',
    'activeRuns/resuming',
  ];
  for (const group of groups) {
    it(`Given the contract of ${group}, When it runs with cuts, Then it holds`, async () => {
      const { passed, failed } = await runContractGroup(behindProxy, group, { timeoutMs: 60_000 });
      if (failed[0] !== undefined) throw failed[0].reason;
      expect(passed).to.not.deep.equal([]);
    });
  }
});
