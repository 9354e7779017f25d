import {
  completeTestRun,
  FINAL_RUN_STATUSES,
  finalStatusRules,
  moveTestRun,
  newTestRun,
  recordedCompletionRules,
  recordTestRunCompletion,
  RUN_STATUSES,
  runCompletionRules,
  runPassRate,
  testRunChangeRules,
  type DurationStatistics,
  type ExcludedRun,
  type FinalRunStatus,
  type NewTestRun,
  type PassRate,
  type RunCompletion,
  type RunStatus,
  type TestRun,
  type TestRunChanges,
} from '@test-coordinator/domain';
import {
  checkDate,
  checkOneOf,
  checkScenarioId,
  checkTestRunFilter,
  checkUuid,
  checkVersion,
  DataAdapterError,
  readPage,
  refused,
  type CallOptions,
  type Page,
  type PageRequest,
  type TestRunFilter,
  type TestRunsRepository,
} from '@test-coordinator/ports';

import { durationStatisticsOf, DURATION_AGGREGATES } from './duration-aggregates.js';
import {
  assignments,
  guardedChange,
  disagreement,
  NO_FENCE,
  notFound,
  sendChange,
  versionConflict,
} from './record-changes.js';
import { RecordCreation } from './record-creation.js';
import { listById } from './record-lists.js';
import { RecordLookup } from './record-lookup.js';
import type { RecordTable } from './record-table.js';
import type { RepositoryContext } from './repository-context.js';
import { testRunConditions } from './run-conditions.js';
import { TestRunMoves } from './test-run-moves.js';
import type { Session } from './session.js';

export class PostgresTestRunsRepository implements TestRunsRepository {
  readonly #table: RecordTable<TestRun>;
  readonly #creation: RecordCreation<TestRun>;
  readonly #lookup: RecordLookup<TestRun>;
  readonly #moves: TestRunMoves;

  constructor(private readonly context: RepositoryContext) {
    const { session, tables } = context;
    this.#table = tables.runs;
    this.#creation = new RecordCreation(session, this.#table, {
      parent: {
        name: tables.scenarios.name,
        column: 'scenario_id',
        entity: 'scenario',
        property: 'scenarioId',
      },
      movesOn: true,
      otherRefusal: (where, run) => this.#externalIdTaken(where, run),
    });
    this.#lookup = new RecordLookup(session, this.#table);
    this.#moves = new TestRunMoves(session, this.#table);
  }

  create(run: NewTestRun, options?: CallOptions): Promise<TestRun> {
    const { session, clock, ids } = this.context;
    return session.write('testRuns.create', options, () =>
      this.#creation.create(refused(() => newTestRun(run, () => ids.next(), clock.now()))),
    );
  }

  getById(runId: string, options?: CallOptions): Promise<TestRun | null> {
    return this.context.session.read('testRuns.getById', options, () => {
      checkUuid(runId, 'runId');
      return this.#lookup.find(runId);
    });
  }

  update(runId: string, version: number, changes: TestRunChanges, options?: CallOptions): Promise<TestRun> {
    return this.context.session.write('testRuns.update', options, async () => {
      checkUuid(runId, 'runId');
      checkVersion(version);
      const fields = refused(() => testRunChangeRules.read(changes));
      const { set, values, shape } = assignments(this.#table, fields, 4);
      const change = guardedChange(this.#table, {
        name: `run-update-${shape}`,
        set: `updated_at = $3, ${set}`,
        guard: 't.version = $2',
        fence: NO_FENCE,
      });
      const now = this.context.clock.now().toISOString();
      const outcome = await sendChange(this.context.session, this.#table, change, [
        runId,
        version,
        now,
        ...values,
      ]).catch((error: unknown) => {
        throw DataAdapterError.is(error) && error.code === 'ALREADY_EXISTS' ? externalIdTaken(runId) : error;
      });
      if (outcome === undefined) throw notFound('run', runId);
      if ('changed' in outcome) return outcome.changed;
      if (outcome.unchanged.version !== version) throw versionConflict('run', runId, version);
      throw disagreement('run', runId);
    });
  }

  delete(runId: string, options?: CallOptions): Promise<boolean> {
    return this.context.session.write('testRuns.delete', options, async () => {
      checkUuid(runId, 'runId');
      const text = `DELETE FROM ${this.#table.name} WHERE run_id = $1 RETURNING 1`;
      return (await this.context.session.query({ name: 'run-delete', text }, [runId], 'write')).length > 0;
    });
  }

  startRun(runId: string, options?: CallOptions): Promise<TestRun> {
    return this.updateStatus(runId, 'running', options);
  }

  completeRun(
    runId: string,
    status: FinalRunStatus,
    details: RunCompletion = {},
    options?: CallOptions,
  ): Promise<TestRun> {
    return this.context.session.write('testRuns.completeRun', options, () => {
      checkUuid(runId, 'runId');
      refused(() => finalStatusRules.read({ status }));
      const said = refused(() => runCompletionRules.read(details));
      const now = this.context.clock.now();
      return this.#moves.complete(runId, { status, now, ...said }, options, (run) =>
        completeTestRun(run, status, said, now),
      );
    });
  }

  recordCompletion(
    runId: string,
    exitCode: number,
    durationMs: number,
    options?: CallOptions,
  ): Promise<TestRun> {
    return this.context.session.write('testRuns.recordCompletion', options, () => {
      checkUuid(runId, 'runId');
      refused(() => recordedCompletionRules.read({ exitCode, durationMs }));
      const now = this.context.clock.now();
      const status = exitCode === 0 ? 'passed' : 'failed';
      return this.#moves.complete(runId, { status, now, exitCode, durationMs }, options, (run) =>
        recordTestRunCompletion(run, exitCode, durationMs, now),
      );
    });
  }

  updateStatus(runId: string, status: RunStatus, options?: CallOptions): Promise<TestRun> {
    return this.context.session.write('testRuns.updateStatus', options, () => {
      checkUuid(runId, 'runId');
      checkOneOf(status, RUN_STATUSES, 'status');
      const now = this.context.clock.now();
      const judge = (run: TestRun): TestRun => moveTestRun(run, status, now);
      return isFinal(status)
        ? this.#moves.complete(runId, { status, now }, options, judge)
        : this.#moves.start(runId, { status, now }, options, judge);
    });
  }

  find(filter: TestRunFilter, page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>> {
    return this.context.session.read('testRuns.find', options, () => this.#list(filter, page));
  }

  getByScenario(scenarioId: string, page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>> {
    return this.context.session.read('testRuns.getByScenario', options, () => {
      checkScenarioId(scenarioId);
      return this.#list({ scenarioId }, page);
    });
  }

  getByStatus(status: RunStatus, page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>> {
    return this.context.session.read('testRuns.getByStatus', options, () => {
      checkOneOf(status, RUN_STATUSES, 'status');
      return this.#list({ statuses: [status] }, page);
    });
  }

  getRunsByDateRange(
    from: Date,
    to: Date,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<Page<TestRun>> {
    return this.context.session.read('testRuns.getRunsByDateRange', options, () => {
      checkDate(from, 'from');
      checkDate(to, 'to');
      return this.#list({ from, to }, page);
    });
  }

  getRecentRuns(page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>> {
    return this.find({}, page, options);
  }

  getFailedRuns(page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>> {
    return this.find({ statuses: ['failed'] }, page, options);
  }

  calculatePassRate(filter: TestRunFilter = {}, options?: CallOptions): Promise<PassRate<ExcludedRun>> {
    return this.context.session.read('testRuns.calculatePassRate', options, async () => {
      const conditions = testRunConditions(checkTestRunFilter(filter), this.context.tables);
      const text = `SELECT status, count(*), count(*) FILTER (WHERE unverified) FROM ${this.#table.name} t WHERE ${conditions.sql} GROUP BY status`;
      const rows = await this.context.session.query({ text }, conditions.values, 'read');
      const counts = Object.fromEntries(RUN_STATUSES.map((status) => [status, 0])) as Record<
        RunStatus,
        number
      >;
      let unverified = 0;
      for (const [status, count, ofThemUnverified] of rows as readonly [RunStatus, number, number][]) {
        counts[status] = count;
        if (status === 'passed') unverified = ofThemUnverified;
      }
      return runPassRate(counts, unverified);
    });
  }

  getAverageDuration(filter: TestRunFilter = {}, options?: CallOptions): Promise<DurationStatistics> {
    return this.context.session.read('testRuns.getAverageDuration', options, async () => {
      const conditions = testRunConditions(checkTestRunFilter(filter), this.context.tables);
      const text = `SELECT ${DURATION_AGGREGATES('t.duration_ms')} FROM ${this.#table.name} t WHERE ${conditions.sql}`;
      const [row] = await this.context.session.query({ text }, conditions.values, 'read');
      return durationStatisticsOf(row!);
    });
  }

  #list(filter: TestRunFilter, page: PageRequest | undefined): Promise<Page<TestRun>> {
    const conditions = testRunConditions(checkTestRunFilter(filter), this.context.tables);
    return listById(this.context.session, this.#table, conditions, readPage(page, 'id'), 'newest');
  }

  async #externalIdTaken(session: Session, run: TestRun): Promise<DataAdapterError | undefined> {
    if (run.externalId === undefined) return undefined;
    // The run itself may be stored since the statement began: then it is sent again, and finds it.
    const text = `SELECT 1 FROM ${this.#table.name} WHERE external_id = $1 AND run_id <> $2`;
    const taken = await session.query(
      { name: 'run-by-external-id', text },
      [run.externalId, run.runId],
      'read',
    );
    return taken.length === 0 ? undefined : externalIdTaken(run.runId);
  }
}

function isFinal(status: RunStatus): status is FinalRunStatus {
  return (FINAL_RUN_STATUSES as readonly RunStatus[]).includes(status);
}

function externalIdTaken(id: string): DataAdapterError {
  return new DataAdapterError(
    'ALREADY_EXISTS',
    `run ${id}: another run has this externalId; give it one of its own`,
    {
      entity: 'run',
      id,
      details: { field: 'externalId' },
    },
  );
}
