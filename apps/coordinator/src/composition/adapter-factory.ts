import { setTimeout as delay } from 'node:timers/promises';

import { Container, type ContainerModule, type ServiceIdentifier } from 'inversify';

import { StubAdapter, stubModule, type StubSettings } from '@test-coordinator/adapter-stub';
import {
  ActiveRuns,
  AuditLog,
  CacheRepository,
  ChaosEventsRepository,
  Clock,
  ExecutionLocks,
  IdGenerator,
  Logger,
  ScenariosRepository,
  ServiceDiscoveryRepository,
  TestResultsRepository,
  TestRunsRepository,
  UnitOfWork,
  silentLogger,
  systemClock,
  uuidV7Ids,
  type AdapterHealth,
  type AdapterLifecycle,
  type HealthStatus,
  type Repositories,
  type Token,
} from '@test-coordinator/ports';

import { observedPort, type CallHooks, type ObserveCall, type TraceCall } from '../metrics/observed-port.js';
import { observedUnitOfWork } from '../metrics/observed-unit.js';

/** One technology: what it binds, and under which name its life is found. */
export interface ChosenAdapter {
  /** As its health names it. */
  readonly name: string;
  readonly module: ContainerModule;
  readonly lifecycle: ServiceIdentifier<AdapterLifecycle>;
  /** What it holds and where, for a person, without a secret. */
  readonly role: string;
  /** Sizes and times that it keeps to, for a person. */
  readonly limits: string;
  /** The app goes on without it: while it is down, the whole is degraded. @default false */
  readonly isOptional?: boolean;
}

/** Where the records live, for a person. */
export interface Storage {
  /** What is recorded survives the end of the process. */
  readonly isDurable: boolean;
  readonly detail: string;
  /** What runs beneath the adapters, to be let go of when they have stopped. */
  readonly server?: AsyncDisposable;
}

/** What the adapters are built from; left out: the machine's clock, its ids, no log. */
export interface FactoryDependencies {
  readonly clock?: Clock;
  readonly ids?: IdGenerator;
  readonly logger?: Logger;
  /** Told of every call of a port that this factory gives out. @default nobody is */
  readonly observeCall?: ObserveCall | undefined;
  /** Makes every call of such a port. @default it is made as it is */
  readonly traceCall?: TraceCall | undefined;
  /** An adapter that has not told its health by then is down. @default 5,000 ms */
  readonly healthTimeoutMs?: number;
}

/** How the whole of the data layer is doing: as its worst adapter, and not worse than degraded by an optional one. */
export interface DataLayerHealth {
  readonly status: HealthStatus;
  readonly adapters: readonly AdapterHealth[];
}

/** The ports by the names under which their calls are told. */
const PORTS: Readonly<Record<string, Token<unknown>>> = {
  scenarios: ScenariosRepository,
  testRuns: TestRunsRepository,
  chaosEvents: ChaosEventsRepository,
  testResults: TestResultsRepository,
  serviceDiscovery: ServiceDiscoveryRepository,
  cache: CacheRepository,
  executionLocks: ExecutionLocks,
  activeRuns: ActiveRuns,
  auditLog: AuditLog,
  unitOfWork: UnitOfWork,
};

const HEALTH_TIMEOUT_MS = 5_000;
const SEVERITY: readonly HealthStatus[] = ['up', 'degraded', 'down'];

/**
 * The data layer that an app has chosen, behind one façade: asks the container for ports and leads the adapters through
 * their life. Asking twice for a port gives the same store.
 *
 * `await using factory = …` stops it at the end of the block.
 */
export class AdapterFactory implements AsyncDisposable {
  readonly #container = new Container({ defaultScope: 'Singleton' });
  readonly #lifecycles: readonly AdapterLifecycle[];
  readonly #healthTimeoutMs: number;

  constructor(
    readonly storage: Storage,
    readonly adapters: readonly ChosenAdapter[],
    {
      clock = systemClock,
      ids = uuidV7Ids(clock),
      logger = silentLogger,
      healthTimeoutMs = HEALTH_TIMEOUT_MS,
      observeCall,
      traceCall,
    }: FactoryDependencies = {},
  ) {
    this.#healthTimeoutMs = healthTimeoutMs;
    this.#container.bind(Clock).toConstantValue(clock);
    this.#container.bind(IdGenerator).toConstantValue(ids);
    this.#container.bind(Logger).toConstantValue(logger);
    this.#container.load(...adapters.map(({ module }) => module));
    if (observeCall !== undefined || traceCall !== undefined)
      this.#observe({ observe: observeCall, trace: traceCall });
    this.#lifecycles = adapters.map(({ lifecycle }) => this.#container.get(lifecycle));
  }

  /**
   * Everything in the memory of this process: for tests, and for whoever asks for it by this name.
   * @param further What decorates its ports. @default nothing
   */
  static useStub(
    settings: StubSettings = {},
    dependencies: FactoryDependencies = {},
    further: readonly ChosenAdapter[] = [],
  ): AdapterFactory {
    const storage = { isDurable: false, detail: 'in the memory of this process: nothing survives its end' };
    const stub = {
      name: 'memory',
      module: stubModule(settings),
      lifecycle: StubAdapter,
      role: 'records, cache, service registry, locks and live state, in the memory of this process',
      limits: 'its memory',
    };
    return new AdapterFactory(storage, [stub, ...further], dependencies);
  }

  /**
   * Starts the adapters one after the other; when one fails, those before it are stopped again.
   * @throws DataAdapterError of the adapter that could not start.
   */
  async start(): Promise<void> {
    try {
      for (const lifecycle of this.#lifecycles) await lifecycle.start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /**
   * Stops the adapters in reverse order: calls under way are waited for, new ones are `CLOSED`. Then the server beneath
   * them is let go of. Idempotent.
   */
  async stop(): Promise<void> {
    try {
      for (const lifecycle of this.#lifecycles.toReversed()) await lifecycle.stop();
    } finally {
      await this.storage.server?.[Symbol.asyncDispose]();
    }
  }

  /** Asks all adapters at once; they are told in the order of `adapters`. Never rejects. */
  async checkHealth(): Promise<DataLayerHealth> {
    const adapters = await Promise.all(
      this.#lifecycles.map((lifecycle, index) =>
        Promise.race([lifecycle.checkHealth(), this.#silence(this.adapters[index]!.name)]),
      ),
    );
    const severities = adapters.map(({ status }, index) => {
      const isBearable = status === 'down' && this.adapters[index]!.isOptional === true;
      return SEVERITY.indexOf(isBearable ? 'degraded' : status);
    });
    return { status: SEVERITY[Math.max(0, ...severities)]!, adapters };
  }

  /** The adapter of this technology, or `undefined` when it was not chosen. For what is no port, such as retention. */
  findAdapter<Adapter extends AdapterLifecycle>(lifecycle: ServiceIdentifier<Adapter>): Adapter | undefined {
    return this.#container.isBound(lifecycle) ? this.#container.get(lifecycle) : undefined;
  }

  /** The port that is bound to the token. */
  get<Port>(token: Token<Port>): Port {
    return this.#container.get<Port>(token);
  }

  getScenariosRepository(): ScenariosRepository {
    return this.get(ScenariosRepository);
  }

  getTestRunsRepository(): TestRunsRepository {
    return this.get(TestRunsRepository);
  }

  getChaosEventsRepository(): ChaosEventsRepository {
    return this.get(ChaosEventsRepository);
  }

  getTestResultsRepository(): TestResultsRepository {
    return this.get(TestResultsRepository);
  }

  getServiceDiscoveryRepository(): ServiceDiscoveryRepository {
    return this.get(ServiceDiscoveryRepository);
  }

  getCacheRepository(): CacheRepository {
    return this.get(CacheRepository);
  }

  getExecutionLocks(): ExecutionLocks {
    return this.get(ExecutionLocks);
  }

  getActiveRuns(): ActiveRuns {
    return this.get(ActiveRuns);
  }

  getAuditLog(): AuditLog {
    return this.get(AuditLog);
  }

  getUnitOfWork(): UnitOfWork {
    return this.get(UnitOfWork);
  }

  /** The record repositories together, for use cases that read across them. */
  getRepositories(): Repositories {
    return {
      scenarios: this.getScenariosRepository(),
      testRuns: this.getTestRunsRepository(),
      chaosEvents: this.getChaosEventsRepository(),
      testResults: this.getTestResultsRepository(),
    };
  }

  /** After the modules: what decorates a port is observed with it. */
  #observe(hooks: CallHooks): void {
    this.#container.onActivation<UnitOfWork>(UnitOfWork as ServiceIdentifier<UnitOfWork>, (_context, port) =>
      observedUnitOfWork(port, hooks),
    );
    for (const [name, token] of Object.entries(PORTS)) {
      this.#container.onActivation<object>(token as ServiceIdentifier<object>, (_context, port) =>
        observedPort(port, name, hooks),
      );
    }
  }

  /** What is told of an adapter that does not answer. */
  async #silence(name: string): Promise<AdapterHealth> {
    const latencyMs = this.#healthTimeoutMs;
    await delay(latencyMs, undefined, { ref: false });
    return { name, status: 'down', latencyMs, detail: `did not answer within ${latencyMs} ms` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
