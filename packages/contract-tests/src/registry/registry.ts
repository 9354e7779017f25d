import { expect } from 'chai';
import type { NewServiceInfo, ServiceInfo } from '@test-coordinator/domain';

import { inWorld, type ContractGroup } from '../contract-group.js';
import { fixtures } from '../fixtures.js';
import { expectRefusal } from '../outcome.js';
import {
  id as idBreaches,
  json,
  required,
  text,
  whole,
  withBreach,
  type Breach,
} from '../records/field-rules.js';
import { scribble, snapshot } from '../snapshot.js';
import type { Trial } from '../trial.js';

/** Holds an instance that was registered just now to what was given. */
function expectRegistered(trial: Trial, answer: ServiceInfo | null, given: NewServiceInfo): void {
  trial.expectNow(answer?.lastSeen, 'lastSeen');
  const { lastSeen, registeredAt } = answer!;
  expect(snapshot(answer)).to.deep.equal(snapshot({ metadata: {}, ...given, lastSeen, registeredAt }));
}

const registration: ContractGroup = {
  subject: 'serviceDiscovery',
  concern: 'registration',
  title: 'Given processes that register',
  tests: [
    inWorld(
      'When only what is required is given, Then it is stored with empty metadata, seen now',
      async (trial) => {
        const { serviceDiscovery } = trial.ports;
        const answer = await serviceDiscovery.register(fixtures.service());
        expectRegistered(trial, answer, fixtures.service());
        trial.expectNow(answer.registeredAt, 'registeredAt');
        expect(snapshot(await serviceDiscovery.getServiceById('engine-1'))).to.deep.equal(snapshot(answer));
        expect(await serviceDiscovery.isServiceHealthy('engine-1')).to.equal(true);
      },
    ),
    inWorld('When every field is given, Then every field is stored as given', async (trial) => {
      const { serviceDiscovery } = trial.ports;
      for (const service of [
        fixtures.fullService(),
        fixtures.fullService({ serviceId: 'b', grpcPort: 0, httpPort: 65_535, version: 'v'.repeat(128) }),
      ]) {
        expectRegistered(trial, await serviceDiscovery.register(service), service);
        expectRegistered(trial, await serviceDiscovery.getServiceById(service.serviceId), service);
      }
    }),
    inWorld(
      'When metadata is null, or holds undefined and -0, Then it is what JSON makes of it',
      async (trial) => {
        const { serviceDiscovery } = trial.ports;
        const bare = await serviceDiscovery.register(fixtures.service({ metadata: null }));
        expectRegistered(trial, bare, fixtures.service());
        const metadata = { gone: undefined, zero: -0 } as unknown as { zero: number };
        const answer = await serviceDiscovery.register(fixtures.service({ metadata }));
        expectRegistered(trial, answer, fixtures.service({ metadata: { zero: 0 } }));
      },
    ),
    inWorld(
      'When the same id registers again, Then it is replaced, and registeredAt stays',
      async (trial) => {
        const { serviceDiscovery } = trial.ports;
        const first = await serviceDiscovery.register(fixtures.fullService());
        await trial.pass(20);
        const other = fixtures.service({
          serviceName: 'gateway',
          version: '2',
          host: 'h',
          grpcPort: 1,
          httpPort: 2,
        });
        const again = await serviceDiscovery.register(other);
        expectRegistered(trial, again, other);
        expect(again.registeredAt).to.deep.equal(first.registeredAt);
        expect(again.lastSeen.getTime()).to.be.greaterThan(first.lastSeen.getTime());
        expect(await serviceDiscovery.getServiceCount()).to.equal(1);
        expect((await serviceDiscovery.listServicesByName('engine')).items).to.deep.equal([]);
        expect(await serviceDiscovery.getServiceByName('engine')).to.equal(null);
        expect(snapshot((await serviceDiscovery.listServicesByName('gateway')).items)).to.deep.equal([
          snapshot(again),
        ]);
      },
    ),
    inWorld(
      'When it deregisters, Then it is gone, and only it; registering again starts anew',
      async (trial) => {
        const { serviceDiscovery } = trial.ports;
        const first = await serviceDiscovery.register(fixtures.service());
        await serviceDiscovery.register(fixtures.service({ serviceId: 'Engine-1' }));
        await trial.pass(20);
        expect(await serviceDiscovery.deregister('engine-1')).to.equal(true);
        expect(await serviceDiscovery.deregister('engine-1')).to.equal(false);
        expect(await serviceDiscovery.getServiceById('engine-1')).to.equal(null);
        expect(await serviceDiscovery.isServiceHealthy('engine-1')).to.equal(false);
        expect(await serviceDiscovery.getServiceCount()).to.equal(1);
        const again = await serviceDiscovery.register(fixtures.service());
        expect(again.registeredAt.getTime()).to.be.greaterThan(first.registeredAt.getTime());
      },
    ),
    inWorld('When a heartbeat comes, Then it is seen now and nothing else changes', async (trial) => {
      const { serviceDiscovery } = trial.ports;
      const first = await serviceDiscovery.register(fixtures.fullService());
      await trial.pass(20);
      const answer = await serviceDiscovery.updateHeartbeat('engine-1');
      trial.expectNow(answer.lastSeen, 'lastSeen');
      expect(answer.lastSeen.getTime()).to.be.greaterThan(first.lastSeen.getTime());
      expect(snapshot({ ...answer, lastSeen: first.lastSeen })).to.deep.equal(snapshot(first));
      expect(snapshot(await serviceDiscovery.getServiceById('engine-1'))).to.deep.equal(snapshot(answer));
    }),
    inWorld(
      'When a heartbeat is of an unknown id, Then it is NOT_FOUND and none appears',
      async ({ ports }) => {
        const { serviceDiscovery } = ports;
        await serviceDiscovery.register(fixtures.service());
        await expectRefusal(serviceDiscovery.updateHeartbeat('ENGINE-1'), 'NOT_FOUND', { id: 'ENGINE-1' });
        expect(await serviceDiscovery.getServiceById('ENGINE-1')).to.equal(null);
        expect(await serviceDiscovery.getServiceCount()).to.equal(1);
      },
    ),
    inWorld('When what is asked for is not there, Then it is null, false, empty or 0', async ({ ports }) => {
      const { serviceDiscovery } = ports;
      expect(await serviceDiscovery.getServiceById('engine-1')).to.equal(null);
      expect(await serviceDiscovery.getServiceByName('engine')).to.equal(null);
      expect(await serviceDiscovery.isServiceHealthy('engine-1')).to.equal(false);
      expect(await serviceDiscovery.listServicesByName('engine')).to.deep.equal({
        items: [],
        nextCursor: null,
      });
      expect(await serviceDiscovery.removeStaleServices()).to.deep.equal([]);
      expect(await serviceDiscovery.getServiceCount()).to.equal(0);
    }),
    inWorld(
      'When instances are scribbled over, given or read, Then nothing stored changes',
      async ({ ports }) => {
        const { serviceDiscovery } = ports;
        const given = snapshot(fixtures.fullService()) as unknown as NewServiceInfo;
        const registered = await serviceDiscovery.register(given);
        const before = snapshot(registered);
        scribble(given);
        scribble(registered);
        scribble(await serviceDiscovery.getServiceById('engine-1'));
        scribble(await serviceDiscovery.getServiceByName('engine'));
        scribble(await serviceDiscovery.listAllServices());
        scribble(await serviceDiscovery.listServicesByName('engine'));
        expect(snapshot(await serviceDiscovery.getServiceById('engine-1'))).to.deep.equal(before);
        expect(snapshot((await serviceDiscovery.listAllServices()).items)).to.deep.equal([before]);
      },
    ),
  ],
};

const BREACHES: readonly Breach[] = [
  { field: 'lastSeen', value: new Date(0) },
  { field: 'registeredAt', value: new Date(0) },
  ...required('serviceId', 'serviceName', 'version', 'host', 'grpcPort', 'httpPort'),
  ...idBreaches('serviceId'),
  ...idBreaches('serviceName'),
  ...text('version', 128, 1),
  ...text('host', 255, 1),
  ...whole('grpcPort', 0, 65_535),
  ...whole('httpPort', 0, 65_535),
  ...json('metadata'),
];

const validation: ContractGroup = {
  subject: 'serviceDiscovery',
  concern: 'validation',
  title: 'Given registrations and ids that break a rule',
  tests: [
    ...[...new Set(BREACHES.map(({ field }) => field))].map((field) =>
      inWorld(
        `When ${field} is not what it may be, Then it is INVALID_ARGUMENT with the path, and nothing changes`,
        async ({ ports: { serviceDiscovery } }) => {
          const before = snapshot(await serviceDiscovery.register(fixtures.fullService()));
          for (const breach of BREACHES.filter((candidate) => candidate.field === field)) {
            const wrong = withBreach({ ...fixtures.service() }, breach) as unknown as NewServiceInfo;
            const path = breach.path ?? field;
            await expectRefusal(serviceDiscovery.register(wrong), 'INVALID_ARGUMENT', { path });
          }
          expect(snapshot((await serviceDiscovery.listAllServices()).items)).to.deep.equal([before]);
        },
      ),
    ),
    inWorld('When an id or a name is none, Then every method says INVALID_ARGUMENT', async ({ ports }) => {
      const { serviceDiscovery } = ports;
      for (const bad of ['', 'a b', '.x', 'x'.repeat(129), undefined, null, 7] as string[]) {
        await expectRefusal(serviceDiscovery.getServiceById(bad), 'INVALID_ARGUMENT', { path: 'serviceId' });
        await expectRefusal(serviceDiscovery.deregister(bad), 'INVALID_ARGUMENT', { path: 'serviceId' });
        await expectRefusal(serviceDiscovery.updateHeartbeat(bad), 'INVALID_ARGUMENT', { path: 'serviceId' });
        await expectRefusal(serviceDiscovery.isServiceHealthy(bad), 'INVALID_ARGUMENT', {
          path: 'serviceId',
        });
        await expectRefusal(serviceDiscovery.getServiceByName(bad), 'INVALID_ARGUMENT', {
          path: 'serviceName',
        });
        await expectRefusal(serviceDiscovery.listServicesByName(bad), 'INVALID_ARGUMENT', {
          path: 'serviceName',
        });
      }
    }),
  ],
};

export const registryGroups: readonly ContractGroup[] = [registration, validation];
