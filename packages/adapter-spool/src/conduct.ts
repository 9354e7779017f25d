import type {
  ActiveRuns,
  AuditLog,
  CacheRepository,
  ChaosEventsRepository,
  ExecutionLocks,
  ScenariosRepository,
  ServiceDiscoveryRepository,
  TestResultsRepository,
  TestRunsRepository,
  UnitOfWork,
} from '@test-coordinator/ports';

/**
 * What a method does while the store is away, or while records of the same run wait:
 *
 * - `spooled`: the record is appended to the spool and answered with its id; the store gets it later.
 * - `refused`: `UNAVAILABLE`. It needs what only the store knows, or cannot be repeated safely.
 * - `known`: answered from what waits and from the rows that were seen last, and marked as degraded.
 * - `passed`: not decorated. Its data is volatile, and lives in another store, whose adapter refuses the call while that
 *   one is away: so no execution lock is taken without its authority.
 */
export type Conduct = 'spooled' | 'refused' | 'known' | 'passed';

export interface AllPorts {
  readonly scenarios: ScenariosRepository;
  readonly testRuns: TestRunsRepository;
  readonly chaosEvents: ChaosEventsRepository;
  readonly testResults: TestResultsRepository;
  readonly unitOfWork: UnitOfWork;
  readonly auditLog: AuditLog;
  readonly serviceDiscovery: ServiceDiscoveryRepository;
  readonly cache: CacheRepository;
  readonly executionLocks: ExecutionLocks;
  readonly activeRuns: ActiveRuns;
}

type ConductTable = { readonly [Port in keyof AllPorts]: Readonly<Record<keyof AllPorts[Port], Conduct>> };

/** Every method of every port: a method that is missing here does not compile. */
export const CONDUCT = {
  scenarios: {
    create: 'spooled',
    getById: 'known',
    // Needs the version that the store has, which another process may have raised.
    update: 'refused',
    delete: 'refused',
    find: 'known',
    listAll: 'known',
    getByType: 'known',
    getByStatus: 'known',
    updateStatus: 'refused',
    searchByTag: 'known',
    getActiveScenarios: 'known',
  },
  testRuns: {
    create: 'spooled',
    getById: 'known',
    update: 'refused',
    delete: 'refused',
    startRun: 'spooled',
    completeRun: 'spooled',
    recordCompletion: 'spooled',
    updateStatus: 'spooled',
    find: 'known',
    getByScenario: 'known',
    getByStatus: 'known',
    getRunsByDateRange: 'known',
    getRecentRuns: 'known',
    getFailedRuns: 'known',
    // A figure over a part of the records would be wrong, and look right.
    calculatePassRate: 'refused',
    getAverageDuration: 'refused',
  },
  chaosEvents: {
    create: 'spooled',
    getById: 'known',
    update: 'refused',
    getByRun: 'known',
    getByType: 'known',
    getByService: 'known',
    updateStatus: 'spooled',
    recordRecovery: 'spooled',
    find: 'known',
    getActiveEvents: 'known',
    calculateAverageRecoveryTime: 'refused',
  },
  testResults: {
    create: 'spooled',
    getById: 'known',
    bulkCreate: 'spooled',
    importAll: 'spooled',
    find: 'known',
    getByRun: 'known',
    getByAssertionType: 'known',
    getByStatus: 'known',
    getFailedResults: 'known',
    getByCorrelationId: 'known',
    calculatePassRate: 'refused',
    countByStatus: 'refused',
    getAssertionStatistics: 'refused',
    compareRuns: 'refused',
    getAssertionHistories: 'refused',
  },
  // It reads what is known, and takes what is not for absent; its writes wait as one, and are stored as one or not at all.
  unitOfWork: { run: 'spooled' },
  auditLog: {
    append: 'spooled',
    // A part of the log would look like all of it.
    find: 'refused',
    listChains: 'refused',
    readChain: 'refused',
  },
  serviceDiscovery: {
    register: 'passed',
    deregister: 'passed',
    updateHeartbeat: 'passed',
    getServiceById: 'passed',
    getServiceByName: 'passed',
    listServicesByName: 'passed',
    listAllServices: 'passed',
    isServiceHealthy: 'passed',
    removeStaleServices: 'passed',
    getServiceCount: 'passed',
  },
  cache: {
    get: 'passed',
    set: 'passed',
    delete: 'passed',
    exists: 'passed',
    expire: 'passed',
    increment: 'passed',
    decrement: 'passed',
    getTtl: 'passed',
    getMany: 'passed',
    setMany: 'passed',
    deleteMany: 'passed',
    keys: 'passed',
    deletePattern: 'passed',
    flushAll: 'passed',
    getJson: 'passed',
    setJson: 'passed',
  },
  executionLocks: {
    acquire: 'passed',
    inspect: 'passed',
  },
  activeRuns: {
    publish: 'passed',
    get: 'passed',
    list: 'passed',
    clear: 'passed',
    watch: 'passed',
  },
} as const satisfies ConductTable;
