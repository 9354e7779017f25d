export type {
  AdapterCapabilities,
  AdapterHarness,
  Capability,
  ClockCapability,
  ContractOptions,
  PortName,
  Ports,
  World,
  WorldDependencies,
} from './adapter-harness.js';
export {
  contractTitles,
  describeActiveRunsContract,
  describeAdapterContract,
  describeAuditLogContract,
  describeCacheContract,
  describeChaosEventsContract,
  describeExecutionLocksContract,
  describeLifecycleContract,
  describeScenariosContract,
  describeServiceDiscoveryContract,
  describeTestResultsContract,
  describeTestRunsContract,
  describeUnitOfWorkContract,
} from './adapter-contract.js';
export { EPOCH, ManualClock } from './manual-clock.js';
export { SequentialIds } from './sequential-ids.js';
export { fixtures } from './fixtures.js';
export { arbitraries, type HostileJson } from './arbitraries.js';
export { referenceHarness } from './reference/reference-harness.js';
export { runContractGroup, type GroupOptions, type GroupReport } from './run-contract-group.js';
export { describeSabotage, saboteurs } from './sabotage/describe-sabotage.js';
export { sabotaged, type GoodWorld, type Saboteur } from './sabotage/saboteur.js';
export type { GroupName } from './contract-group.js';
export { contractOptionsFrom } from './contract-options.js';
export { portCalls, prepareEverything, readEverything, type PortCalls } from './port-calls.js';
