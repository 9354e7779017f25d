import type { ServiceInfo } from '@test-coordinator/domain';
import {
  DataAdapterError,
  silentLogger,
  systemClock,
  uuidV7Ids,
  type ActiveRuns,
  type AdapterHealth,
  type AdapterLifecycle,
  type AuditLog,
  type CacheRepository,
  type Clock,
  type ExecutionLocks,
  type IdGenerator,
  type Logger,
  type Repositories,
  type ServiceDiscoveryRepository,
  type UnitOfWork,
} from '@test-coordinator/ports';

import { Calls, type CallGate } from './calls.js';
import { CommittedRecords } from './committed-records.js';
import { ExpiringEntries } from './expiring-entries.js';
import { IndexedTable } from './indexed-table.js';
import { LockTable } from './lock-table.js';
import { recordRepositories } from './record-repositories.js';
import { serviceShape, type ServiceIndex } from './record-shapes.js';
import { readSettings, type StubSettings } from './settings.js';
import { StubActiveRuns } from './stub-active-runs.js';
import { StubAuditLog } from './stub-audit-log.js';
import { StubCacheRepository, type CacheEntry } from './stub-cache-repository.js';
import { StubExecutionLocks } from './stub-execution-locks.js';
import { StubServiceDiscoveryRepository } from './stub-service-discovery-repository.js';
import { StubUnitOfWork } from './stub-unit-of-work.js';

/** What an adapter is built from. What is left out: the machine's clock, its ids, no log, the defaults. */
export interface StubDependencies {
  readonly clock?: Clock | undefined;
  readonly ids?: IdGenerator | undefined;
  readonly logger?: Logger | undefined;
  readonly settings?: StubSettings | undefined;
}

/** Every port of the adapter, on one store. */
export interface StubPorts extends Repositories {
  readonly serviceDiscovery: ServiceDiscoveryRepository;
  readonly cache: CacheRepository;
  readonly executionLocks: ExecutionLocks;
  readonly activeRuns: ActiveRuns;
  readonly auditLog: AuditLog;
  readonly unitOfWork: UnitOfWork;
}

/**
 * All ports in the memory of this process, and their life. Built by `createStubAdapter` or by `stubModule`.
 * Nothing survives a restart, and nothing is shared between two adapters.
 */
export class StubAdapter implements AdapterLifecycle {
  readonly ports: StubPorts;
  readonly #logger: Logger;
  readonly #records = new CommittedRecords();
  readonly #services: IndexedTable<ServiceInfo, ServiceIndex, never> = new IndexedTable(serviceShape);
  readonly #entries = new ExpiringEntries<CacheEntry>();
  readonly #locks: LockTable;
  readonly #executionLocks: StubExecutionLocks;
  readonly #activeRuns: StubActiveRuns;
  readonly #units = new Set<Promise<unknown>>();
  #state: 'new' | 'started' | 'stopped' = 'new';
  #stopping: Promise<void> | undefined;

  constructor(dependencies: StubDependencies = {}) {
    const {
      clock = systemClock,
      ids = uuidV7Ids(clock),
      logger = silentLogger,
      settings = {},
    } = dependencies;
    const { staleThresholdMs, defaultTtlSeconds, ...liveness } = readSettings(settings);
    const gate: CallGate = { assertOpen: () => this.#assertStarted(), writeRefused: () => undefined };
    const calls = new Calls(gate, logger);
    const committed = this.#records;
    const track = (unit: Promise<unknown>): void => this.#track(unit);
    this.#logger = logger;
    this.#locks = new LockTable(clock);
    this.#executionLocks = new StubExecutionLocks(this.#locks, calls);
    this.#activeRuns = new StubActiveRuns({ calls, clock, ...liveness });
    this.ports = Object.freeze({
      ...recordRepositories({ records: committed, calls, clock, ids }),
      serviceDiscovery: new StubServiceDiscoveryRepository({
        services: this.#services,
        calls,
        clock,
        staleThresholdMs,
      }),
      cache: new StubCacheRepository({ entries: this.#entries, calls, clock, defaultTtlSeconds }),
      executionLocks: this.#executionLocks,
      activeRuns: this.#activeRuns,
      auditLog: new StubAuditLog(calls),
      unitOfWork: new StubUnitOfWork({ committed, gate, clock, ids, logger, track }),
    });
  }

  async start(): Promise<void> {
    if (this.#state === 'stopped') throw closed('has been stopped; build another one');
    if (this.#state === 'started') return;
    this.#state = 'started';
    this.#logger.info({ adapter: 'memory' }, 'started the in-memory adapter: nothing survives a restart');
  }

  /**
   * Releases the leases and waits for the units of work under way. Every other call is over when its promise is handed
   * out, but for those that wait for a lock or watch: these are refused.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async checkHealth(): Promise<AdapterHealth> {
    const isUp = this.#state === 'started';
    const { size: services } = this.#services;
    const { size: entries } = this.#entries;
    const { size: locks } = this.#locks;
    const { size: runs } = this.#activeRuns;
    return {
      name: 'memory',
      status: isUp ? 'up' : 'down',
      latencyMs: 0,
      detail: isUp
        ? `in memory, nothing survives a restart: ${this.#records.size} records, ${services} services, ${entries} cache entries, ${locks} locks, ${runs} live runs`
        : `in memory, nothing survives a restart: ${this.#state === 'new' ? 'not started yet' : 'stopped'}`,
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    // In memory, the leases are released before this hands its promise out: while calls are still let in.
    const released = this.#executionLocks.close();
    this.#state = 'stopped';
    this.#activeRuns.wakeWatchers();
    await released;
    await Promise.allSettled(this.#units);
    this.#logger.info({ adapter: 'memory' }, 'stopped the in-memory adapter');
  }

  #track(unit: Promise<unknown>): void {
    const forget = (): void => {
      this.#units.delete(unit);
    };
    this.#units.add(unit);
    unit.then(forget, forget);
  }

  #assertStarted(): void {
    if (this.#state === 'started') return;
    throw closed(this.#state === 'new' ? 'is not started; call start first' : 'has been stopped');
  }
}

/** An adapter that is not started yet. Throws `INVALID_ARGUMENT` for bad settings. */
export function createStubAdapter(dependencies: StubDependencies = {}): StubAdapter {
  return new StubAdapter(dependencies);
}

function closed(what: string): DataAdapterError {
  return new DataAdapterError('CLOSED', `the in-memory adapter ${what}`);
}
