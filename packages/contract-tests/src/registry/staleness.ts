import { expect } from 'chai';

import { inWorld, type ContractGroup } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { expectRefusal } from '../outcome.js';
import { eventually, type Trial } from '../trial.js';

const THRESHOLD_MS = 10_000;
const SETTINGS = { staleThresholdMs: THRESHOLD_MS };

async function register({ ports }: Trial, ...serviceIds: readonly string[]): Promise<void> {
  for (const serviceId of serviceIds) await ports.serviceDiscovery.register(fixtures.service({ serviceId }));
}

async function nameOfFreshest({ ports }: Trial): Promise<string | undefined> {
  return (await ports.serviceDiscovery.getServiceByName('engine'))?.serviceId;
}

/** Health to the millisecond, for adapters whose clock is moved by hand. */
export const stalenessGroup: ContractGroup = {
  subject: 'serviceDiscovery',
  concern: 'staleness',
  title: 'Given instances that stop sending heartbeats',
  tests: [
    inWorld(
      'When the age is a millisecond below the threshold, Then it is healthy; at the threshold it is stale',
      async (trial) => {
        const { serviceDiscovery } = trial.ports;
        await register(trial, 'a');
        trial.clock.advance(THRESHOLD_MS - 1);
        expect(await serviceDiscovery.isServiceHealthy('a')).to.equal(true);
        expect(await nameOfFreshest(trial)).to.equal('a');
        expect(await serviceDiscovery.removeStaleServices()).to.deep.equal([]);
        trial.clock.advance(1);
        expect(await serviceDiscovery.isServiceHealthy('a')).to.equal(false);
        expect(await nameOfFreshest(trial)).to.equal(undefined);
        expect(await serviceDiscovery.removeStaleServices()).to.deep.equal(['a']);
      },
      SETTINGS,
    ),
    inWorld('When nothing is configured, Then an instance is stale after 300 s', async (trial) => {
      await register(trial, 'a');
      trial.clock.advance(299_999);
      expect(await trial.ports.serviceDiscovery.isServiceHealthy('a')).to.equal(true);
      trial.clock.advance(1);
      expect(await trial.ports.serviceDiscovery.isServiceHealthy('a')).to.equal(false);
    }),
    inWorld(
      'When one is stale, Then it stays listed, read and counted until it is removed',
      async (trial) => {
        const { serviceDiscovery } = trial.ports;
        await register(trial, 'a');
        trial.clock.advance(THRESHOLD_MS);
        expect(await serviceDiscovery.getServiceById('a')).to.include({ serviceId: 'a' });
        expect((await serviceDiscovery.listAllServices()).items).to.have.length(1);
        expect((await serviceDiscovery.listServicesByName('engine')).items).to.have.length(1);
        expect(await serviceDiscovery.getServiceCount()).to.equal(1);
        await serviceDiscovery.removeStaleServices();
        expect(await serviceDiscovery.getServiceById('a')).to.equal(null);
        expect((await serviceDiscovery.listAllServices()).items).to.deep.equal([]);
        expect((await serviceDiscovery.listServicesByName('engine')).items).to.deep.equal([]);
        expect(await serviceDiscovery.getServiceCount()).to.equal(0);
        await expectRefusal(serviceDiscovery.updateHeartbeat('a'), 'NOT_FOUND', { id: 'a' });
      },
      SETTINGS,
    ),
    inWorld(
      'When a heartbeat or a registration comes in time, Then the age starts anew',
      async (trial) => {
        const { serviceDiscovery } = trial.ports;
        await register(trial, 'a', 'b', 'c');
        trial.clock.advance(THRESHOLD_MS - 1);
        await serviceDiscovery.updateHeartbeat('a');
        await register(trial, 'b');
        trial.clock.advance(THRESHOLD_MS - 1);
        expect(await serviceDiscovery.removeStaleServices()).to.deep.equal(['c']);
        expect(await serviceDiscovery.isServiceHealthy('a')).to.equal(true);
        expect(await serviceDiscovery.isServiceHealthy('b')).to.equal(true);
      },
      SETTINGS,
    ),
    inWorld(
      'When a heartbeat comes late, Then the instance is healthy again',
      async (trial) => {
        await register(trial, 'a');
        trial.clock.advance(THRESHOLD_MS * 3);
        await trial.ports.serviceDiscovery.updateHeartbeat('a');
        expect(await trial.ports.serviceDiscovery.isServiceHealthy('a')).to.equal(true);
        expect(await trial.ports.serviceDiscovery.removeStaleServices()).to.deep.equal([]);
      },
      SETTINGS,
    ),
    inWorld(
      'When several are stale, Then exactly these are removed, and named in ascending order',
      async (trial) => {
        const { serviceDiscovery } = trial.ports;
        await register(trial, 'b', 'Z', 'a10', 'a9');
        trial.clock.advance(5_000);
        await register(trial, 'young');
        trial.clock.advance(5_000);
        expect(await serviceDiscovery.removeStaleServices()).to.deep.equal(['Z', 'a10', 'a9', 'b']);
        expect(await serviceDiscovery.removeStaleServices()).to.deep.equal([]);
        expect(await serviceDiscovery.getServiceCount()).to.equal(1);
      },
      SETTINGS,
    ),
    inWorld(
      'When a name has several instances, Then the one that was seen last is found, of several the greatest id',
      async (trial) => {
        await register(trial, 'c', 'a');
        trial.clock.advance(1_000);
        await register(trial, 'b');
        expect(await nameOfFreshest(trial)).to.equal('b');
        trial.clock.advance(1_000);
        await trial.ports.serviceDiscovery.updateHeartbeat('a');
        expect(await nameOfFreshest(trial)).to.equal('a');
        await trial.ports.serviceDiscovery.updateHeartbeat('c');
        expect(await nameOfFreshest(trial)).to.equal('c');
        await trial.ports.serviceDiscovery.updateHeartbeat('b');
        expect(await nameOfFreshest(trial)).to.equal('c');
        await trial.ports.serviceDiscovery.deregister('c');
        expect(await nameOfFreshest(trial)).to.equal('b');
      },
      SETTINGS,
    ),
    inWorld(
      'When the freshest instance has another name, Then it is not found under this one',
      async (trial) => {
        await register(trial, 'a');
        trial.clock.advance(1);
        await trial.ports.serviceDiscovery.register(
          fixtures.service({ serviceId: 'b', serviceName: 'Engine' }),
        );
        expect(await nameOfFreshest(trial)).to.equal('a');
      },
      SETTINGS,
    ),
    inWorld('When heartbeats come, Then the order of the lists stays that of registration', async (trial) => {
      const { serviceDiscovery } = trial.ports;
      for (const serviceId of ['c', 'a', 'b']) {
        await register(trial, serviceId);
        trial.clock.advance(1);
      }
      await serviceDiscovery.updateHeartbeat('c');
      await register(trial, 'a');
      const ids = (await serviceDiscovery.listAllServices()).items.map(({ serviceId }) => serviceId);
      expect(ids).to.deep.equal(['b', 'a', 'c']);
    }),
  ],
};

const SHORT_MS = 250;

/** Health by the store's own clock: seen to have changed, by asking until it has. */
export const realTimeStalenessGroup: ContractGroup = {
  subject: 'serviceDiscovery',
  concern: 'real-time staleness',
  title: "Given instances that grow stale by the store's clock",
  tests: [
    inWorld(
      'When no heartbeat comes, Then the instance is stale after a while, and removed',
      async (trial) => {
        const { serviceDiscovery } = trial.ports;
        await register(trial, 'a');
        expect(await serviceDiscovery.isServiceHealthy('a')).to.equal(true);
        await eventually(() => serviceDiscovery.isServiceHealthy('a'), false, 'healthy');
        expect(await nameOfFreshest(trial)).to.equal(undefined);
        expect(await serviceDiscovery.getServiceCount()).to.equal(1);
        await register(trial, 'young');
        expect(await serviceDiscovery.removeStaleServices()).to.deep.equal(['a']);
        expect(await serviceDiscovery.getServiceCount()).to.equal(1);
      },
      { staleThresholdMs: SHORT_MS },
    ),
    inWorld(
      'When a heartbeat comes, Then a stale instance is healthy again',
      async (trial) => {
        const { serviceDiscovery } = trial.ports;
        await register(trial, 'a');
        await eventually(() => serviceDiscovery.isServiceHealthy('a'), false, 'healthy');
        await serviceDiscovery.updateHeartbeat('a');
        expect(await serviceDiscovery.isServiceHealthy('a')).to.equal(true);
        expect(await serviceDiscovery.removeStaleServices()).to.deep.equal([]);
      },
      { staleThresholdMs: SHORT_MS },
    ),
  ],
};
