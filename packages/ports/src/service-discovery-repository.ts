import type { NewServiceInfo, ServiceInfo } from '@test-coordinator/domain';

import type { CallOptions } from './call-options.js';
import type { Page, PageRequest } from './page.js';
import { token, type Token } from './token.js';

/** An instance is stale when it was not seen for this long, unless the adapter is told otherwise. */
export const DEFAULT_STALE_THRESHOLD_MS = 300_000;

/**
 * Registered processes and their heartbeats. Time is the store's clock, never the caller's. An instance is healthy while
 * its age (now − lastSeen) is less than the adapter's threshold; a stale one stays listed until it is removed.
 * Lists are newest first: by `registeredAt`, then by id, both descending.
 * Each method may also reject with `CLOSED`, `UNAVAILABLE`, `TIMEOUT` or `INTERNAL`.
 */
export interface ServiceDiscoveryRepository {
  /** Registers an instance, seen now. The same id again replaces it and keeps `registeredAt`. Codes: `INVALID_ARGUMENT`. */
  register(service: NewServiceInfo, options?: CallOptions): Promise<ServiceInfo>;

  /** Removes the instance and answers whether there was one. Codes: `INVALID_ARGUMENT`. */
  deregister(serviceId: string, options?: CallOptions): Promise<boolean>;

  /** Marks the instance as seen now. Codes: `INVALID_ARGUMENT`; `NOT_FOUND` for an unknown id: the process registers again. */
  updateHeartbeat(serviceId: string, options?: CallOptions): Promise<ServiceInfo>;

  /** The instance, healthy or stale, or `null`. Codes: `INVALID_ARGUMENT`. */
  getServiceById(serviceId: string, options?: CallOptions): Promise<ServiceInfo | null>;

  /** The healthy instance of this name that was seen last (of several, the one with the greatest id), or `null`. Codes: `INVALID_ARGUMENT`. */
  getServiceByName(serviceName: string, options?: CallOptions): Promise<ServiceInfo | null>;

  /** All instances of this name, stale ones too. Codes: `INVALID_ARGUMENT`. */
  listServicesByName(
    serviceName: string,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<Page<ServiceInfo>>;

  /** All instances, stale ones too. Codes: `INVALID_ARGUMENT`. */
  listAllServices(page?: PageRequest, options?: CallOptions): Promise<Page<ServiceInfo>>;

  /** Whether the instance is registered and healthy. Codes: `INVALID_ARGUMENT`. */
  isServiceHealthy(serviceId: string, options?: CallOptions): Promise<boolean>;

  /** Removes every stale instance and answers with their ids in ascending order. A heartbeat that races it is never lost: the instance stays, or the heartbeat is `NOT_FOUND`. */
  removeStaleServices(options?: CallOptions): Promise<readonly string[]>;

  /** How many instances are registered, stale ones too. */
  getServiceCount(options?: CallOptions): Promise<number>;
}
export const ServiceDiscoveryRepository: Token<ServiceDiscoveryRepository> = token(
  'ServiceDiscoveryRepository',
);
