import { setImmediate as tick } from 'node:timers/promises';

import { DEFAULT_STALE_THRESHOLD_MS } from '@test-coordinator/ports';

import { instead, onRefusal, type Saboteur } from './saboteur.js';

export const registrySaboteurs: readonly Saboteur[] = [
  {
    mistake: 'takes an instance for healthy at the threshold itself',
    caughtBy: ['serviceDiscovery/staleness', 'serviceDiscovery/model'],
    sabotage({
      ports: { serviceDiscovery },
      dependencies: { clock, staleThresholdMs = DEFAULT_STALE_THRESHOLD_MS },
    }) {
      const isServiceHealthy: typeof serviceDiscovery.isServiceHealthy = async (serviceId) => {
        const service = await serviceDiscovery.getServiceById(serviceId);
        return service !== null && clock.now().getTime() - service.lastSeen.getTime() <= staleThresholdMs;
      };
      return { ports: { serviceDiscovery: instead(serviceDiscovery, { isServiceHealthy }) } };
    },
  },
  {
    mistake: 'forgets registeredAt when an instance registers again',
    caughtBy: ['serviceDiscovery/registration', 'serviceDiscovery/model'],
    sabotage({ ports: { serviceDiscovery } }) {
      const register: typeof serviceDiscovery.register = async (service) => {
        await serviceDiscovery.register(service);
        await serviceDiscovery.deregister(service.serviceId);
        return serviceDiscovery.register(service);
      };
      return { ports: { serviceDiscovery: instead(serviceDiscovery, { register }) } };
    },
  },
  {
    mistake: 'registers an instance by its heartbeat',
    caughtBy: ['serviceDiscovery/registration', 'serviceDiscovery/model'],
    sabotage({ ports: { serviceDiscovery } }) {
      const updateHeartbeat: typeof serviceDiscovery.updateHeartbeat = (serviceId) =>
        onRefusal(serviceDiscovery.updateHeartbeat(serviceId), 'NOT_FOUND', () =>
          serviceDiscovery.register({
            serviceId,
            serviceName: 'unknown',
            version: '0',
            host: '-',
            grpcPort: 0,
            httpPort: 0,
          }),
        );
      return { ports: { serviceDiscovery: instead(serviceDiscovery, { updateHeartbeat }) } };
    },
  },
  {
    mistake: 'names removed instances in no order',
    caughtBy: ['serviceDiscovery/staleness'],
    sabotage({ ports: { serviceDiscovery } }) {
      const removeStaleServices: typeof serviceDiscovery.removeStaleServices = async () =>
        [...(await serviceDiscovery.removeStaleServices())].reverse();
      return { ports: { serviceDiscovery: instead(serviceDiscovery, { removeStaleServices }) } };
    },
  },
  {
    mistake: 'sends callers to stale instances',
    caughtBy: ['serviceDiscovery/staleness', 'serviceDiscovery/model'],
    sabotage({ ports: { serviceDiscovery } }) {
      const getServiceByName: typeof serviceDiscovery.getServiceByName = async (name) =>
        (await serviceDiscovery.getServiceByName(name)) ??
        (await serviceDiscovery.listServicesByName(name)).items[0] ??
        null;
      return { ports: { serviceDiscovery: instead(serviceDiscovery, { getServiceByName }) } };
    },
  },
  {
    mistake: 'moves an instance up in the lists with each heartbeat',
    caughtBy: ['serviceDiscovery/staleness', 'serviceDiscovery/model'],
    sabotage({ ports: { serviceDiscovery } }) {
      const listAllServices: typeof serviceDiscovery.listAllServices = async (page) => {
        const { items, nextCursor } = await serviceDiscovery.listAllServices(page);
        return { items: [...items].sort((a, b) => b.lastSeen.getTime() - a.lastSeen.getTime()), nextCursor };
      };
      return { ports: { serviceDiscovery: instead(serviceDiscovery, { listAllServices }) } };
    },
  },
  {
    mistake: 'looks for stale instances first and removes them a tick later',
    caughtBy: ['serviceDiscovery/races'],
    sabotage({ ports: { serviceDiscovery } }) {
      const removeStaleServices: typeof serviceDiscovery.removeStaleServices = async () => {
        const stale: string[] = [];
        for (const { serviceId } of (await serviceDiscovery.listAllServices()).items) {
          if (!(await serviceDiscovery.isServiceHealthy(serviceId))) stale.push(serviceId);
        }
        await tick();
        for (const serviceId of stale) await serviceDiscovery.deregister(serviceId);
        return stale.sort();
      };
      const updateHeartbeat: typeof serviceDiscovery.updateHeartbeat = async (serviceId) => {
        await tick();
        return serviceDiscovery.updateHeartbeat(serviceId);
      };
      return {
        ports: { serviceDiscovery: instead(serviceDiscovery, { removeStaleServices, updateHeartbeat }) },
      };
    },
  },
  {
    mistake: 'takes ports that no process can have',
    caughtBy: ['serviceDiscovery/validation'],
    sabotage({ ports: { serviceDiscovery } }) {
      const register: typeof serviceDiscovery.register = (service) =>
        serviceDiscovery.register({ ...service, grpcPort: Math.min(service.grpcPort, 65_535) });
      return { ports: { serviceDiscovery: instead(serviceDiscovery, { register }) } };
    },
  },
  {
    mistake: 'answers all instances of a name on one page',
    caughtBy: ['serviceDiscovery/pages of the instances of one name', 'serviceDiscovery/model'],
    sabotage({ ports: { serviceDiscovery } }) {
      const listServicesByName: typeof serviceDiscovery.listServicesByName = (name, page) =>
        serviceDiscovery.listServicesByName(name, { ...page, limit: 1_000 });
      return { ports: { serviceDiscovery: instead(serviceDiscovery, { listServicesByName }) } };
    },
  },
];
