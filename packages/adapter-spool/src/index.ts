export {
  Spool,
  type AppendOptions,
  type SpoolDependencies,
  type SpoolOptions,
  type SpoolStatus,
} from './spool.js';
export { DEFAULT_SPOOL_SETTINGS, type SpoolSettings } from './spool-settings.js';
export type { Backlog, ReadLimits } from './backlog-reader.js';
export type { SpooledRecord } from './segment-format.js';
export type { FileSystem, OpenFile } from './file-system.js';
export { nodeFileSystem } from './node-file-system.js';
export { nodeProcesses, type ProcessIdentity, type Processes } from './processes.js';
export { Breaker, type BreakerDependencies, type BreakerSettings, type BreakerState } from './breaker.js';
export { CONDUCT, type AllPorts, type Conduct } from './conduct.js';
export { spooled, type Spooled, type SpooledOptions, type SpooledStatus } from './spooled.js';
export {
  SpoolAdapter,
  type SpoolAdapterDependencies,
  type SpoolAdapterSettings,
  type SpooledAdapter,
} from './spool-adapter.js';
export { spoolModule, type SpoolModuleOptions } from './spool-module.js';
export { StoreBehindSpool } from './store-behind-spool.js';
export { claimSpool, type ClaimedSpool } from './spool-slots.js';
export {
  viewDeadLetter,
  viewSpools,
  type DeadLetterView,
  type SpoolView,
  type ViewDependencies,
} from './spool-view.js';
export type { RecordPorts } from './record-ports.js';
export { ReplayClock } from './replay-clock.js';
export { isDegraded, isSpooled } from './degraded-calls.js';
export type { DeadLetter, DeadLetters } from './dead-letters.js';
export type { Sleep } from './drainer.js';
