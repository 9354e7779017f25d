import type { NewServiceInfo } from '@test-coordinator/domain';
import { DataAdapterError, type Logger, type ServiceDiscoveryRepository } from '@test-coordinator/ports';

import { Recurring } from './recurring.js';

export interface ServiceRegistrationOptions {
  readonly services: ServiceDiscoveryRepository;
  /** What this process is registered as. */
  readonly service: NewServiceInfo;
  readonly heartbeatIntervalMs: number;
  readonly logger: Logger;
}

/**
 * Keeps this process in the service registry until it is disposed of, and takes out of it who has gone without a word.
 * A registry that is away is told of once, and tried again with every heartbeat.
 */
export class ServiceRegistration implements AsyncDisposable {
  readonly #services: ServiceDiscoveryRepository;
  readonly #service: NewServiceInfo;
  readonly #logger: Logger;
  readonly #heartbeats: Recurring;
  #isAway = false;

  constructor({ services, service, heartbeatIntervalMs, logger }: ServiceRegistrationOptions) {
    this.#services = services;
    this.#service = service;
    this.#logger = logger;
    this.#heartbeats = new Recurring(heartbeatIntervalMs, (signal) => this.#turn(signal));
  }

  async #turn(signal: AbortSignal): Promise<void> {
    try {
      await this.#beat(signal);
      const stale = await this.#services.removeStaleServices({ signal });
      if (stale.length > 0)
        this.#logger.info({ services: stale.join(' ') }, 'removed services that sent no heartbeat');
      if (this.#isAway) this.#logger.info({}, 'the service registry is back');
      this.#isAway = false;
    } catch (error) {
      if (signal.aborted || this.#isAway) return;
      this.#isAway = true;
      this.#logger.warn(
        { reason: reasonOf(error) },
        'the service registry is away: other processes do not see this one; it is tried again',
      );
    }
  }

  /** The registry knows no more than heartbeats: who was never registered, or was taken for gone, registers. */
  async #beat(signal: AbortSignal): Promise<void> {
    const { serviceId } = this.#service;
    try {
      await this.#services.updateHeartbeat(serviceId, { signal });
    } catch (error) {
      if (!DataAdapterError.is(error) || error.code !== 'NOT_FOUND') throw error;
      await this.#services.register(this.#service, { signal });
      this.#logger.info({ serviceId }, 'registered this process in the service registry');
    }
  }

  /** Waits for the heartbeat under way, so that it does not register what has left. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#heartbeats[Symbol.asyncDispose]();
    try {
      await this.#services.deregister(this.#service.serviceId);
    } catch (error) {
      this.#logger.warn(
        { reason: reasonOf(error) },
        'could not leave the service registry; it forgets this process when it is stale',
      );
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
