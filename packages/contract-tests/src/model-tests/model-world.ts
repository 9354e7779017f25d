import type { Ports } from '../adapter-harness.js';
import { ActiveRunsModel } from '../model/active-runs-model.js';
import { CacheModel } from '../model/cache-model.js';
import { ChaosEventsModel } from '../model/chaos-events-model.js';
import { LocksModel } from '../model/locks-model.js';
import { RecordsState } from '../model/records-state.js';
import { ScenariosModel } from '../model/scenarios-model.js';
import { ServiceDiscoveryModel } from '../model/service-discovery-model.js';
import { TestResultsModel } from '../model/test-results-model.js';
import { TestRunsModel } from '../model/test-runs-model.js';
import type { Synchronous } from '../model/synchronous.js';
import { SequentialIds } from '../sequential-ids.js';
import type { Trial } from '../trial.js';
import type { ModelledLease } from './lock-commands.js';

/** The ports that commands call one by one. What an audit log answers follows from one append to the next. */
export type ModelledPort = Exclude<keyof Ports, 'unitOfWork' | 'executionLocks' | 'auditLog'>;

/**
 * Age and life in the worlds of model tests: a few steps of `advance` reach them. That of live states is longer than any
 * run lasts, where the store keeps the clock.
 */
export const MODEL_SETTINGS = { staleThresholdMs: 2_000, defaultTtlSeconds: 3, activeRunTtlMs: 60_000 };

/** The models of one run, beside the world that they are compared with. */
export class ModelWorld {
  readonly state = new RecordsState();
  readonly ports: { readonly [Name in ModelledPort]: Synchronous<Ports[Name]> };
  readonly locks: LocksModel;
  /** Those that were granted in this run, in order. */
  readonly leases: ModelledLease[] = [];
  readonly activeRuns: ActiveRunsModel;
  /** The last event of live state that a watcher of this run has seen, there and in the model. */
  seen: { readonly id: string; readonly place: number } | undefined;
  readonly #cache: CacheModel;
  readonly #serviceDiscovery: ServiceDiscoveryModel;

  constructor({ clock }: Trial) {
    const ids = new SequentialIds();
    this.activeRuns = new ActiveRunsModel(clock, MODEL_SETTINGS.activeRunTtlMs);
    this.locks = new LocksModel(clock);
    this.#cache = new CacheModel(clock, MODEL_SETTINGS.defaultTtlSeconds);
    this.#serviceDiscovery = new ServiceDiscoveryModel(clock, MODEL_SETTINGS.staleThresholdMs);
    this.ports = {
      scenarios: new ScenariosModel(this.state, clock),
      testRuns: new TestRunsModel(this.state, clock, ids),
      chaosEvents: new ChaosEventsModel(this.state, clock, ids),
      testResults: new TestResultsModel(this.state, clock, ids),
      serviceDiscovery: this.#serviceDiscovery,
      cache: this.#cache,
      activeRuns: this.activeRuns,
    };
  }

  /** When the next entry or state expires, instance grows stale or lock lapses, in milliseconds from now. */
  msToNextEdge(): number | undefined {
    const edges = [
      this.#cache.msToNextExpiry(),
      this.#serviceDiscovery.msToNextStale(),
      this.locks.msToNextLapse(),
      this.activeRuns.msToNextExpiry(),
    ];
    const ahead = edges.filter((ms) => ms !== undefined);
    return ahead.length === 0 ? undefined : Math.min(...ahead);
  }
}
