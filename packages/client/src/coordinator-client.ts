import {
  DataAdapterError,
  silentLogger,
  systemClock,
  uuidV7Ids,
  type ActiveRuns,
  type AdapterHealth,
  type AdapterLifecycle,
  type CacheRepository,
  type CallOptions,
  type ExecutionLocks,
  type HealthStatus,
  type IdGenerator,
  type Logger,
  type Repositories,
  type ServiceDiscoveryRepository,
} from '@test-coordinator/ports';

import { fieldReader, fieldsOf } from './answer-readers.js';
import { readClientSettings, type ClientSettings } from './client-settings.js';
import { CoordinatorCalls } from './coordinator-calls.js';
import { CoordinatorReports } from './coordinator-reports.js';
import { Freshness, type OnDegraded } from './freshness.js';
import { HttpActiveRuns } from './http-active-runs.js';
import { HttpCacheRepository } from './http-cache-repository.js';
import { HttpChaosEventsRepository } from './http-chaos-events-repository.js';
import { HttpExecutionLocks } from './http-execution-locks.js';
import { HttpScenariosRepository } from './http-scenarios-repository.js';
import { HttpServiceDiscoveryRepository } from './http-service-discovery-repository.js';
import { HttpTestResultsRepository } from './http-test-results-repository.js';
import { HttpTestRunsRepository } from './http-test-runs-repository.js';
import { HttpTransport } from './http-transport.js';

/** What a client is built from. What is left out: UUIDv7 ids by the machine's clock, no log, nobody is told. */
export interface ClientDependencies {
  readonly settings: ClientSettings;
  /** Mints the ids of runs, events and results. Every other time and number is the coordinator's. */
  readonly ids?: IdGenerator | undefined;
  readonly logger?: Logger | undefined;
  /** Told of each answer that the coordinator made without all of its store. */
  readonly onDegraded?: OnDegraded | undefined;
}

/** Every port that the API carries. A unit of work is none of them: it would hold a transaction open between requests. */
export interface ClientPorts extends Repositories {
  readonly serviceDiscovery: ServiceDiscoveryRepository;
  readonly cache: CacheRepository;
  readonly executionLocks: ExecutionLocks;
  readonly activeRuns: ActiveRuns;
}

/** How a coordinator is doing, as it says itself. */
export interface Readiness {
  readonly status: 'ok' | 'degraded' | 'down';
  /** Whether what is recorded survives a restart of it. */
  readonly durable: boolean;
  readonly detail: string;
}

const HEALTH_OF: Readonly<Record<Readiness['status'], HealthStatus>> = {
  ok: 'up',
  degraded: 'degraded',
  down: 'down',
};

/**
 * The ports over the HTTP API of a coordinator, and their life. Built by `createCoordinatorClient` or by `clientModule`.
 */
export class CoordinatorClient implements AdapterLifecycle {
  readonly ports: ClientPorts;
  readonly reports: CoordinatorReports;
  readonly #transport: HttpTransport;
  readonly #calls: CoordinatorCalls;
  readonly #logger: Logger;
  readonly #locks: HttpExecutionLocks;
  readonly #activeRuns: HttpActiveRuns;
  readonly #origin: string;
  #state: 'new' | 'started' | 'stopped' = 'new';
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor({
    settings,
    ids = uuidV7Ids(systemClock),
    logger = silentLogger,
    onDegraded,
  }: ClientDependencies) {
    const read = readClientSettings(settings);
    const { timeoutMs, retries, cacheNamespace } = read;
    const freshness = new Freshness(onDegraded);
    const transport = new HttpTransport(read);
    const calls = new CoordinatorCalls({ transport, logger, freshness, timeoutMs, retries });
    this.#origin = read.url.origin;
    this.#transport = transport;
    this.#calls = calls;
    this.#logger = logger;
    this.#locks = new HttpExecutionLocks(calls);
    this.#activeRuns = new HttpActiveRuns(calls);
    this.reports = new CoordinatorReports(calls, freshness);
    this.ports = Object.freeze({
      scenarios: new HttpScenariosRepository(calls),
      testRuns: new HttpTestRunsRepository(calls, ids),
      chaosEvents: new HttpChaosEventsRepository(calls, ids),
      testResults: new HttpTestResultsRepository(calls, ids),
      serviceDiscovery: new HttpServiceDiscoveryRepository(calls),
      cache: new HttpCacheRepository(calls, cacheNamespace),
      executionLocks: this.#locks,
      activeRuns: this.#activeRuns,
    });
  }

  /**
   * Reaches the coordinator; one that is degraded or down is reached as well: calls tell what it cannot do. May be tried
   * again when it failed. Codes: `UNAVAILABLE`, `TIMEOUT`; `INTERNAL` where no coordinator answers; `CLOSED`.
   */
  start(): Promise<void> {
    if (this.#state === 'stopped') return Promise.reject(stopped());
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    return this.#starting;
  }

  /** Releases the leases, ends the watches, and waits for the calls under way, which their time limit bounds. */
  stop(): Promise<void> {
    this.#state = 'stopped';
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** `up`, `degraded` or `down` as the coordinator says, and `down` when it says nothing. */
  async checkHealth(): Promise<AdapterHealth> {
    const begun = performance.now();
    const [status, detail] = await this.#probe();
    return { name: 'coordinator', status, latencyMs: Math.round(performance.now() - begun), detail };
  }

  /** What the coordinator says of itself, also while it is down. Codes: `UNAVAILABLE`, `TIMEOUT`, `INTERNAL`, `CLOSED`. */
  getReadiness(options?: CallOptions): Promise<Readiness> {
    return this.#calls.ask('getReadiness', options, () => ({}), readReadiness, { takes: NOT_READY });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #start(): Promise<void> {
    await this.#calls.ask('getReadiness', undefined, () => ({}), readReadiness, {
      takes: NOT_READY,
      isOfLife: true,
    });
    if (this.#state === 'stopped') throw stopped();
    this.#state = 'started';
    this.#calls.open();
    this.#logger.info({ adapter: 'coordinator' }, `started the client of the coordinator on ${this.#origin}`);
  }

  async #stop(): Promise<void> {
    await this.#starting?.catch(() => undefined);
    this.#calls.close();
    this.#activeRuns.close();
    await this.#locks.close();
    await this.#calls.drained();
    await this.#transport.close();
    this.#logger.info({ adapter: 'coordinator' }, 'stopped the client of the coordinator');
  }

  async #probe(): Promise<readonly [HealthStatus, string]> {
    if (this.#state !== 'started') return ['down', this.#state === 'new' ? 'not started yet' : 'stopped'];
    try {
      const { status, detail } = await this.getReadiness();
      return [HEALTH_OF[status], detail];
    } catch (error) {
      return ['down', DataAdapterError.is(error) ? error.message : 'an unforeseen error'];
    }
  }
}

/** A client that is not started yet. Throws `INVALID_ARGUMENT` for bad settings. */
export function createCoordinatorClient(dependencies: ClientDependencies): CoordinatorClient {
  return new CoordinatorClient(dependencies);
}

/** A coordinator that is down says so in the shape of its readiness, and not as a problem. */
const NOT_READY = 503;
const readDetail = fieldReader<string>('detail', 'string');
const readDurable = fieldReader<boolean>('durable', 'boolean');

function readReadiness(json: unknown): Readiness {
  const { status } = fieldsOf(json);
  if (status !== 'ok' && status !== 'degraded' && status !== 'down') throw new Error('no readiness');
  return Object.freeze({ status, durable: readDurable(json), detail: readDetail(json) });
}

function stopped(): DataAdapterError {
  return new DataAdapterError('CLOSED', 'the coordinator client has been stopped; build another one');
}
