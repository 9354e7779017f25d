import {
  DEFAULT_ACTIVE_RUN_TTL_MS,
  DEFAULT_CACHE_TTL_SECONDS,
  DEFAULT_STALE_THRESHOLD_MS,
  DEFAULT_WATCH_WINDOW,
  DataAdapterError,
  type Repositories,
} from '@test-coordinator/ports';

import type { WorldDependencies } from '../adapter-harness.js';
import { CacheModel } from '../model/cache-model.js';
import { ActiveRunsModel } from '../model/active-runs-model.js';
import { AuditLogModel } from '../model/audit-log-model.js';
import { LocksModel } from '../model/locks-model.js';
import { ChaosEventsModel } from '../model/chaos-events-model.js';
import { RecordsState, type Row } from '../model/records-state.js';
import { ScenariosModel } from '../model/scenarios-model.js';
import { ServiceDiscoveryModel } from '../model/service-discovery-model.js';
import type { Synchronous } from '../model/synchronous.js';
import { TestResultsModel } from '../model/test-results-model.js';
import { TestRunsModel } from '../model/test-runs-model.js';

export type RecordModels = { readonly [Name in keyof Repositories]: Synchronous<Repositories[Name]> };

const TABLES = ['scenarios', 'runs', 'events', 'results'] as const;

/** The models of one world, which all clients of the world share. */
export class ReferenceStore {
  readonly state = new RecordsState();
  readonly models: RecordModels;
  readonly serviceDiscovery: ServiceDiscoveryModel;
  readonly cache: CacheModel;
  readonly locks: LocksModel;
  readonly activeRuns: ActiveRunsModel;
  readonly auditLog = new AuditLogModel();
  readonly watchWindow: number;
  /** How the link to the store is: calls fail while it is not `up`. */
  link: 'up' | 'reset' | 'freeze' = 'up';

  constructor(private readonly dependencies: WorldDependencies) {
    const { clock, staleThresholdMs, defaultTtlSeconds, activeRunTtlMs, watchWindow } = dependencies;
    this.models = this.modelsOf(this.state);
    this.serviceDiscovery = new ServiceDiscoveryModel(clock, staleThresholdMs ?? DEFAULT_STALE_THRESHOLD_MS);
    this.activeRuns = new ActiveRunsModel(clock, activeRunTtlMs ?? DEFAULT_ACTIVE_RUN_TTL_MS);
    this.watchWindow = watchWindow ?? DEFAULT_WATCH_WINDOW;
    this.locks = new LocksModel(clock);
    this.cache = new CacheModel(clock, defaultTtlSeconds ?? DEFAULT_CACHE_TTL_SECONDS);
  }

  modelsOf(state: RecordsState): RecordModels {
    const { clock, ids } = this.dependencies;
    return {
      scenarios: new ScenariosModel(state, clock),
      testRuns: new TestRunsModel(state, clock, ids),
      chaosEvents: new ChaosEventsModel(state, clock, ids),
      testResults: new TestResultsModel(state, clock, ids),
    };
  }

  /**
   * Takes the rows that `unit` changed since `before` into the store, all or none.
   * @throws DataAdapterError `VERSION_CONFLICT` when somebody else changed one of them.
   */
  commit(before: RecordsState, unit: RecordsState): void {
    const merged = this.state.copy();
    for (const table of TABLES) {
      const rows = new Map<string, Row<unknown>>(this.state[table]);
      for (const id of new Set([...before[table].keys(), ...unit[table].keys()])) {
        const row = unit[table].get(id);
        if (row === before[table].get(id)) continue;
        if (rows.get(id) !== before[table].get(id)) {
          throw new DataAdapterError(
            'VERSION_CONFLICT',
            `${table} ${id} has changed; read again and retry the unit`,
          );
        }
        if (row === undefined) rows.delete(id);
        else rows.set(id, row);
      }
      Object.assign(merged, { [table]: rows });
    }
    if ([...merged.runs.values()].some(({ record }) => !merged.scenarios.has(record.scenarioId))) {
      throw new DataAdapterError(
        'VERSION_CONFLICT',
        'a scenario that the unit relied on is gone; retry the unit',
      );
    }
    Object.assign(this.state, merged);
  }
}
