import {
  isHealthy,
  newServiceInfo,
  withHeartbeat,
  type NewServiceInfo,
  type ServiceInfo,
} from '@test-coordinator/domain';
import {
  checkServiceId,
  readPage,
  type CallOptions,
  type Clock,
  type Page,
  type PageRequest,
  type ServiceDiscoveryRepository,
} from '@test-coordinator/ports';

import type { Calls } from './calls.js';
import type { IndexedTable } from './indexed-table.js';
import { pageOf } from './page-of.js';
import type { ServiceIndex } from './record-shapes.js';
import { notFound } from './refusals.js';
import type { Selection } from './selection.js';
import { compareIds, type Stored } from './stored.js';

/** What the registry works on. */
export interface ServiceDiscoveryContext {
  readonly services: IndexedTable<ServiceInfo, ServiceIndex, never>;
  readonly calls: Calls;
  readonly clock: Clock;
  readonly staleThresholdMs: number;
}

const registeredIds = ({ serviceId }: ServiceInfo) => ({ serviceId });
const removedCount = (serviceIds: readonly string[]) => ({ removed: serviceIds.length });

/** Registered instances in memory. */
export class StubServiceDiscoveryRepository implements ServiceDiscoveryRepository {
  readonly #services: IndexedTable<ServiceInfo, ServiceIndex, never>;
  readonly #calls: Calls;
  readonly #clock: Clock;
  readonly #staleThresholdMs: number;

  constructor({ services, calls, clock, staleThresholdMs }: ServiceDiscoveryContext) {
    this.#services = services;
    this.#calls = calls;
    this.#clock = clock;
    this.#staleThresholdMs = staleThresholdMs;
  }

  register(service: NewServiceInfo, options?: CallOptions): Promise<ServiceInfo> {
    return this.#calls.write('serviceDiscovery.register', registeredIds, options, () => {
      const now = this.#clock.now();
      const known = this.#services.get(newServiceInfo(service, now).serviceId);
      const registered = newServiceInfo(service, now, known?.record);
      if (known === undefined) this.#services.insert(registered);
      else this.#services.replace(known, registered);
      return registered;
    });
  }

  deregister(serviceId: string, options?: CallOptions): Promise<boolean> {
    return this.#calls.write('serviceDiscovery.deregister', { serviceId }, options, () => {
      checkServiceId(serviceId);
      const stored = this.#services.get(serviceId);
      if (stored === undefined) return false;
      this.#services.delete(stored);
      return true;
    });
  }

  updateHeartbeat(serviceId: string, options?: CallOptions): Promise<ServiceInfo> {
    return this.#calls.write('serviceDiscovery.updateHeartbeat', { serviceId }, options, () => {
      checkServiceId(serviceId);
      const stored = this.#services.get(serviceId);
      if (stored === undefined) throw notFound('service', serviceId);
      const seen = withHeartbeat(stored.record, this.#clock.now());
      this.#services.replace(stored, seen);
      return seen;
    });
  }

  getServiceById(serviceId: string, options?: CallOptions): Promise<ServiceInfo | null> {
    return this.#calls.read('serviceDiscovery.getServiceById', { serviceId }, options, () => {
      checkServiceId(serviceId);
      return this.#services.get(serviceId)?.record ?? null;
    });
  }

  getServiceByName(serviceName: string, options?: CallOptions): Promise<ServiceInfo | null> {
    return this.#calls.read('serviceDiscovery.getServiceByName', { serviceName }, options, () => {
      checkServiceId(serviceName, 'serviceName');
      const now = this.#clock.now();
      let freshest: ServiceInfo | null = null;
      for (const { record } of this.#services.under('name', serviceName)) {
        if (!isHealthy(record, now, this.#staleThresholdMs)) continue;
        if (freshest === null || isFresher(record, freshest)) freshest = record;
      }
      return freshest;
    });
  }

  listServicesByName(
    serviceName: string,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<Page<ServiceInfo>> {
    return this.#calls.read('serviceDiscovery.listServicesByName', { serviceName }, options, () => {
      checkServiceId(serviceName, 'serviceName');
      return this.#page({ conditions: [{ index: 'name', keys: new Set([serviceName]) }] }, page);
    });
  }

  listAllServices(page?: PageRequest, options?: CallOptions): Promise<Page<ServiceInfo>> {
    return this.#calls.read('serviceDiscovery.listAllServices', {}, options, () =>
      this.#page({ conditions: [] }, page),
    );
  }

  isServiceHealthy(serviceId: string, options?: CallOptions): Promise<boolean> {
    return this.#calls.read('serviceDiscovery.isServiceHealthy', { serviceId }, options, () => {
      checkServiceId(serviceId);
      const stored = this.#services.get(serviceId);
      return stored !== undefined && isHealthy(stored.record, this.#clock.now(), this.#staleThresholdMs);
    });
  }

  removeStaleServices(options?: CallOptions): Promise<readonly string[]> {
    return this.#calls.write('serviceDiscovery.removeStaleServices', removedCount, options, () => {
      const now = this.#clock.now();
      const stale: Stored<ServiceInfo>[] = [];
      for (const stored of this.#services.inTimeOrder()) {
        if (isHealthy(stored.record, now, this.#staleThresholdMs)) break;
        stale.push(stored);
      }
      for (const stored of stale) this.#services.delete(stored);
      return Object.freeze(stale.map(({ id }) => id).sort(compareIds));
    });
  }

  getServiceCount(options?: CallOptions): Promise<number> {
    return this.#calls.read('serviceDiscovery.getServiceCount', {}, options, () => this.#services.size);
  }

  #page(
    { conditions }: Pick<Selection<ServiceInfo, ServiceIndex>, 'conditions'>,
    page: PageRequest | undefined,
  ): Page<ServiceInfo> {
    const selection = { conditions, range: undefined, matches: undefined };
    return pageOf(this.#services, selection, readPage(page, 'timeAndId'), 'descending');
  }
}

/** Seen later, or at the same time with the greater id. */
function isFresher(a: ServiceInfo, b: ServiceInfo): boolean {
  const difference = a.lastSeen.getTime() - b.lastSeen.getTime();
  return difference > 0 || (difference === 0 && a.serviceId > b.serviceId);
}
