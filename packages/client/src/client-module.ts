import {
  ActiveRuns,
  CacheRepository,
  ChaosEventsRepository,
  ExecutionLocks,
  IdGenerator,
  Logger,
  ScenariosRepository,
  ServiceDiscoveryRepository,
  TestResultsRepository,
  TestRunsRepository,
  type Token,
} from '@test-coordinator/ports';
import { ContainerModule } from 'inversify';

import { readClientSettings, type ClientSettings } from './client-settings.js';
import { CoordinatorClient, type ClientPorts } from './coordinator-client.js';
import type { OnDegraded } from './freshness.js';

/**
 * Binds every port that the API carries, and `CoordinatorClient` for their life, to one client of the container. It takes
 * `IdGenerator` and `Logger` from the container where they are bound. The client is not started by it. `UnitOfWork` is
 * not bound: a container that is asked for it refuses.
 * @param onDegraded Told of each answer that the coordinator made without all of its store.
 * @throws DataAdapterError `INVALID_ARGUMENT` for bad settings, when the module is made and not when it is used.
 */
export function clientModule(settings: ClientSettings, onDegraded?: OnDegraded): ContainerModule {
  readClientSettings(settings);
  return new ContainerModule(({ bind }) => {
    bind(CoordinatorClient)
      .toResolvedValue(
        (ids?: IdGenerator, logger?: Logger) => new CoordinatorClient({ settings, ids, logger, onDegraded }),
        [
          { serviceIdentifier: IdGenerator, optional: true },
          { serviceIdentifier: Logger, optional: true },
        ],
      )
      .inSingletonScope();

    const bindPort = <Port>(token: Token<Port>, portOf: (ports: ClientPorts) => Port): void => {
      bind<Port>(token)
        .toResolvedValue((client: CoordinatorClient) => portOf(client.ports), [CoordinatorClient])
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
  });
}
