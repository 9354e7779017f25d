import type { NewServiceInfo, ServiceInfo } from '@test-coordinator/domain';
import type { Clock, Page, PageRequest, ServiceDiscoveryRepository } from '@test-coordinator/ports';

import { modelPage, type ModelOrder } from './model-page.js';
import { ModelRefusal } from './model-refusal.js';
import { storable } from './records-state.js';
import type { Synchronous } from './synchronous.js';

const NEWEST_FIRST: ModelOrder<ServiceInfo> = {
  kind: 'timeAndId',
  keyOf: ({ registeredAt, serviceId }) => [registeredAt.getTime(), serviceId],
};

/** What the contract says of the registry, on a plain map. Inputs are valid. */
export class ServiceDiscoveryModel implements Synchronous<ServiceDiscoveryRepository> {
  readonly #services = new Map<string, ServiceInfo>();

  constructor(
    private readonly clock: Clock,
    private readonly staleThresholdMs: number,
  ) {}

  register(service: NewServiceInfo): ServiceInfo {
    const now = this.clock.now();
    const registeredAt = this.#services.get(service.serviceId)?.registeredAt ?? now;
    const fields = storable(service, { metadata: {} });
    return this.#store({ ...fields, lastSeen: now, registeredAt } as unknown as ServiceInfo);
  }

  deregister(serviceId: string): boolean {
    return this.#services.delete(serviceId);
  }

  updateHeartbeat(serviceId: string): ServiceInfo {
    const service = this.#services.get(serviceId);
    if (service === undefined) throw new ModelRefusal(['NOT_FOUND']);
    return this.#store({ ...service, lastSeen: this.clock.now() });
  }

  getServiceById(serviceId: string): ServiceInfo | null {
    return this.#services.get(serviceId) ?? null;
  }

  getServiceByName(serviceName: string): ServiceInfo | null {
    const keyOf = ({ lastSeen, serviceId }: ServiceInfo) => [lastSeen.getTime(), serviceId] as const;
    const healthy = this.#named(serviceName).filter((service) => this.#isHealthy(service));
    return modelPage(healthy, { kind: 'timeAndId', keyOf }, { limit: 1 }).items[0] ?? null;
  }

  listServicesByName(serviceName: string, page?: PageRequest): Page<ServiceInfo> {
    return modelPage(this.#named(serviceName), NEWEST_FIRST, page);
  }

  listAllServices(page?: PageRequest): Page<ServiceInfo> {
    return modelPage([...this.#services.values()], NEWEST_FIRST, page);
  }

  isServiceHealthy(serviceId: string): boolean {
    const service = this.#services.get(serviceId);
    return service !== undefined && this.#isHealthy(service);
  }

  removeStaleServices(): readonly string[] {
    const stale = [...this.#services.values()].filter((service) => !this.#isHealthy(service));
    for (const { serviceId } of stale) this.#services.delete(serviceId);
    return stale.map(({ serviceId }) => serviceId).sort();
  }

  getServiceCount(): number {
    return this.#services.size;
  }

  /** When the next healthy instance grows stale, in milliseconds from now; `undefined` when none is healthy. */
  msToNextStale(): number | undefined {
    const ages = [...this.#services.values()].map(
      ({ lastSeen }) => this.clock.now().getTime() - lastSeen.getTime(),
    );
    const ahead = ages.map((age) => this.staleThresholdMs - age).filter((ms) => ms > 0);
    return ahead.length === 0 ? undefined : Math.min(...ahead);
  }

  #named(serviceName: string): readonly ServiceInfo[] {
    return [...this.#services.values()].filter((service) => service.serviceName === serviceName);
  }

  #isHealthy({ lastSeen }: ServiceInfo): boolean {
    return this.clock.now().getTime() - lastSeen.getTime() < this.staleThresholdMs;
  }

  #store(service: ServiceInfo): ServiceInfo {
    this.#services.set(service.serviceId, service);
    return service;
  }
}
