import {
  finalStatusRules,
  newTestRunRules,
  recordedCompletionRules,
  RUN_STATUSES,
  runCompletionRules,
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
  readPage,
  type CallOptions,
  type IdGenerator,
  type Page,
  type PageRequest,
  type TestRunFilter,
  type TestRunsRepository,
} from '@test-coordinator/ports';

import { pageReader, readFigures, readTestRun } from './answer-readers.js';
import type { Asked, CoordinatorCalls } from './coordinator-calls.js';
import type { OperationName } from './operations.js';

const readTestRuns = pageReader(readTestRun);

/** Runs over HTTP. Their ids are minted here, so that a run whose answer was lost can be sent again. */
export class HttpTestRunsRepository implements TestRunsRepository {
  readonly #calls: CoordinatorCalls;
  readonly #ids: IdGenerator;

  constructor(calls: CoordinatorCalls, ids: IdGenerator) {
    this.#calls = calls;
    this.#ids = ids;
  }

  create(run: NewTestRun, options?: CallOptions): Promise<TestRun> {
    const ask = (): Asked => {
      const body = newTestRunRules.read(run, () => this.#ids.next());
      return { body, entity: 'run', id: body.runId! };
    };
    return this.#calls.ask('createRun', options, ask, readTestRun);
  }

  getById(runId: string, options?: CallOptions): Promise<TestRun | null> {
    return this.#calls.find('getRun', options, () => about(runId), readTestRun);
  }

  update(runId: string, version: number, changes: TestRunChanges, options?: CallOptions): Promise<TestRun> {
    return this.#change('changeRun', runId, options, () => {
      checkVersion(version);
      return { ...testRunChangeRules.read(changes), version };
    });
  }

  delete(runId: string, options?: CallOptions): Promise<boolean> {
    return this.#calls.isDone('deleteRun', options, () => about(runId));
  }

  startRun(runId: string, options?: CallOptions): Promise<TestRun> {
    return this.#change('startRun', runId, options, () => undefined);
  }

  completeRun(
    runId: string,
    status: FinalRunStatus,
    details: RunCompletion = {},
    options?: CallOptions,
  ): Promise<TestRun> {
    return this.#change('completeRun', runId, options, () => ({
      ...runCompletionRules.read(details),
      ...finalStatusRules.read({ status }),
    }));
  }

  recordCompletion(
    runId: string,
    exitCode: number,
    durationMs: number,
    options?: CallOptions,
  ): Promise<TestRun> {
    return this.#change('recordRunCompletion', runId, options, () =>
      recordedCompletionRules.read({ exitCode, durationMs }),
    );
  }

  updateStatus(runId: string, status: RunStatus, options?: CallOptions): Promise<TestRun> {
    return this.#change('moveRun', runId, options, () => {
      checkOneOf(status, RUN_STATUSES, 'status');
      return { status };
    });
  }

  find(filter: TestRunFilter, page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>> {
    return this.#list(() => filter, page, options);
  }

  getByScenario(scenarioId: string, page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>> {
    const filter = (): TestRunFilter => {
      checkScenarioId(scenarioId);
      return { scenarioId };
    };
    return this.#list(filter, page, options);
  }

  getByStatus(status: RunStatus, page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>> {
    const filter = (): TestRunFilter => {
      checkOneOf(status, RUN_STATUSES, 'status');
      return { statuses: [status] };
    };
    return this.#list(filter, page, options);
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
    return this.#list(filter, page, options);
  }

  getRecentRuns(page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>> {
    return this.#list(() => ({}), page, options);
  }

  getFailedRuns(page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>> {
    return this.#list(() => ({ statuses: ['failed'] }), page, options);
  }

  calculatePassRate(filter: TestRunFilter = {}, options?: CallOptions): Promise<PassRate<ExcludedRun>> {
    const ask = (): Asked => ({ query: { ...checkTestRunFilter(filter) } });
    return this.#calls.ask('getRunPassRate', options, ask, readFigures<PassRate<ExcludedRun>>);
  }

  getAverageDuration(filter: TestRunFilter = {}, options?: CallOptions): Promise<DurationStatistics> {
    const ask = (): Asked => ({ query: { ...checkTestRunFilter(filter) } });
    return this.#calls.ask('getRunDurations', options, ask, readFigures<DurationStatistics>);
  }

  #change(
    operation: OperationName,
    runId: string,
    options: CallOptions | undefined,
    bodyOf: () => object | undefined,
  ): Promise<TestRun> {
    const ask = (): Asked => ({ ...about(runId), body: bodyOf() });
    return this.#calls.ask(operation, options, ask, readTestRun);
  }

  #list(
    filterOf: () => TestRunFilter,
    page: PageRequest | undefined,
    options: CallOptions | undefined,
  ): Promise<Page<TestRun>> {
    const ask = (): Asked => {
      const filter = checkTestRunFilter(filterOf());
      readPage(page, 'id');
      return { query: { ...filter, ...page } };
    };
    return this.#calls.ask('listRuns', options, ask, readTestRuns);
  }
}

function about(runId: string): Asked {
  checkUuid(runId, 'runId');
  return { path: { runId }, entity: 'run', id: runId };
}
