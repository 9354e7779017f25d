import { newServiceInfoRules, type NewServiceInfo, type ServiceInfo } from '@test-coordinator/domain';
import {
  checkServiceId,
  readPage,
  type CallOptions,
  type Page,
  type PageRequest,
  type ServiceDiscoveryRepository,
} from '@test-coordinator/ports';

import { fieldReader, pageReader, readServiceInfo, textsReader } from './answer-readers.js';
import type { Asked, CoordinatorCalls } from './coordinator-calls.js';

const readServices = pageReader(readServiceInfo);
const readHealth = fieldReader<boolean>('isHealthy', 'boolean');
const readCount = fieldReader<number>('count', 'number');
const readIds = textsReader('serviceIds');

/** Registered instances over HTTP. */
export class HttpServiceDiscoveryRepository implements ServiceDiscoveryRepository {
  readonly #calls: CoordinatorCalls;

  constructor(calls: CoordinatorCalls) {
    this.#calls = calls;
  }

  register(service: NewServiceInfo, options?: CallOptions): Promise<ServiceInfo> {
    const ask = (): Asked => ({ body: newServiceInfoRules.read(service) });
    return this.#calls.ask('registerService', options, ask, readServiceInfo);
  }

  deregister(serviceId: string, options?: CallOptions): Promise<boolean> {
    return this.#calls.isDone('deregisterService', options, () => about(serviceId));
  }

  updateHeartbeat(serviceId: string, options?: CallOptions): Promise<ServiceInfo> {
    return this.#calls.ask('sendHeartbeat', options, () => about(serviceId), readServiceInfo);
  }

  getServiceById(serviceId: string, options?: CallOptions): Promise<ServiceInfo | null> {
    return this.#calls.find('getService', options, () => about(serviceId), readServiceInfo);
  }

  getServiceByName(serviceName: string, options?: CallOptions): Promise<ServiceInfo | null> {
    const ask = (): Asked => {
      checkServiceId(serviceName, 'serviceName');
      return { path: { serviceName } };
    };
    return this.#calls.find('findService', options, ask, readServiceInfo);
  }

  listServicesByName(
    serviceName: string,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<Page<ServiceInfo>> {
    const ask = (): Asked => {
      checkServiceId(serviceName, 'serviceName');
      readPage(page, 'timeAndId');
      return { query: { serviceName, ...page } };
    };
    return this.#calls.ask('listServices', options, ask, readServices);
  }

  listAllServices(page?: PageRequest, options?: CallOptions): Promise<Page<ServiceInfo>> {
    const ask = (): Asked => {
      readPage(page, 'timeAndId');
      return { query: { ...page } };
    };
    return this.#calls.ask('listServices', options, ask, readServices);
  }

  isServiceHealthy(serviceId: string, options?: CallOptions): Promise<boolean> {
    return this.#calls.ask('getServiceHealth', options, () => about(serviceId), readHealth);
  }

  removeStaleServices(options?: CallOptions): Promise<readonly string[]> {
    return this.#calls.ask('removeStaleServices', options, () => ({}), readIds);
  }

  getServiceCount(options?: CallOptions): Promise<number> {
    return this.#calls.ask('countServices', options, () => ({}), readCount);
  }
}

function about(serviceId: string): Asked {
  checkServiceId(serviceId);
  return { path: { serviceId }, entity: 'service', id: serviceId };
}
