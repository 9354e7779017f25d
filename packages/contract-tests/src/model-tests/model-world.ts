import type { Ports } from '../adapter-harness.js';
import { CacheModel } from '../model/cache-model.js';
import { ChaosEventsModel } from '../model/chaos-events-model.js';
import { RecordsState } from '../model/records-state.js';
import { ScenariosModel } from '../model/scenarios-model.js';
import { ServiceDiscoveryModel } from '../model/service-discovery-model.js';
import { TestResultsModel } from '../model/test-results-model.js';
import { TestRunsModel } from '../model/test-runs-model.js';
import type { Synchronous } from '../model/synchronous.js';
import { SequentialIds } from '../sequential-ids.js';
import type { Trial } from '../trial.js';

/** The ports that commands call one by one. */
export type ModelledPort = Exclude<keyof Ports, 'unitOfWork'>;

/** Age and life in the worlds of model tests: a few steps of `advance` reach them. */
export const MODEL_SETTINGS = { staleThresholdMs: 2_000, defaultTtlSeconds: 3 };

/** The models of one run, beside the world that they are compared with. */
export class ModelWorld {
  readonly state = new RecordsState();
  readonly ports: { readonly [Name in ModelledPort]: Synchronous<Ports[Name]> };
  readonly #cache: CacheModel;
  readonly #serviceDiscovery: ServiceDiscoveryModel;

  constructor({ clock }: Trial) {
    const ids = new SequentialIds();
    this.#cache = new CacheModel(clock, MODEL_SETTINGS.defaultTtlSeconds);
    this.#serviceDiscovery = new ServiceDiscoveryModel(clock, MODEL_SETTINGS.staleThresholdMs);
    this.ports = {
      scenarios: new ScenariosModel(this.state, clock),
      testRuns: new TestRunsModel(this.state, clock, ids),
      chaosEvents: new ChaosEventsModel(this.state, clock, ids),
      testResults: new TestResultsModel(this.state, clock, ids),
      serviceDiscovery: this.#serviceDiscovery,
      cache: this.#cache,
    };
  }

  /** When the next entry expires or the next instance grows stale, in milliseconds from now. */
  msToNextEdge(): number | undefined {
    const edges = [this.#cache.msToNextExpiry(), this.#serviceDiscovery.msToNextStale()];
    const ahead = edges.filter((ms) => ms !== undefined);
    return ahead.length === 0 ? undefined : Math.min(...ahead);
  }
}
