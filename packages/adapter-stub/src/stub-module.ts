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
  type Token,
} from '@test-coordinator/ports';
import { ContainerModule } from 'inversify';

import type { StubSettings } from './settings.js';
import { StubAdapter, type StubPorts } from './stub-adapter.js';

/**
 * Binds every port, and `StubAdapter` for their life, to one adapter of the container. It takes `Clock`, `IdGenerator`
 * and `Logger` from the container where they are bound. The adapter is not started by it.
 * @param tokens The ports to bind, when another adapter of the container holds the others. @default all of them
 */
export function stubModule(settings: StubSettings = {}, tokens?: readonly Token<unknown>[]): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(StubAdapter)
      .toResolvedValue(
        (clock?: Clock, ids?: IdGenerator, logger?: Logger) =>
          new StubAdapter({ clock, ids, logger, settings }),
        [
          { serviceIdentifier: Clock, optional: true },
          { serviceIdentifier: IdGenerator, optional: true },
          { serviceIdentifier: Logger, optional: true },
        ],
      )
      .inSingletonScope();

    const bindPort = <Port>(token: Token<Port>, portOf: (ports: StubPorts) => Port): void => {
      if (tokens !== undefined && !tokens.includes(token)) return;
      bind<Port>(token)
        .toResolvedValue((adapter: StubAdapter) => portOf(adapter.ports), [StubAdapter])
        .inSingletonScope();
    };
    bindPort(ScenariosRepository, ({ scenarios }) => scenarios);
    bindPort(TestRunsRepository, ({ testRuns }) => testRuns);
    bindPort(ChaosEventsRepository, ({ chaosEvents }) => chaosEvents);
    bindPort(TestResultsRepository, ({ testResults }) => testResults);
    bindPort(ServiceDiscoveryRepository, ({ serviceDiscovery }) => serviceDiscovery);
    bindPort(CacheRepository, ({ cache }) => cache);
    bindPort(ExecutionLocks, ({ executionLocks }) => executionLocks);
    bindPort(ActiveRuns, ({ activeRuns }) => activeRuns);
    bindPort(AuditLog, ({ auditLog }) => auditLog);
    bindPort(UnitOfWork, ({ unitOfWork }) => unitOfWork);
  });
}
