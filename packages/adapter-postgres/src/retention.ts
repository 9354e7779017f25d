import { refuse, throwIfAborted, type CallOptions, type Clock } from '@test-coordinator/ports';

import type { PoolSession } from './session.js';
import type { Tables } from './tables.js';
import { runInTransaction, type UnitSession } from './unit-session.js';

/** For how many days records are kept, counted from their creation (scenarios: from their last change). */
export interface RetentionPolicy {
  readonly testRunsDays: number;
  readonly chaosEventsDays: number;
  readonly testResultsDays: number;
  readonly scenariosDays: number;
}
export interface RetentionOptions extends CallOptions {
  /** Count what would go, and leave it. @default false */
  readonly dryRun?: boolean;
}
export interface RetentionReport {
  readonly runs: number;
  /** Events and results, which go with their run. */
  readonly children: number;
  readonly scenarios: number;
  /** Another instance is at it; this one has stopped. */
  readonly isElsewhere: boolean;
}

/** Rows of one transaction: some 20 ms of locks (measured: 5,000 rows of 5 million in 10 ms). */
const BATCH = 5_000;
const DAY_MS = 86_400_000;

/**
 * Deletes old runs with all that belongs to them, and old scenarios that nothing refers to, in small transactions of one
 * instance at a time. A run goes as a whole, once the longest of its three limits is over; a pinned run never goes.
 */
export class PostgresRetention {
  constructor(
    private readonly session: PoolSession,
    private readonly tables: Tables,
    private readonly schema: string,
    private readonly clock: Clock,
  ) {}

  /** Codes: `INVALID_ARGUMENT` for days that are no whole number from 1. Stops between two batches when the signal is aborted. */
  apply(policy: RetentionPolicy, options: RetentionOptions = {}): Promise<RetentionReport> {
    const { dryRun = false, ...call } = options;
    return this.session.write('retention.apply', call, async () => {
      for (const [days, value] of Object.entries(policy)) {
        if (!Number.isSafeInteger(value) || value < 1) refuse(days, 'must be a whole number of days from 1');
      }
      const { testRunsDays, chaosEventsDays, testResultsDays, scenariosDays } = policy;
      const now = this.clock.now().getTime();
      const before = (days: number): string => new Date(now - days * DAY_MS).toISOString();
      const runsBefore = before(Math.max(testRunsDays, chaosEventsDays, testResultsDays));
      const scenariosBefore = before(scenariosDays);
      return dryRun
        ? this.#count(runsBefore, scenariosBefore)
        : this.#delete(runsBefore, scenariosBefore, call);
    });
  }

  async #count(runsBefore: string, scenariosBefore: string): Promise<RetentionReport> {
    const { runs, events, results } = this.tables;
    const text = `WITH gone AS (SELECT run_id FROM ${runs.name} WHERE NOT pinned AND created_at < $1)
SELECT (SELECT count(*) FROM gone),
  (SELECT count(*) FROM ${events.name} WHERE run_id IN (SELECT run_id FROM gone))
    + (SELECT count(*) FROM ${results.name} WHERE run_id IN (SELECT run_id FROM gone)),
  (SELECT count(*) FROM (${this.#scenariosToGo('$2', '$1')}) AS s)`;
    const [row] = await this.session.query({ text }, [runsBefore, scenariosBefore], 'read');
    const [runCount, children, scenarios] = row as readonly [number, number, number];
    return { runs: runCount, children, scenarios, isElsewhere: false };
  }

  async #delete(runsBefore: string, scenariosBefore: string, options: CallOptions): Promise<RetentionReport> {
    const report = { runs: 0, children: 0, scenarios: 0 };
    for (const step of [
      (unit: UnitSession) => this.#takeRun(unit, runsBefore),
      (unit: UnitSession) => this.#takeScenarios(unit, scenariosBefore),
    ]) {
      for (let isMore = true; isMore;) {
        throwIfAborted(options);
        const taken = await this.#alone(step);
        if (taken === undefined) return { ...report, isElsewhere: true };
        report.runs += taken.runs;
        report.children += taken.children;
        report.scenarios += taken.scenarios;
        isMore = taken.runs + taken.children + taken.scenarios > 0;
      }
    }
    return { ...report, isElsewhere: false };
  }

  /** One transaction under the lock that ends with it; `undefined` when another instance has the lock. */
  #alone(step: (unit: UnitSession) => Promise<Taken>): Promise<Taken | undefined> {
    return runInTransaction(this.session, async (unit) => {
      const text = 'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))';
      const [row] = await unit.query({ text }, [`test-coordinator retention of ${this.schema}`]);
      return row?.[0] === true ? step(unit) : undefined;
    });
  }

  /** Some of the children of the oldest run, or at last the run itself. */
  async #takeRun(unit: UnitSession, before: string): Promise<Taken> {
    const { runs } = this.tables;
    const oldest = `SELECT run_id FROM ${runs.name} WHERE NOT pinned AND created_at < $1 ORDER BY created_at, run_id LIMIT 1`;
    const [run] = await unit.query({ text: oldest }, [before]);
    if (run === undefined) return { runs: 0, children: 0, scenarios: 0 };
    const some = `SELECT "${this.schema}".delete_some_children_of_run($1, $2)`;
    const [taken] = await unit.query({ text: some }, [run[0], BATCH]);
    const children = taken?.[0] as number;
    if (children === BATCH) return { runs: 0, children, scenarios: 0 };
    const text = `DELETE FROM ${runs.name} WHERE run_id = $1 AND NOT pinned RETURNING 1`;
    const deleted = await unit.query({ text }, [run[0]]);
    return { runs: deleted.length, children, scenarios: 0 };
  }

  async #takeScenarios(unit: UnitSession, before: string): Promise<Taken> {
    const { scenarios } = this.tables;
    const text = `DELETE FROM ${scenarios.name} WHERE scenario_id IN (${this.#scenariosToGo('$1')} LIMIT ${BATCH}) RETURNING 1`;
    const deleted = await unit.query({ text }, [before]);
    return { runs: 0, children: 0, scenarios: deleted.length };
  }

  /** @param runsBefore For a dry run: runs that would go by then refer to nothing any more. */
  #scenariosToGo(before: string, runsBefore?: string): string {
    const { scenarios, runs } = this.tables;
    const stays = runsBefore === undefined ? '' : ` AND (r.pinned OR r.created_at >= ${runsBefore})`;
    return `SELECT s.scenario_id FROM ${scenarios.name} s WHERE s.updated_at < ${before}
  AND NOT EXISTS (SELECT FROM ${runs.name} r WHERE r.scenario_id = s.scenario_id${stays})
  AND s.scenario_id NOT IN (SELECT unnest(o.depends_on) FROM ${scenarios.name} o)`;
  }
}

interface Taken {
  readonly runs: number;
  readonly children: number;
  readonly scenarios: number;
}
