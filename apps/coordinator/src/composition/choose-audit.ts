import { join } from 'node:path';

import { ContainerModule } from 'inversify';

import { auditedPort, type AuditablePorts } from '@test-coordinator/auditing';
import {
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
import { dataFolder, type Surroundings } from '@test-coordinator/settings';

import { AuditWriter, type AuditPlaces } from '../audit/audit-writer.js';
import type { Settings } from '../settings/setting-table.js';
import type { ChosenAdapter } from './adapter-factory.js';

/** What nobody but this user may write. @throws SettingsError when there is no data folder */
export function auditPlaces(
  settings: Settings,
  { environment }: Pick<Surroundings, 'environment'>,
): AuditPlaces {
  const folder = join(dataFolder(settings, environment), 'audit');
  return {
    key: settings.auditKey ?? join(folder, 'key.pem'),
    checkpoints: join(folder, 'checkpoints.jsonl'),
  };
}

/**
 * Has every change through the ports told in the audit log; `undefined` when the settings want none. It comes after all
 * that decorates a port.
 */
export function chooseAudit(
  settings: Settings,
  surroundings: Pick<Surroundings, 'environment'>,
): ChosenAdapter | undefined {
  if (!settings.audit) return undefined;
  const { serviceName, store } = settings;
  const places = store === 'memory' ? undefined : (): AuditPlaces => auditPlaces(settings, surroundings);
  const module = new ContainerModule(({ bind, onActivation }) => {
    bind(AuditWriter)
      .toResolvedValue(
        (log: AuditLog, clock: Clock, ids: IdGenerator, logger: Logger) =>
          new AuditWriter({ log, clock, ids, logger, serviceName, places }),
        [AuditLog, Clock, IdGenerator, Logger],
      )
      .inSingletonScope();
    const audit = <Name extends keyof AuditablePorts>(
      name: Name,
      token: Token<AuditablePorts[Name]>,
    ): void => {
      onActivation<AuditablePorts[Name]>(token, (context, port) =>
        auditedPort(name, port, context.get(AuditWriter).trail),
      );
    };
    audit('scenarios', ScenariosRepository);
    audit('testRuns', TestRunsRepository);
    audit('chaosEvents', ChaosEventsRepository);
    audit('testResults', TestResultsRepository);
    audit('unitOfWork', UnitOfWork);
    audit('serviceDiscovery', ServiceDiscoveryRepository);
    audit('cache', CacheRepository);
    audit('executionLocks', ExecutionLocks);
  });
  return {
    name: 'audit',
    module,
    lifecycle: AuditWriter,
    role: 'a trace of every change, in the audit log',
    limits: 'a checkpoint each 1000 entries or 60 s',
    isOptional: true,
  };
}
