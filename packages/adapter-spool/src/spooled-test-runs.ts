import {
  RUN_STATUSES,
  creationContent,
  finalStatusRules,
  newTestRun,
  recordedCompletionRules,
  runCompletionRules,
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
  readPage,
  refused,
  type CallOptions,
  type Page,
  type PageRequest,
  type TestRunFilter,
  type TestRunsRepository,
} from '@test-coordinator/ports';

import { givenOf, moveRun, type RunMove } from './commands.js';
import type { DegradedCalls } from './degraded-calls.js';
import { matchesRun } from './record-filters.js';
import type { RecordKind } from './record-kind.js';
import { externalIdTaken, refuseOther, unknownRecord } from './refusals.js';

/** Runs of a store that may be away; what each method does then stands in `CONDUCT`. */
export class SpooledTestRunsRepository implements TestRunsRepository {
  constructor(
    private readonly store: TestRunsRepository,
    private readonly calls: DegradedCalls,
    private readonly kind: RecordKind<TestRun>,
  ) {}

  async create(run: NewTestRun, options?: CallOptions): Promise<TestRun> {
    const created = refused(() => newTestRun(run, () => this.calls.ids.next(), this.calls.clock.now()));
    const { runId, scenarioId, externalId } = created;
    const given = givenOf(created);
    return this.calls.write({
      options,
      key: runId,
      needs: [scenarioId],
      turn: externalId === undefined ? undefined : `externalId ${externalId}`,
      direct: async () => this.kind.see(await this.store.create(given, options)),
      judge: (acceptedAt) => {
        const known = this.kind.get(runId);
        if (known === undefined && externalId !== undefined) this.#refuseTaken(runId, externalId);
        if (known === undefined || known.version > 1)
          return {
            command: { method: 'testRuns.create', run: given },
            answer: known ?? this.#made(given, acceptedAt),
          };
        if (creationContent(known) !== creationContent(created)) refuseOther('run', runId);
        return { answer: known };
      },
    });
  }

  async getById(runId: string, options?: CallOptions): Promise<TestRun | null> {
    checkUuid(runId, 'runId');
    return this.kind.getById(runId, options, () => this.store.getById(runId, options));
  }

  async update(
    runId: string,
    version: number,
    changes: TestRunChanges,
    options?: CallOptions,
  ): Promise<TestRun> {
    const call = (): Promise<TestRun> => this.store.update(runId, version, changes, options);
    return this.kind.see(await this.calls.direct(runId, call));
  }

  async delete(runId: string, options?: CallOptions): Promise<boolean> {
    const isDeleted = await this.calls.direct(runId, () => this.store.delete(runId, options));
    this.kind.forget(runId);
    return isDeleted;
  }

  async startRun(runId: string, options?: CallOptions): Promise<TestRun> {
    const move: RunMove = { method: 'testRuns.startRun', runId };
    return this.#move(move, options, () => this.store.startRun(runId, options));
  }

  async completeRun(
    runId: string,
    status: FinalRunStatus,
    details: RunCompletion = {},
    options?: CallOptions,
  ): Promise<TestRun> {
    checkUuid(runId, 'runId');
    refused(() => finalStatusRules.read({ status }));
    const said = refused(() => runCompletionRules.read(details));
    const move: RunMove = { method: 'testRuns.completeRun', runId, status, details: said };
    return this.#move(move, options, () => this.store.completeRun(runId, status, said, options));
  }

  async recordCompletion(
    runId: string,
    exitCode: number,
    durationMs: number,
    options?: CallOptions,
  ): Promise<TestRun> {
    checkUuid(runId, 'runId');
    refused(() => recordedCompletionRules.read({ exitCode, durationMs }));
    const move: RunMove = { method: 'testRuns.recordCompletion', runId, exitCode, durationMs };
    return this.#move(move, options, () => this.store.recordCompletion(runId, exitCode, durationMs, options));
  }

  async updateStatus(runId: string, status: RunStatus, options?: CallOptions): Promise<TestRun> {
    checkUuid(runId, 'runId');
    checkOneOf(status, RUN_STATUSES, 'status');
    const move: RunMove = { method: 'testRuns.updateStatus', runId, status };
    return this.#move(move, options, () => this.store.updateStatus(runId, status, options));
  }

  async find(filter: TestRunFilter, page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>> {
    checkTestRunFilter(filter);
    return this.#list(filter, page, options, () => this.store.find(filter, page, options));
  }

  async getByScenario(scenarioId: string, page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>> {
    checkScenarioId(scenarioId);
    const fromStore = (): Promise<Page<TestRun>> => this.store.getByScenario(scenarioId, page, options);
    return this.#list({ scenarioId }, page, options, fromStore);
  }

  async getByStatus(status: RunStatus, page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>> {
    checkOneOf(status, RUN_STATUSES, 'status');
    const fromStore = (): Promise<Page<TestRun>> => this.store.getByStatus(status, page, options);
    return this.#list({ statuses: [status] }, page, options, fromStore);
  }

  async getRunsByDateRange(
    from: Date,
    to: Date,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<Page<TestRun>> {
    checkDate(from, 'from');
    checkDate(to, 'to');
    const fromStore = (): Promise<Page<TestRun>> => this.store.getRunsByDateRange(from, to, page, options);
    return this.#list({ from, to }, page, options, fromStore);
  }

  async getRecentRuns(page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>> {
    return this.#list({}, page, options, () => this.store.getRecentRuns(page, options));
  }

  async getFailedRuns(page?: PageRequest, options?: CallOptions): Promise<Page<TestRun>> {
    const fromStore = (): Promise<Page<TestRun>> => this.store.getFailedRuns(page, options);
    return this.#list({ statuses: ['failed'] }, page, options, fromStore);
  }

  async calculatePassRate(filter?: TestRunFilter, options?: CallOptions): Promise<PassRate<ExcludedRun>> {
    return this.calls.figure(() => this.store.calculatePassRate(filter, options));
  }

  async getAverageDuration(filter?: TestRunFilter, options?: CallOptions): Promise<DurationStatistics> {
    return this.calls.figure(() => this.store.getAverageDuration(filter, options));
  }

  /** Among the runs that are known here; of others, the store finds out. */
  #refuseTaken(runId: string, externalId: string): void {
    for (const run of this.calls.known.testRuns.all()) {
      if (run.externalId === externalId) throw externalIdTaken(runId);
    }
  }

  #made(given: NewTestRun, acceptedAt: Date): TestRun {
    return newTestRun(given, () => this.calls.ids.next(), acceptedAt);
  }

  #move(move: RunMove, options: CallOptions | undefined, direct: () => Promise<TestRun>): Promise<TestRun> {
    const { runId } = move;
    checkUuid(runId, 'runId');
    return this.calls.write({
      options,
      key: runId,
      isMove: true,
      direct: async () => this.kind.see(await direct()),
      judge: (acceptedAt) => {
        const run = this.kind.get(runId);
        if (run === undefined) throw unknownRecord('run', runId);
        const moved = moveRun(run, move, acceptedAt);
        return moved === run ? { answer: run } : { command: move, moved: { run: moved }, answer: moved };
      },
    });
  }

  #list(
    filter: TestRunFilter,
    request: PageRequest | undefined,
    options: CallOptions | undefined,
    fromStore: () => Promise<Page<TestRun>>,
  ): Promise<Page<TestRun>> {
    const { scenarios } = this.calls.known;
    return this.kind.list({
      options,
      page: readPage(request, 'id'),
      direction: 'newest first',
      matches: (run) => matchesRun(run, filter, scenarios.get(run.scenarioId)),
      fromStore,
    });
  }
}
