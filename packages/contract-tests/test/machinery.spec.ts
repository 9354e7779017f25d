import { expect } from 'chai';
import {
  EPOCH,
  ManualClock,
  SequentialIds,
  contractOptionsFrom,
  contractTitles,
  fixtures,
  referenceHarness,
  runContractGroup,
  sabotaged,
  type AdapterCapabilities,
  type AdapterHarness,
  type Saboteur,
} from '@test-coordinator/contract-tests';
import { isUuidV7 } from '@test-coordinator/domain';

const { capabilities } = referenceHarness();

describe('The machinery of the contract suite', () => {
  describe('Given the clock and the ids of tests', () => {
    it('When the clock is moved, Then it stands where it was moved to, and what it gave before stays', () => {
      const clock = new ManualClock();
      const before = clock.now();
      clock.advance(1_001);
      expect(before.getTime()).to.equal(EPOCH);
      expect(clock.now().getTime()).to.equal(EPOCH + 1_001);
    });

    it('When ids are minted, Then they are UUIDv7s that rise, and lie behind those that tests name', () => {
      const ids = new SequentialIds();
      const minted = [fixtures.id(999), ids.next(), ids.next(), ids.next()];
      expect(minted.every(isUuidV7)).to.equal(true);
      expect([...new Set(minted)].sort()).to.deep.equal(minted);
    });
  });

  describe('Given the manifest of an adapter', () => {
    it('When everything is on, Then no two tests have one title', () => {
      const titles = contractTitles(capabilities);
      expect(titles.length).to.be.above(900);
      expect(new Set(titles).size).to.equal(titles.length);
    });

    it('When a port is not there, Then its tests are not, and the others are', () => {
      const ports = capabilities.ports.filter((port) => port !== 'cache');
      const titles = contractTitles({ ...capabilities, ports });
      expect(titles.filter((title) => title.startsWith('cache:'))).to.deep.equal([]);
      expect(titles.filter((title) => title.startsWith('serviceDiscovery:'))).not.to.be.empty;
    });

    it('When a capability is off, Then a counter-test takes the place of its test, with the reason', () => {
      const off: AdapterCapabilities = { ...capabilities, shared: { no: 'it is made of air' } };
      const titles = new Set(contractTitles(capabilities));
      const added = contractTitles(off).filter((title) => !titles.has(title));
      expect(added).to.have.length(1);
      expect(added[0]).to.include('it is made of air');
    });

    it('When the store keeps the clock, Then expiry is waited for and not stepped to', () => {
      const titles = contractTitles({ ...capabilities, clock: { kind: 'store', granularityMs: 5 } });
      expect(titles.some((title) => title.includes("by the store's clock"))).to.equal(true);
      expect(titles.some((title) => title.includes('lives until then and not longer'))).to.equal(false);
    });
  });

  describe('Given a manifest that promises too much', () => {
    const without = (hook: 'peer' | 'reopen' | 'interrupt'): AdapterHarness => ({
      ...referenceHarness(),
      async openWorld(dependencies) {
        const { [hook]: _, ...world } = await referenceHarness().openWorld(dependencies);
        return world;
      },
    });

    for (const hook of ['peer', 'reopen', 'interrupt'] as const) {
      it(`When the hook ${hook} is missing, Then a test fails`, async () => {
        const { failed } = await runContractGroup(without(hook), 'adapter/capabilities');
        expect(failed).not.to.be.empty;
      });
    }

    it('When units are declared and refused, Then a test fails', async () => {
      const harness = { ...referenceHarness({ transactions: { no: 'none' } }), capabilities };
      const { failed } = await runContractGroup(harness, 'adapter/capabilities');
      expect(failed.map(({ title }) => title)).to.deep.equal([
        'When a unit rolls back, Then nothing of it is left (transactions is on)',
      ]);
    });
  });

  describe('Given a manifest that promises too little', () => {
    it('When units work although they are declared off, Then the counter-test fails', async () => {
      const harness = {
        ...referenceHarness(),
        capabilities: { ...capabilities, transactions: { no: 'none' } },
      };
      const { failed } = await runContractGroup(harness, 'adapter/capabilities');
      expect(failed).to.have.length(1);
    });

    it('When hooks are there although they are declared off, Then their counter-tests fail', async () => {
      const no = { no: 'none' };
      const harness = {
        ...referenceHarness(),
        capabilities: { ...capabilities, shared: no, interruptible: no, durable: no },
      };
      const { failed } = await runContractGroup(harness, 'adapter/capabilities');
      expect(failed).to.have.length(3);
    });

    it('When everything is declared off and is off, Then the counter-tests pass', async () => {
      const no = { no: 'none' };
      const harness = referenceHarness({ shared: no, interruptible: no, durable: no, transactions: no });
      const { failed } = await runContractGroup(harness, 'adapter/capabilities');
      expect(failed).to.deep.equal([]);
    });
  });

  describe('Given a group that is run by itself', () => {
    it('When a test never settles, Then it has failed after its time', async () => {
      const hanging: Saboteur = {
        mistake: 'never answers',
        caughtBy: ['cache/counters'],
        sabotage: ({ ports }) => ({
          ports: { cache: { ...ports.cache, increment: () => new Promise<number>(() => undefined) } },
        }),
      };
      const harness = sabotaged(referenceHarness(), hanging);
      const { failed } = await runContractGroup(harness, 'cache/counters', { timeoutMs: 20 });
      expect(failed).not.to.be.empty;
    });

    it('When it stops at a failure, Then no test after that is run', async () => {
      const no = { no: 'none' };
      const harness = { ...referenceHarness(), capabilities: { ...capabilities, shared: no, durable: no } };
      const all = await runContractGroup(harness, 'adapter/capabilities');
      expect(all.failed).to.have.length(2);
      const some = await runContractGroup(harness, 'adapter/capabilities', { stopsAtFailure: true });
      expect(some.failed.map(({ title }) => title)).to.deep.equal([all.failed[0]!.title]);
    });

    it('When there is no such group, Then it rejects with the name', async () => {
      const [settled] = await Promise.allSettled([runContractGroup(referenceHarness(), 'cache/nothing')]);
      expect(settled).to.have.nested.property('reason.message').that.includes('cache/nothing');
    });
  });

  describe('Given options in the environment', () => {
    it('When they are whole numbers, Then they are taken; when they are absent, nothing is', () => {
      expect(contractOptionsFrom({ CONTRACT_SEED: '-7', CONTRACT_RUNS: '9' })).to.deep.equal({
        seed: -7,
        runs: 9,
      });
      expect(contractOptionsFrom({ CONTRACT_SEED: '' })).to.deep.equal({});
    });

    it('When they are something else, Then it throws and names the variable', () => {
      expect(() => contractOptionsFrom({ CONTRACT_RUNS: 'many' })).to.throw(TypeError, 'CONTRACT_RUNS');
    });
  });
});
