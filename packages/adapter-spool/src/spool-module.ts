import {
  AuditLog,
  ChaosEventsRepository,
  IdGenerator,
  Logger,
  ScenariosRepository,
  TestResultsRepository,
  TestRunsRepository,
  UnitOfWork,
  type AdapterLifecycle,
  type Token,
} from '@test-coordinator/ports';
import { ContainerModule, type ServiceIdentifier } from 'inversify';

import type { ReplayClock } from './replay-clock.js';
import { SpoolAdapter, type SpoolAdapterSettings, type SpooledAdapter } from './spool-adapter.js';
import type { RecordPorts } from './record-ports.js';
import { StoreBehindSpool } from './store-behind-spool.js';

export interface SpoolModuleOptions {
  readonly settings: SpoolAdapterSettings;
  /** The adapter that binds the record ports. Its module is loaded before this one. */
  readonly store: ServiceIdentifier<SpooledAdapter & AdapterLifecycle>;
  /** As the store's health names it. */
  readonly storeName: string;
  /** Bound as `Clock` too, so that the store has it. */
  readonly clock: ReplayClock;
}

/**
 * Puts the spool before the record ports that another module binds, and binds `SpoolAdapter` for its life and
 * `StoreBehindSpool` for that of the store. It takes
 * `IdGenerator` and `Logger` from the container where they are bound.
 */
export function spoolModule({ settings, store, storeName, clock }: SpoolModuleOptions): ContainerModule {
  return new ContainerModule(({ bind, onActivation }) => {
    bind(SpoolAdapter)
      .toResolvedValue(
        (decorated: SpooledAdapter, ids?: IdGenerator, logger?: Logger) =>
          new SpoolAdapter({ settings, store: decorated, clock, ids, logger }),
        [
          store,
          { serviceIdentifier: IdGenerator, optional: true },
          { serviceIdentifier: Logger, optional: true },
        ],
      )
      .inSingletonScope();

    bind(StoreBehindSpool)
      .toResolvedValue(
        (decorated: AdapterLifecycle, spool: SpoolAdapter) =>
          new StoreBehindSpool(storeName, decorated, spool),
        [store, SpoolAdapter],
      )
      .inSingletonScope();

    const decorate = <Port>(token: Token<Port>, portOf: (ports: RecordPorts) => Port): void => {
      onActivation<Port>(token, (context) => portOf(context.get(SpoolAdapter).ports));
    };
    decorate<ScenariosRepository>(ScenariosRepository, ({ scenarios }) => scenarios);
    decorate<TestRunsRepository>(TestRunsRepository, ({ testRuns }) => testRuns);
    decorate<ChaosEventsRepository>(ChaosEventsRepository, ({ chaosEvents }) => chaosEvents);
    decorate<TestResultsRepository>(TestResultsRepository, ({ testResults }) => testResults);
    decorate<AuditLog>(AuditLog, ({ auditLog }) => auditLog);
    decorate<UnitOfWork>(UnitOfWork, ({ unitOfWork }) => unitOfWork);
  });
}
