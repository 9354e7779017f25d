import {
  AuditLog,
  ChaosEventsRepository,
  Clock,
  IdGenerator,
  Logger,
  ScenariosRepository,
  TestResultsRepository,
  TestRunsRepository,
  UnitOfWork,
  type Token,
} from '@test-coordinator/ports';
import { ContainerModule } from 'inversify';

import { PostgresAdapter, type PostgresPorts } from './postgres-adapter.js';
import type { PostgresSettings } from './postgres-settings.js';

/**
 * Binds the record ports, `AuditLog` and `UnitOfWork`, and `PostgresAdapter` for their life, to one adapter of the container. It
 * takes `Clock`, `IdGenerator` and `Logger` from the container where they are bound. The adapter is not started by it.
 */
export function postgresModule(settings: PostgresSettings): ContainerModule {
  return new ContainerModule(({ bind }) => {
    bind(PostgresAdapter)
      .toResolvedValue(
        (clock?: Clock, ids?: IdGenerator, logger?: Logger) =>
          new PostgresAdapter({ settings, clock, ids, logger }),
        [
          { serviceIdentifier: Clock, optional: true },
          { serviceIdentifier: IdGenerator, optional: true },
          { serviceIdentifier: Logger, optional: true },
        ],
      )
      .inSingletonScope();

    const bindPort = <Port>(token: Token<Port>, portOf: (ports: PostgresPorts) => Port): void => {
      bind<Port>(token)
        .toResolvedValue((adapter: PostgresAdapter) => portOf(adapter.ports), [PostgresAdapter])
        .inSingletonScope();
    };
    bindPort(ScenariosRepository, ({ scenarios }) => scenarios);
    bindPort(TestRunsRepository, ({ testRuns }) => testRuns);
    bindPort(ChaosEventsRepository, ({ chaosEvents }) => chaosEvents);
    bindPort(TestResultsRepository, ({ testResults }) => testResults);
    bindPort(AuditLog, ({ auditLog }) => auditLog);
    bindPort(UnitOfWork, ({ unitOfWork }) => unitOfWork);
  });
}
