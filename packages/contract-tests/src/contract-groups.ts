import { MAX_CACHE_KEY_LENGTH } from '@test-coordinator/ports';

import type { AdapterCapabilities } from './adapter-harness.js';
import type { ContractGroup, ContractSubject } from './contract-group.js';
import { activeRunExpiryGroup } from './active-runs/active-run-expiry.js';
import { activeRunValidationGroup } from './active-runs/active-run-validation.js';
import { publishingGroup } from './active-runs/publishing.js';
import { resumeGroup } from './active-runs/resuming.js';
import { activeRunRaces, versionGroup } from './active-runs/versions.js';
import { watchEndGroup, watchGroup } from './active-runs/watching.js';
import { appendGroup } from './audit-log/appending.js';
import { auditLogRaces } from './audit-log/append-races.js';
import { auditLogValidationGroup } from './audit-log/audit-log-validation.js';
import { auditLogFind } from './audit-log/find-audit-entries.js';
import { chainGroup } from './audit-log/reading-chains.js';
import { callOptionsGroup } from './adapter/call-options.js';
import { chaosEventFind } from './find/find-chaos-events.js';
import { findGroup } from './find/find-group.js';
import { scenarioFind } from './find/find-scenarios.js';
import { testResultFind } from './find/find-test-results.js';
import { testRunFind } from './find/find-test-runs.js';
import { capabilitiesGroup } from './adapter/capabilities.js';
import { lifecycleGroup } from './adapter/lifecycle.js';
import { unitOfWorkGroups } from './adapter/unit-of-work.js';
import { counterGroup } from './cache/counters.js';
import { expiryGroup } from './cache/expiry.js';
import { cacheManyGroups } from './cache/many.js';
import { realTimeExpiryGroup } from './cache/real-time-expiry.js';
import { cacheValueGroups } from './cache/values.js';
import { registryGroups } from './registry/registry.js';
import { realTimeStalenessGroup, stalenessGroup } from './registry/staleness.js';
import { lockRaces } from './concurrency/lock-races.js';
import { recordRaceGroups } from './concurrency/record-races.js';
import { storeRaceGroups } from './concurrency/store-races.js';
import { listings } from './lists/listings.js';
import { pagingGroup } from './lists/paging.js';
import { contentionGroup } from './locks/contention.js';
import { fenceGroup } from './locks/fences.js';
import { holdingGroup } from './locks/holding.js';
import { lapseGroup } from './locks/lapse.js';
import { leaseGroup } from './locks/leases.js';
import { lockValidationGroup } from './locks/lock-validation.js';
import { comparisonGroup } from './assertions/comparison.js';
import { historiesGroup } from './assertions/histories.js';
import { bulkGroup } from './records/bulk.js';
import { importGroup } from './records/import.js';
import { referenceGroups } from './records/references.js';
import { completionGroup } from './states/completion.js';
import { recordFenceGroups } from './states/fences.js';
import { stateGroups } from './states/moves.js';
import { recoveryGroup } from './states/recovery.js';
import { recordStatisticsGroups } from './statistics/record-statistics.js';
import { runStatisticsGroups } from './statistics/run-statistics.js';
import { modelGroups } from './model-tests/model-groups.js';
import { aliasingGroup } from './records/aliasing.js';
import { identityGroup } from './records/identity.js';
import { recordKinds } from './records/record-kinds.js';
import { roundTripGroup } from './records/round-trip.js';
import { updateGroup } from './records/update.js';
import { validationGroup } from './records/validation.js';

/** The groups that an adapter with this manifest is held to, port by port. */
export function contractGroups(capabilities: AdapterCapabilities): readonly ContractGroup[] {
  const { ports, clock, transactions, interruptible, cacheKeyLength = MAX_CACHE_KEY_LENGTH } = capabilities;
  const callable = ports.filter((port) => port !== 'unitOfWork' || transactions === true);
  const groups: readonly ContractGroup[] = [
    ...recordKinds.flatMap((kind) => [
      roundTripGroup(kind),
      aliasingGroup(kind),
      identityGroup(kind),
      validationGroup(kind),
      ...(kind.change === undefined ? [] : [updateGroup(kind, kind.change)]),
    ]),
    ...[scenarioFind, testRunFind, chaosEventFind, testResultFind, auditLogFind].map(findGroup),
    ...stateGroups,
    completionGroup,
    recoveryGroup,
    ...recordFenceGroups(transactions === true),
    ...referenceGroups,
    ...runStatisticsGroups,
    ...recordStatisticsGroups,
    comparisonGroup,
    historiesGroup,
    bulkGroup,
    importGroup,
    ...registryGroups,
    ...cacheValueGroups(cacheKeyLength),
    counterGroup,
    ...cacheManyGroups(cacheKeyLength),
    ...(clock.kind === 'manual'
      ? [expiryGroup, stalenessGroup]
      : [realTimeExpiryGroup, realTimeStalenessGroup]),
    leaseGroup,
    contentionGroup,
    fenceGroup,
    lapseGroup(clock.kind === 'manual'),
    holdingGroup(interruptible),
    lockValidationGroup,
    lockRaces,
    publishingGroup,
    versionGroup,
    activeRunExpiryGroup(clock.kind === 'manual'),
    activeRunValidationGroup,
    watchGroup,
    watchEndGroup,
    resumeGroup(capabilities),
    activeRunRaces,
    appendGroup,
    chainGroup,
    auditLogValidationGroup,
    auditLogRaces,
    ...recordRaceGroups,
    ...storeRaceGroups,
    ...modelGroups(capabilities),
    ...(transactions === true ? unitOfWorkGroups : []),
    ...callable.map(callOptionsGroup),
    ...listings.map((listing) => pagingGroup(listing, clock.kind === 'manual')),
    lifecycleGroup(ports),
    capabilitiesGroup(capabilities),
  ];
  const subjects: readonly ContractSubject[] = [...ports, 'adapter'];
  return subjects.flatMap((subject) => groups.filter((group) => group.subject === subject));
}
