import { newServiceInfo, type NewServiceInfo, type ServiceInfo } from '@test-coordinator/domain';
import {
  DataAdapterError,
  checkServiceId,
  encodeCursor,
  readPage,
  refused,
  type CallOptions,
  type Page,
  type PageRequest,
  type ServiceDiscoveryRepository,
} from '@test-coordinator/ports';

import type { Calls } from './calls.js';
import type { RedisConnections } from './redis-connections.js';
import type { RegistryKeys } from './redis-keys.js';
import {
  keyOfService,
  listedBounds,
  namedBounds,
  registeredService,
  registeredText,
} from './registered-service.js';
import {
  beat,
  deregisterService,
  freshestService,
  listServices,
  readService,
  reapServices,
  registerService,
  STAMP_WIDTH,
} from './registry-scripts.js';
import type { Script } from './script.js';

/** What the registry works on. */
export interface ServiceDiscoveryContext {
  readonly connections: RedisConnections;
  readonly keys: RegistryKeys;
  readonly calls: Calls;
  readonly staleThresholdMs: number;
}

/** Most instances that one step removes, so that other clients are let in: 10,000 take 0.1 s. */
const REAPED_PER_STEP = 1_000;
/** Stands for the time of registration, which only Redis knows. */
const UNKNOWN_TIME = new Date(0);

type StoredService = [] | [text: string, lastSeenMs: number];

/** Registered instances in Redis, by Redis's clock. Each method but the removal of stale ones is one atomic step. */
export class RedisServiceDiscoveryRepository implements ServiceDiscoveryRepository {
  readonly #connections: RedisConnections;
  readonly #keys: readonly string[];
  readonly #beatKeys: readonly string[];
  readonly #infoKey: string;
  readonly #calls: Calls;
  readonly #staleThresholdMs: number;

  constructor({ connections, keys, calls, staleThresholdMs }: ServiceDiscoveryContext) {
    this.#connections = connections;
    this.#keys = [keys.info, keys.seen, keys.listed, keys.named];
    this.#beatKeys = [keys.info, keys.seen];
    this.#infoKey = keys.info;
    this.#calls = calls;
    this.#staleThresholdMs = staleThresholdMs;
  }

  register(service: NewServiceInfo, options?: CallOptions): Promise<ServiceInfo> {
    return this.#calls.run({ operation: 'serviceDiscovery.register' }, options, async () => {
      const given = refused(() => newServiceInfo(service, UNKNOWN_TIME));
      const { serviceId, serviceName } = given;
      const stored = await this.#run<[string, number]>(registerService, [
        serviceId,
        serviceName,
        registeredText(given),
      ]);
      return registeredService(...stored);
    });
  }

  deregister(serviceId: string, options?: CallOptions): Promise<boolean> {
    return this.#calls.run(
      { operation: 'serviceDiscovery.deregister', ids: { serviceId } },
      options,
      async () => {
        checkServiceId(serviceId);
        return (await this.#run<number>(deregisterService, [serviceId])) === 1;
      },
    );
  }

  updateHeartbeat(serviceId: string, options?: CallOptions): Promise<ServiceInfo> {
    const call = { operation: 'serviceDiscovery.updateHeartbeat', ids: { serviceId } };
    const request = (): Promise<StoredService> => {
      checkServiceId(serviceId);
      return this.#connections.run(beat, this.#beatKeys, [serviceId]);
    };
    return this.#calls.ask(call, options, request, (stored) => {
      if (stored.length === 0) throw unknownService(serviceId);
      return registeredService(...stored);
    });
  }

  getServiceById(serviceId: string, options?: CallOptions): Promise<ServiceInfo | null> {
    const call = { operation: 'serviceDiscovery.getServiceById', ids: { serviceId } };
    return this.#calls.run(call, options, async () => {
      checkServiceId(serviceId);
      const stored = await this.#run<StoredService>(readService, [serviceId]);
      return stored.length === 0 ? null : registeredService(...stored);
    });
  }

  getServiceByName(serviceName: string, options?: CallOptions): Promise<ServiceInfo | null> {
    return this.#calls.run({ operation: 'serviceDiscovery.getServiceByName' }, options, async () => {
      checkServiceId(serviceName, 'serviceName');
      const stored = await this.#run<StoredService>(freshestService, [serviceName, this.#staleThresholdMs]);
      return stored.length === 0 ? null : registeredService(...stored);
    });
  }

  listServicesByName(
    serviceName: string,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<Page<ServiceInfo>> {
    return this.#calls.run({ operation: 'serviceDiscovery.listServicesByName' }, options, async () => {
      checkServiceId(serviceName, 'serviceName');
      const { after, limit } = readPage(page, 'timeAndId');
      const idAt = serviceName.length + STAMP_WIDTH + 3;
      return this.#page(4, namedBounds(serviceName, after), limit, idAt);
    });
  }

  listAllServices(page?: PageRequest, options?: CallOptions): Promise<Page<ServiceInfo>> {
    return this.#calls.run({ operation: 'serviceDiscovery.listAllServices' }, options, async () => {
      const { after, limit } = readPage(page, 'timeAndId');
      return this.#page(3, listedBounds(after), limit, STAMP_WIDTH + 2);
    });
  }

  isServiceHealthy(serviceId: string, options?: CallOptions): Promise<boolean> {
    const call = { operation: 'serviceDiscovery.isServiceHealthy', ids: { serviceId } };
    return this.#calls.run(call, options, async () => {
      checkServiceId(serviceId);
      const stored = await this.#run<[] | [string, number, number]>(readService, [serviceId]);
      if (stored.length === 0) return false;
      const [, lastSeenMs, nowMs] = stored;
      return nowMs - lastSeenMs < this.#staleThresholdMs;
    });
  }

  removeStaleServices(options?: CallOptions): Promise<readonly string[]> {
    return this.#calls.run({ operation: 'serviceDiscovery.removeStaleServices' }, options, async () => {
      const removed: string[] = [];
      let step: readonly string[];
      do {
        step = await this.#run<string[]>(reapServices, [this.#staleThresholdMs, REAPED_PER_STEP]);
        removed.push(...step);
      } while (step.length === REAPED_PER_STEP);
      return removed.sort();
    });
  }

  getServiceCount(options?: CallOptions): Promise<number> {
    return this.#calls.run({ operation: 'serviceDiscovery.getServiceCount' }, options, () =>
      this.#connections.send<number>(this.#infoKey, 'hlen', [this.#infoKey]),
    );
  }

  /** One instance more is read to know whether anything is left. */
  async #page(
    zset: 3 | 4,
    [max, min]: readonly [max: string, min: string],
    limit: number,
    idAt: number,
  ): Promise<Page<ServiceInfo>> {
    const values = [zset, max, min, limit + 1, idAt];
    const [texts, seen] = await this.#run<readonly [string[], string[]]>(listServices, values);
    const items = texts.slice(0, limit).map((text, index) => registeredService(text, Number(seen[index])));
    const last = items.at(-1);
    const isMore = texts.length > limit && last !== undefined;
    return { items: Object.freeze(items), nextCursor: isMore ? encodeCursor(keyOfService(last)) : null };
  }

  #run<Reply>(script: Script, values: readonly (string | number)[]): Promise<Reply> {
    return this.#connections.run(script, this.#keys, values);
  }
}

function unknownService(serviceId: string): DataAdapterError {
  return new DataAdapterError('NOT_FOUND', `service ${serviceId} is not registered; register it again`, {
    entity: 'service',
    id: serviceId,
  });
}
