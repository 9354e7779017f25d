import type {
  ActiveRuns,
  AdapterLifecycle,
  AuditLog,
  CacheRepository,
  Clock,
  ExecutionLocks,
  IdGenerator,
  Repositories,
  ServiceDiscoveryRepository,
  UnitOfWork,
} from '@test-coordinator/ports';

/** Every port, by the name that a manifest lists it under. */
export interface Ports extends Repositories {
  readonly serviceDiscovery: ServiceDiscoveryRepository;
  readonly cache: CacheRepository;
  readonly executionLocks: ExecutionLocks;
  readonly activeRuns: ActiveRuns;
  readonly auditLog: AuditLog;
  readonly unitOfWork: UnitOfWork;
}
export type PortName = keyof Ports;

/** What an adapter can do, or the reason why it cannot: the reason is printed with the counter-test. */
export type Capability = true | { readonly no: string };

/**
 * Whose time counts. `manual`: the clock that `openWorld` was given, moved by hand. `store`: the backend's own clock;
 * the suite then waits in real time, with ttl and thresholds of at most 250 ms.
 */
export type ClockCapability =
  | { readonly kind: 'manual' }
  /** `granularityMs`: how late the store may notice that a time has come. */
  | { readonly kind: 'store'; readonly granularityMs: number };

/** An adapter's manifest: a closed list, tested in both directions. */
export interface AdapterCapabilities {
  /** The ports that a world has. `chaosEvents` and `testResults` need `testRuns`, which needs `scenarios`. */
  readonly ports: readonly PortName[];
  /** What was stored is there after `reopen()`. Off: a reopened world is empty. */
  readonly durable: Capability;
  /** `peer()` sees the same data. Off: a world has no `peer`. */
  readonly shared: Capability;
  /** `unitOfWork.run` commits and rolls back as one. Off: it rejects with `UNSUPPORTED` and does not run the work. */
  readonly transactions: Capability;
  /** `interrupt()` cuts the link to the backend. Off: a world has no `interrupt`. */
  readonly interruptible: Capability;
  readonly clock: ClockCapability;
  /** Longest cache key, where a namespace is put before each and leaves less. @default MAX_CACHE_KEY_LENGTH */
  readonly cacheKeyLength?: number;
}

/** What a world is opened with. */
export interface WorldDependencies {
  readonly clock: Clock;
  readonly ids: IdGenerator;
  /** Age from which an instance is stale; left out is the adapter's default. */
  readonly staleThresholdMs?: number;
  /** How long a cache entry lives when a write names no ttl; left out is the adapter's default. */
  readonly defaultTtlSeconds?: number;
  /** How long a live state stands when nobody publishes it again; left out is the adapter's default. */
  readonly activeRunTtlMs?: number;
  /** How many of the latest changes of live states are kept at least; left out is the adapter's default. */
  readonly watchWindow?: number;
}

/** One empty, isolated store with an adapter on it, which the suite starts. */
export interface World {
  /** Exactly the ports that the manifest lists. */
  readonly ports: Partial<Ports>;
  /** The life of the adapter that `ports` belong to; not started yet. */
  readonly lifecycle: AdapterLifecycle;
  /** The ports of another started client of the same data, with connections of its own. */
  readonly peer?: () => Promise<Partial<Ports>>;
  /** Opens the same data again, with an adapter that is not started yet; the suite has stopped this one. */
  readonly reopen?: () => Promise<World>;
  /** Cuts (`reset`) or freezes (`freeze`) the link to the backend; the function that it answers with heals it. */
  readonly interrupt?: (kind: 'reset' | 'freeze') => Promise<() => Promise<void>>;
  /** Stops the adapter unless it is stopped, and lets go of everything. Data may stay for a person to look at. */
  close(): Promise<void>;
}

/** How the suite gets at an adapter. */
export interface AdapterHarness {
  /** Used in titles alone (`postgres`); the suite never branches on it. */
  readonly name: string;
  readonly capabilities: AdapterCapabilities;
  /** Once per contract: reaches the backend and migrates. Rejects with a hint when it cannot; never skips. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Once per test, and once per run of a model test: an empty world. One world of a harness is open at a time. */
  openWorld(dependencies: WorldDependencies): Promise<World>;
}

/** How much is tried, and from which seed. */
export interface ContractOptions {
  /** Seed of every random choice; printed in the title. @default a random one */
  readonly seed?: number;
  /** Runs of each property and model test. @default 60 */
  readonly runs?: number;
  /** Longest list of commands in one run of a model test. @default 40 */
  readonly maxCommands?: number;
  /** How long one test may take, in milliseconds. @default 30000 */
  readonly timeoutMs?: number;
}
