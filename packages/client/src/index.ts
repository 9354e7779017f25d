export type { ClientSettings } from './client-settings.js';
export {
  CoordinatorClient,
  createCoordinatorClient,
  type ClientDependencies,
  type ClientPorts,
  type Readiness,
} from './coordinator-client.js';
export { clientModule } from './client-module.js';
export { CoordinatorReports, type ImportFileOptions } from './coordinator-reports.js';
export { isAccepted, isDegraded, type OnDegraded } from './freshness.js';
export { OPERATIONS, type Operation, type OperationName } from './operations.js';
