import { expect } from 'chai';

import { inWorld, type ContractGroup } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { fiftyAtOnce } from './record-races.js';

const cacheRaces: ContractGroup = {
  subject: 'cache',
  concern: 'races',
  title: 'Given fifty calls at once for one key',
  tests: [
    inWorld('When all increment it, Then no step is lost, and each gets a sum of its own', async (trial) => {
      const { answers, refusals } = await fiftyAtOnce(trial, ({ cache }) => cache.increment('key', 3));
      expect(refusals).to.deep.equal([]);
      expect(await trial.ports.cache.get('key')).to.equal(150);
      expect([...answers].sort((a, b) => a - b)).to.deep.equal(
        Array.from({ length: 50 }, (_, n) => (n + 1) * 3),
      );
    }),
    inWorld('When half count up and half count down, Then they cancel out', async (trial) => {
      await trial.ports.cache.set('key', 7);
      await fiftyAtOnce(trial, ({ cache }, n) =>
        n % 2 === 0 ? cache.increment('key', n + 1) : cache.decrement('key', n),
      );
      expect(await trial.ports.cache.get('key')).to.equal(7);
    }),
    inWorld('When all remove it, Then one was there', async (trial) => {
      await trial.ports.cache.set('key', 1);
      const { answers } = await fiftyAtOnce(trial, ({ cache }) => cache.delete('key'));
      expect(answers.filter(Boolean)).to.have.length(1);
    }),
    inWorld('When all set it, Then one value is left whole', async (trial) => {
      const value = (n: number) => ({ n, list: Array.from({ length: 20 }, () => n) });
      await fiftyAtOnce(trial, ({ cache }, n) => cache.set('key', value(n)));
      const left = (await trial.ports.cache.getJson('key')) as { n: number };
      expect(left).to.deep.equal(value(left.n));
    }),
  ],
};

const registryRaces: ContractGroup = {
  subject: 'serviceDiscovery',
  concern: 'races',
  title: 'Given fifty calls at once for one instance',
  tests: [
    inWorld('When all register it, Then it is one instance', async (trial) => {
      const { refusals } = await fiftyAtOnce(trial, ({ serviceDiscovery }, n) =>
        serviceDiscovery.register(fixtures.service({ httpPort: n })),
      );
      expect(refusals).to.deep.equal([]);
      expect(await trial.ports.serviceDiscovery.getServiceCount()).to.equal(1);
      expect((await trial.ports.serviceDiscovery.listServicesByName('engine')).items).to.have.length(1);
    }),
    inWorld('When all deregister it, Then one was there', async (trial) => {
      await trial.ports.serviceDiscovery.register(fixtures.service());
      const { answers } = await fiftyAtOnce(trial, ({ serviceDiscovery }) =>
        serviceDiscovery.deregister('engine-1'),
      );
      expect(answers.filter(Boolean)).to.have.length(1);
    }),
    inWorld(
      'When heartbeats race a sweep of stale instances, Then each instance stays, or its heartbeat is NOT_FOUND',
      async (trial) => {
        const serviceIds = Array.from({ length: 25 }, (_, n) => `engine-${n}`);
        for (const serviceId of serviceIds)
          await trial.ports.serviceDiscovery.register(fixtures.service({ serviceId }));
        await trial.pass(250);
        const swept: string[] = [];
        const { answers, refusals } = await fiftyAtOnce(trial, async ({ serviceDiscovery }, n) => {
          if (n % 2 === 0) return serviceDiscovery.updateHeartbeat(serviceIds[n / 2]!);
          swept.push(...(await serviceDiscovery.removeStaleServices()));
          return undefined;
        });
        const beating = answers.flatMap((service) => service?.serviceId ?? []);
        expect(new Set(refusals.map(({ code }) => code)).size, 'codes').to.be.at.most(1);
        expect(refusals.map(({ id }) => id)).to.have.members(swept);
        const { items } = await trial.ports.serviceDiscovery.listAllServices();
        expect(items.map(({ serviceId }) => serviceId)).to.have.members(beating);
      },
      { staleThresholdMs: 250 },
    ),
  ],
};

export const storeRaceGroups: readonly ContractGroup[] = [cacheRaces, registryRaces];
