import { AuditTrail, auditedPort, type AuditTrailDependencies } from '@test-coordinator/auditing';
import type { Ports } from '@test-coordinator/contract-tests';
import type { AuditEntry } from '@test-coordinator/domain';
import { systemClock, uuidV7Ids } from '@test-coordinator/ports';

/** Another one than that of the fixtures. */
export const CHAIN = 'audited-1';

export function trailOf(
  dependencies: Pick<AuditTrailDependencies, 'log'> & Partial<AuditTrailDependencies>,
): AuditTrail {
  return new AuditTrail({ chain: CHAIN, clock: systemClock, ids: uuidV7Ids(systemClock), ...dependencies });
}

/** All ports that may be audited, with their changes told in the trail. */
export function auditedPorts(ports: Ports, trail: AuditTrail): Ports {
  return {
    scenarios: auditedPort('scenarios', ports.scenarios, trail),
    testRuns: auditedPort('testRuns', ports.testRuns, trail),
    chaosEvents: auditedPort('chaosEvents', ports.chaosEvents, trail),
    testResults: auditedPort('testResults', ports.testResults, trail),
    unitOfWork: auditedPort('unitOfWork', ports.unitOfWork, trail),
    serviceDiscovery: auditedPort('serviceDiscovery', ports.serviceDiscovery, trail),
    cache: auditedPort('cache', ports.cache, trail),
    executionLocks: auditedPort('executionLocks', ports.executionLocks, trail),
    activeRuns: auditedPort('activeRuns', ports.activeRuns, trail),
    auditLog: ports.auditLog,
  };
}

/** All that was said, in the order in which it was. */
export async function entriesOf(ports: Ports, trail: AuditTrail): Promise<readonly AuditEntry[]> {
  await trail.flush();
  return (await ports.auditLog.find({ chain: trail.head.chain }, { limit: 1_000 })).items.toReversed();
}
