import { createStubAdapter, type StubAdapter, type StubPorts } from '@test-coordinator/adapter-stub';
import { AdapterFactory } from '@test-coordinator/coordinator';
import {
  ActiveRuns,
  AuditLog,
  CacheRepository,
  ChaosEventsRepository,
  ExecutionLocks,
  ScenariosRepository,
  ServiceDiscoveryRepository,
  TestResultsRepository,
  TestRunsRepository,
  UnitOfWork,
  type AdapterHealth,
  type AdapterLifecycle,
  type Token,
} from '@test-coordinator/ports';
import { ContainerModule } from 'inversify';

const TOKENS = {
  scenarios: ScenariosRepository,
  testRuns: TestRunsRepository,
  chaosEvents: ChaosEventsRepository,
  testResults: TestResultsRepository,
  serviceDiscovery: ServiceDiscoveryRepository,
  cache: CacheRepository,
  executionLocks: ExecutionLocks,
  activeRuns: ActiveRuns,
  unitOfWork: UnitOfWork,
  auditLog: AuditLog,
} satisfies { readonly [Name in keyof StubPorts]: Token<StubPorts[Name]> };

/**
 * A store behind a server that stays while the store is exchanged: a server for each of a thousand tests would take ten
 * times as long as the tests.
 */
export class SwitchedStore implements AdapterLifecycle {
  store: StubAdapter = createStubAdapter();

  /** A data layer whose calls go to whichever store is there then. */
  factory(): AdapterFactory {
    const module = new ContainerModule(({ bind }) => {
      bind(SwitchedStore).toConstantValue(this);
      for (const [name, token] of Object.entries(TOKENS))
        bind<unknown>(token).toConstantValue(this.#port(name as keyof StubPorts));
    });
    const chosen = { name: 'memory', module, lifecycle: SwitchedStore, role: 'of tests', limits: 'memory' };
    return new AdapterFactory({ isDurable: false, detail: 'in memory' }, [chosen]);
  }

  /** Each store is started and stopped by who exchanges it. */
  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  checkHealth(): Promise<AdapterHealth> {
    return this.store.checkHealth();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #port<Name extends keyof StubPorts>(name: Name): StubPorts[Name] {
    return new Proxy(this.store.ports[name], {
      get: (_first, method) => {
        const port = this.store.ports[name];
        const member: unknown = Reflect.get(port, method);
        return typeof member === 'function' ? (member.bind(port) as unknown) : member;
      },
    });
  }
}
