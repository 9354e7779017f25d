import {
  changeTestRun,
  completeTestRun,
  durationStatistics,
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
  checkUuid,
  checkVersion,
  readPage,
  type CallOptions,
  type Page,
  type PageRequest,
  type TestRunFilter,
  type TestRunsRepository,
} from '@test-coordinator/ports';

import { pageOf } from './page-of.js';
import { selectRuns, selectScenarios } from './record-filters.js';
import { checkFenceIsCurrent, isExternalIdTaken } from './record-rules.js';
import type { RunIndex } from './record-shapes.js';
import { checkSameCreation, externalIdTaken, notFound, unknownParent, versionConflict } from './refusals.js';
import type { RepositoryContext } from './repository-context.js';
import type { Selection } from './selection.js';
import type { Stored } from './stored.js';

const createdIds = ({ runId }: TestRun) => ({ runId });

/** Runs in memory. */
export class StubTestRunsRepository implements TestRunsRepository {
  readonly #context: RepositoryContext;

  constructor(context: RepositoryContext) {
    this.#context = context;
  }

  create(run: NewTestRun, options?: CallOptions): Promise<TestRun> {
    const { records, calls, clock, ids } = this.#context;
    return calls.write('testRuns.create', createdIds, options, () => {
      const created = newTestRun(run, () => ids.next(), clock.now());
      const { runId, scenarioId, externalId } = created;
      const stored = records.runs.get(runId);
      if (stored !== undefined) {
        checkSameCreation('run', stored, created);
        return stored.record;
      }
      if (records.scenarios.get(scenarioId) === undefined) {
        throw unknownParent('run', runId, 'scenario', scenarioId, 'scenarioId');
      }
      if (externalId !== undefined && isExternalIdTaken(records, runId, externalId))
        throw externalIdTaken(runId);
      records.runs.insert(created);
      return created;
    });
  }

  getById(runId: string, options?: CallOptions): Promise<TestRun | null> {
    const { records, calls } = this.#context;
    return calls.read('testRuns.getById', { runId }, options, () => {
      const stored = records.runs.get(runId);
      // An id that is there is sound: only the others need the check.
      if (stored === undefined) checkUuid(runId, 'runId');
      return stored?.record ?? null;
    });
  }

  update(runId: string, version: number, changes: TestRunChanges, options?: CallOptions): Promise<TestRun> {
    const { records, calls, clock } = this.#context;
    return calls.write('testRuns.update', { runId }, options, () => {
      checkUuid(runId, 'runId');
      checkVersion(version);
      const read = testRunChangeRules.read(changes);
      const stored = this.#existing(runId);
      const actual = stored.record.version;
      if (actual !== version) throw versionConflict('run', runId, { expected: version, actual });
      const changed = changeTestRun(stored.record, read, clock.now());
      const { externalId } = changed;
      if (externalId !== undefined && isExternalIdTaken(records, runId, externalId))
        throw externalIdTaken(runId);
      records.replaceRun(stored, changed);
      return changed;
    });
  }

  delete(runId: string, options?: CallOptions): Promise<boolean> {
    const { records, calls } = this.#context;
    return calls.write('testRuns.delete', { runId }, options, () => {
      checkUuid(runId, 'runId');
      const stored = records.runs.get(runId);
      if (stored === undefined) return false;
      records.deleteRun(stored);
      return true;
    });
  }

  startRun(runId: string, options?: CallOptions): Promise<TestRun> {
    return this.#move('testRuns.startRun', runId, options, (run, now) => moveTestRun(run, 'running', now));
  }

  completeRun(
    runId: string,
    status: FinalRunStatus,
    details: RunCompletion = {},
    options?: CallOptions,
  ): Promise<TestRun> {
    const check = (): void => {
      finalStatusRules.read({ status });
      runCompletionRules.read(details);
    };
    const complete = (run: TestRun, now: Date): TestRun => completeTestRun(run, status, details, now);
    return this.#move('testRuns.completeRun', runId, options, complete, check);
  }

  recordCompletion(
    runId: string,
    exitCode: number,
    durationMs: number,
    options?: CallOptions,
  ): Promise<TestRun> {
    const check = (): unknown => recordedCompletionRules.read({ exitCode, durationMs });
    const record = (run: TestRun, now: Date): TestRun =>
      recordTestRunCompletion(run, exitCode, durationMs, now);
    return this.#move('testRuns.recordCompletion', runId, options, record, check);
  }

  updateStatus(runId: string, status: RunStatus, options?: CallOptions): Promise<TestRun> {
    const check = (): void => checkOneOf(status, RUN_STATUSES, 'status');
    const move = (run: TestRun, now: Date): TestRun => moveTestRun(run, status, now);
    return this.#move('testRuns.updateStatus', runId, options, move, check);
  }

  find(filter: TestRunFilter, page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>> {
    return this.#list('testRuns.find', () => filter, page, options);
  }

  getByScenario(scenarioId: string, page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>> {
    const filter = (): TestRunFilter => {
      checkScenarioId(scenarioId);
      return { scenarioId };
    };
    return this.#list('testRuns.getByScenario', filter, page, options);
  }

  getByStatus(status: RunStatus, page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>> {
    const filter = (): TestRunFilter => {
      checkOneOf(status, RUN_STATUSES, 'status');
      return { statuses: [status] };
    };
    return this.#list('testRuns.getByStatus', filter, page, options);
  }

  getRunsByDateRange(
    from: Date,
    to: Date,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<Page<TestRun>> {
    const filter = (): TestRunFilter => {
      checkDate(from, 'from');
      checkDate(to, 'to');
      return { from, to };
    };
    return this.#list('testRuns.getRunsByDateRange', filter, page, options);
  }

  getRecentRuns(page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>> {
    return this.#list('testRuns.getRecentRuns', () => ({}), page, options);
  }

  getFailedRuns(page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>> {
    return this.#list('testRuns.getFailedRuns', () => ({ statuses: ['failed'] }), page, options);
  }

  calculatePassRate(filter: TestRunFilter = {}, options?: CallOptions): Promise<PassRate<ExcludedRun>> {
    const { records, calls } = this.#context;
    return calls.read('testRuns.calculatePassRate', {}, options, () => {
      const { unverified, ...byStatus } = records.runs.counts(this.#select(filter));
      return runPassRate(byStatus, unverified);
    });
  }

  getAverageDuration(filter: TestRunFilter = {}, options?: CallOptions): Promise<DurationStatistics> {
    const { records, calls } = this.#context;
    return calls.read('testRuns.getAverageDuration', {}, options, () => {
      const durations: number[] = [];
      for (const { record } of records.runs.scan(this.#select(filter), { direction: 'ascending' })) {
        if (record.durationMs !== undefined) durations.push(record.durationMs);
      }
      return durationStatistics(durations);
    });
  }

  #move(
    operation: string,
    runId: string,
    options: CallOptions | undefined,
    move: (run: TestRun, now: Date) => TestRun,
    check?: () => unknown,
  ): Promise<TestRun> {
    const { records, calls, clock } = this.#context;
    return calls.write(operation, { runId }, options, () => {
      checkUuid(runId, 'runId');
      check?.();
      const stored = this.#existing(runId);
      checkFenceIsCurrent(records, runId, 'run', runId, options);
      const moved = move(stored.record, clock.now());
      if (moved === stored.record) return moved;
      records.replaceRun(stored, moved);
      if (options?.fence !== undefined) records.raiseFence(runId, options.fence);
      return moved;
    });
  }

  #list(
    operation: string,
    filter: () => TestRunFilter,
    page: PageRequest | undefined,
    options: CallOptions | undefined,
  ): Promise<Page<TestRun>> {
    const { records, calls } = this.#context;
    return calls.read(operation, {}, options, () => {
      const selection = this.#select(filter());
      return pageOf(records.runs, selection, readPage(page, 'id'), 'descending');
    });
  }

  #select(filter: TestRunFilter): Selection<TestRun, RunIndex> {
    return selectRuns(filter, (scenarioFilter) => {
      const scenarios = this.#context.records.scenarios.scan(selectScenarios(scenarioFilter), {
        direction: 'ascending',
      });
      return Array.from(scenarios, ({ id }) => id);
    });
  }

  #existing(runId: string): Stored<TestRun> {
    const stored = this.#context.records.runs.get(runId);
    if (stored === undefined) throw notFound('run', runId);
    return stored;
  }
}
