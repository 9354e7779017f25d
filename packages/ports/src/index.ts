/**
 * Words of the product.
 * Scenario: a chaos test definition. Run: one execution of a scenario. Chaos event: one fault injected during a run.
 * Result: one checked assertion of a run. Service instance: a registered process that sends heartbeats.
 * Port: an interface of this package. Adapter: a package that implements ports on one technology.
 * Composition root: the place in an app where a container binds ports to adapters.
 * Degraded: a store is away and the product goes on with what it has, saying so.
 * Fence: a number that only rises, given with a lock; a write that carries an older one is refused.
 * Chain: the audit entries of one process, each with a hash over the one before.
 * Lease: a lock as its holder has it, with its fence. Live state: what a running execution says of itself.
 */
export {
  DataAdapterError,
  ERROR_CODES,
  refused,
  type DataAdapterErrorOptions,
  type ErrorCode,
} from './data-adapter-error.js';
export { token, type Token } from './token.js';
export { Clock } from './clock.js';
export { systemClock } from './system-clock.js';
export { IdGenerator, uuidV7Ids } from './id-generator.js';
export { Logger, silentLogger, type LogFields } from './logger.js';
export { isSecretKey, maskSecrets } from './mask-secrets.js';
export { checkFence, throwIfAborted, type CallOptions } from './call-options.js';
export {
  DEFAULT_PAGE_LIMIT,
  MAX_PAGE_LIMIT,
  encodeCursor,
  readPage,
  type KeysetKey,
  type KeysetKind,
  type ListRequest,
  type Page,
  type PageRequest,
  type ReadPage,
} from './page.js';
export {
  checkAuditFilter,
  checkChaosEventFilter,
  checkScenarioFilter,
  checkTestResultFilter,
  checkTestRunFilter,
  nameContains,
  type AuditFilter,
  type ChaosEventFilter,
  type ScenarioFilter,
  type TestResultFilter,
  type TestRunFilter,
} from './filters.js';
export {
  MAX_BULK,
  checkBulk,
  checkDate,
  checkOneOf,
  checkScenarioId,
  checkServiceId,
  checkText,
  checkUuid,
  checkVersion,
  checkWhole,
  refuse,
} from './arguments.js';
export type { AdapterHealth, AdapterLifecycle, HealthStatus } from './lifecycle.js';
export { ScenariosRepository } from './scenarios-repository.js';
export { TestRunsRepository } from './test-runs-repository.js';
export { ChaosEventsRepository } from './chaos-events-repository.js';
export {
  TestResultsRepository,
  type ImportAllOptions,
  type ImportProgress,
} from './test-results-repository.js';
export {
  checkRunComparisonRequest,
  type ComparisonFinding,
  type RunComparison,
  type RunComparisonRequest,
  type TransitionCount,
} from './run-comparison.js';
export {
  DEFAULT_HISTORY_RUNS,
  MAX_HISTORY_RUNS,
  readAssertionHistoriesRequest,
  type AssertionHistories,
  type AssertionHistoriesRequest,
} from './assertion-histories.js';
export { Coalescer, type CoalescedCalls } from './coalescer.js';
export { importInBatches } from './import-in-batches.js';
export { DEFAULT_STALE_THRESHOLD_MS, ServiceDiscoveryRepository } from './service-discovery-repository.js';
export {
  CacheRepository,
  DEFAULT_CACHE_TTL_SECONDS,
  MAX_CACHE_KEY_LENGTH,
  type CacheWriteOptions,
} from './cache-repository.js';
export {
  checkCacheKey,
  checkCacheKeys,
  checkJsonValue,
  checkPattern,
  checkWholeNumber,
  isJsonObject,
  readCacheEntries,
  readTtlMs,
} from './cache-arguments.js';
export { compileGlob } from './glob.js';
export { UnitOfWork, type Repositories } from './unit-of-work.js';
export {
  ExecutionLocks,
  MAX_FENCE_ABOVE,
  MAX_LOCK_TTL_MS,
  MIN_LOCK_TTL_MS,
  type Lease,
  type LockRequest,
  type LockState,
} from './execution-locks.js';
export { LeaseKeeper } from './lease-keeper.js';
export type { GrantedLock, LockHolder, LockSteps } from './lock-steps.js';
export {
  ActiveRuns,
  DEFAULT_ACTIVE_RUN_TTL_MS,
  DEFAULT_WATCH_WINDOW,
  MAX_PROGRESS_VERSION,
  type ActiveRun,
  type ActiveRunEvent,
  type RunProgress,
  type WatchOptions,
} from './active-runs.js';
export { checkWatchOptions, readRunProgress, type ReadRunProgress } from './active-run-arguments.js';
export { AuditLog, type ChainRange } from './audit-log.js';
export { checkChain, readAuditEntries, readChainRange, type ReadChainRange } from './audit-log-arguments.js';
