import type {
  DurationStatistics,
  ExcludedRun,
  FinalRunStatus,
  PassRate,
  RunCompletion,
  RunStatus,
  TestRun,
} from '@test-coordinator/domain';
import type {
  CallOptions,
  Clock,
  IdGenerator,
  Page,
  PageRequest,
  TestRunFilter,
  TestRunsRepository,
} from '@test-coordinator/ports';

import { equals, isOneOf, isWithin } from './model-filters.js';
import { modelPage } from './model-page.js';
import { refuseIf } from './model-refusal.js';
import { countEach, modelDurations, rate } from './model-statistics.js';
import {
  changed,
  createdBefore,
  judgeFence,
  keeping,
  rememberFence,
  rowOf,
  storable,
  withRow,
  type RecordsState,
  type Row,
} from './records-state.js';
import { matchesScenario } from './scenarios-model.js';
import type { Synchronous } from './synchronous.js';

const FINAL: readonly RunStatus[] = ['passed', 'failed', 'error', 'cancelled', 'timeout'];

/** What the contract says of runs, on plain maps. Inputs are valid. */
export class TestRunsModel implements Synchronous<TestRunsRepository> {
  constructor(
    private readonly state: RecordsState,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
  ) {}

  create(input: Parameters<TestRunsRepository['create']>[0]): TestRun {
    const runId = input.runId ?? this.ids.next();
    const defaults = { status: 'pending', configurationSnapshot: {}, pinned: false, unverified: false };
    const given = storable({ ...input, runId }, defaults);
    const row = this.state.runs.get(runId);
    const stored = createdBefore(row, given);
    if (stored !== undefined) return stored;
    const isTaken = this.#isTaken(input.externalId, runId);
    refuseIf(
      {
        ALREADY_EXISTS: row !== undefined || isTaken,
        REFERENCE_VIOLATION: !this.state.scenarios.has(input.scenarioId),
      },
      isTaken ? 'externalId' : undefined,
    );
    const now = this.clock.now();
    const record = { ...given, createdAt: now, updatedAt: now, version: 1 } as unknown as TestRun;
    return this.#store({ record, given });
  }

  getById(runId: string): TestRun | null {
    return this.state.runs.get(runId)?.record ?? null;
  }

  update(runId: string, version: number, changes: Parameters<TestRunsRepository['update']>[2]): TestRun {
    const row = rowOf(this.state.runs, runId);
    refuseIf(
      {
        VERSION_CONFLICT: row.record.version !== version,
        ALREADY_EXISTS: this.#isTaken(changes.externalId, runId),
      },
      'externalId',
    );
    return this.#change(row, changes);
  }

  delete(runId: string): boolean {
    if (!this.state.runs.has(runId)) return false;
    this.state.runs = keeping(this.state.runs, (run) => run.runId !== runId);
    this.state.events = keeping(this.state.events, (event) => event.runId !== runId);
    this.state.results = keeping(this.state.results, (result) => result.runId !== runId);
    return true;
  }

  startRun(runId: string, options?: CallOptions): TestRun {
    return this.updateStatus(runId, 'running', options);
  }

  completeRun(
    runId: string,
    status: FinalRunStatus,
    details: RunCompletion = {},
    options?: CallOptions,
  ): TestRun {
    return this.#end(runId, status, storable(details), true, options);
  }

  recordCompletion(runId: string, exitCode: number, durationMs: number, options?: CallOptions): TestRun {
    return this.#end(runId, exitCode === 0 ? 'passed' : 'failed', { exitCode, durationMs }, false, options);
  }

  updateStatus(runId: string, status: RunStatus, options?: CallOptions): TestRun {
    const { record } = rowOf(this.state.runs, runId);
    judgeFence(this.state, runId, options);
    if (record.status === status) return record;
    if (FINAL.includes(status)) return this.#end(runId, status, {}, true, options);
    const row = this.#movable(runId, status, options);
    return this.#change(row, { status, startedAt: record.startedAt ?? this.clock.now() });
  }

  find(filter: TestRunFilter, page?: PageRequest): Page<TestRun> {
    return modelPage(this.#matching(filter), { kind: 'id', keyOf: ({ runId }) => [runId] }, page);
  }

  getByScenario(scenarioId: string, page?: PageRequest): Page<TestRun> {
    return this.find({ scenarioId }, page);
  }

  getByStatus(status: RunStatus, page?: PageRequest): Page<TestRun> {
    return this.find({ statuses: [status] }, page);
  }

  getRunsByDateRange(from: Date, to: Date, page?: PageRequest): Page<TestRun> {
    return this.find({ from, to }, page);
  }

  getRecentRuns(page?: PageRequest): Page<TestRun> {
    return this.find({}, page);
  }

  getFailedRuns(page?: PageRequest): Page<TestRun> {
    return this.find({ statuses: ['failed'] }, page);
  }

  calculatePassRate(filter: TestRunFilter = {}): PassRate<ExcludedRun> {
    const outcomes = this.#matching(filter).map(({ status, unverified }) =>
      status === 'passed' && unverified ? 'unverified' : status,
    );
    const { passed, failed, ...excluded } = countEach(outcomes, [
      'passed',
      'failed',
      'pending',
      'running',
      'error',
      'cancelled',
      'timeout',
      'unverified',
    ]);
    return { rate: rate(passed, failed), passed, failed, excluded };
  }

  getAverageDuration(filter: TestRunFilter = {}): DurationStatistics {
    return modelDurations(this.#matching(filter).flatMap(({ durationMs }) => durationMs ?? []));
  }

  #matching(filter: TestRunFilter): readonly TestRun[] {
    const { scenarioId, statuses, environment, externalId, types, service, tag, text } = filter;
    const { unverified, recordedBefore = '~' } = filter;
    return [...this.state.runs.values()]
      .map(({ record }) => record)
      .filter(
        (run) =>
          equals(scenarioId, run.scenarioId) &&
          isOneOf(statuses, run.status) &&
          equals(environment, run.testEnvironment) &&
          equals(externalId, run.externalId) &&
          equals(unverified, run.unverified) &&
          run.runId < recordedBefore &&
          isWithin(filter, run.startedAt) &&
          matchesScenario({ types, service, tag, text }, rowOf(this.state.scenarios, run.scenarioId).record),
      );
  }

  #end(
    runId: string,
    status: RunStatus,
    said: Partial<TestRun>,
    timed: boolean,
    options?: CallOptions,
  ): TestRun {
    const { record } = rowOf(this.state.runs, runId);
    judgeFence(this.state, runId, options);
    if (record.status === status) {
      const other = (Object.keys(said) as (keyof TestRun)[]).some((field) => said[field] !== record[field]);
      refuseIf({ ILLEGAL_TRANSITION: other });
      return record;
    }
    const row = this.#movable(runId, status, options);
    const completedAt = this.clock.now();
    const elapsed = record.startedAt === undefined ? -1 : completedAt.getTime() - record.startedAt.getTime();
    const durationMs = timed && elapsed >= 0 ? elapsed : undefined;
    return this.#change(row, { status, completedAt, durationMs, ...said });
  }

  #movable(runId: string, status: RunStatus, options: CallOptions | undefined): Row<TestRun> {
    const row = rowOf(this.state.runs, runId);
    const from = row.record.status;
    refuseIf({ ILLEGAL_TRANSITION: FINAL.includes(from) || status === 'pending' });
    rememberFence(this.state, runId, options);
    return rowOf(this.state.runs, runId);
  }

  #isTaken(externalId: string | null | undefined, runId: string): boolean {
    if (externalId === undefined || externalId === null) return false;
    return [...this.state.runs.values()].some(
      ({ record }) => record.externalId === externalId && record.runId !== runId,
    );
  }

  #change(row: Row<TestRun>, changes: object): TestRun {
    return this.#store({ ...row, record: { ...changed(row.record, changes), updatedAt: this.clock.now() } });
  }

  #store(row: Row<TestRun>): TestRun {
    this.state.runs = withRow(this.state.runs, row.record.runId, row);
    return row.record;
  }
}
