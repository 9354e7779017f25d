import type {
  AssertionOutcome,
  AssertionStatistics,
  AssertionType,
  ComparisonGroup,
  ExcludedResult,
  NewTestResult,
  PassRate,
  ResultStatus,
  TestResult,
} from '@test-coordinator/domain';
import type {
  AssertionHistories,
  AssertionHistoriesRequest,
  Clock,
  IdGenerator,
  Page,
  PageRequest,
  RunComparison,
  RunComparisonRequest,
  TestResultFilter,
  TestResultsRepository,
} from '@test-coordinator/ports';

import { modelComparison, modelHistories } from './assertions-model.js';
import { equals, isFoundIn, isOneOf, isWithin } from './model-filters.js';
import { modelPage } from './model-page.js';
import { refuseIf } from './model-refusal.js';
import { countEach, rate } from './model-statistics.js';
import { createdBefore, rowOf, storable, type RecordsState, type Row } from './records-state.js';
import type { Synchronous } from './synchronous.js';

/** The order of statistics, as the enumeration has it. */
const TYPES: readonly AssertionType[] = [
  'service_health',
  'response_time',
  'data_consistency',
  'audit_trail',
  'error_rate',
  'throughput',
  'latency',
  'availability',
  'recovery_time',
];
const STATUSES: readonly ResultStatus[] = ['passed', 'failed', 'skipped', 'error'];
const GROUPS: readonly ComparisonGroup[] = [
  'newly_failed',
  'fixed',
  'still_failing',
  'still_passing',
  'added',
  'gone',
  'undecided',
];

/** What the contract says of results, on plain maps. Inputs are valid. */
export class TestResultsModel implements Synchronous<TestResultsRepository> {
  constructor(
    private readonly state: RecordsState,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
  ) {}

  create(input: NewTestResult): TestResult {
    return this.#stored([input], () => undefined)[0]!;
  }

  getById(resultId: string): TestResult | null {
    return this.state.results.get(resultId)?.record ?? null;
  }

  bulkCreate(results: readonly NewTestResult[]): readonly TestResult[] {
    return this.#stored(results, (index) => `results[${index}]`);
  }

  find(filter: TestResultFilter, page?: PageRequest): Page<TestResult> {
    const ascending = filter.runId !== undefined;
    return modelPage(
      this.#matching(filter),
      { kind: 'id', keyOf: ({ resultId }) => [resultId], ascending },
      page,
    );
  }

  getByRun(runId: string, page?: PageRequest): Page<TestResult> {
    return this.find({ runId }, page);
  }

  getByAssertionType(assertionType: AssertionType, page?: PageRequest): Page<TestResult> {
    return this.find({ types: [assertionType] }, page);
  }

  getByStatus(status: ResultStatus, page?: PageRequest): Page<TestResult> {
    return this.find({ statuses: [status] }, page);
  }

  getFailedResults(page?: PageRequest): Page<TestResult> {
    return this.find({ statuses: ['failed'] }, page);
  }

  getByCorrelationId(correlationId: string, page?: PageRequest): Page<TestResult> {
    return this.find({ correlationId }, page);
  }

  calculatePassRate(filter?: TestResultFilter): PassRate<ExcludedResult> {
    const { passed, failed, ...excluded } = this.countByStatus(filter);
    return { rate: rate(passed, failed), passed, failed, excluded };
  }

  countByStatus(filter: TestResultFilter = {}): Readonly<Record<ResultStatus, number>> {
    return countEach(
      this.#matching(filter).map(({ status }) => status),
      STATUSES,
    );
  }

  getAssertionStatistics(filter: TestResultFilter = {}): readonly AssertionStatistics<AssertionType>[] {
    return TYPES.map((assertionType) => {
      const results = this.#matching(filter).filter((result) => result.assertionType === assertionType);
      const counts = countEach(
        results.map(({ status }) => status),
        STATUSES,
      );
      const flaky = results.filter((result) => result.flaky).length;
      return {
        assertionType,
        total: results.length,
        ...counts,
        flaky,
        rate: rate(counts.passed, counts.failed),
      };
    }).filter(({ total }) => total > 0);
  }

  compareRuns(
    { baselineRunId, runId, findings, slowerBy }: RunComparisonRequest,
    page?: PageRequest,
  ): RunComparison {
    const [before, after] = [baselineRunId, runId].map((id) => {
      rowOf(this.state.runs, id);
      return this.#ofRun(id);
    });
    const compared = modelComparison(before!, after!, slowerBy);
    const asked = compared.filter(
      ({ group, marks }) =>
        findings === undefined || [group, ...marks].some((found) => findings.includes(found)),
    );
    const isFrom = (status: ResultStatus | null, outcome: AssertionOutcome | null): boolean =>
      (outcome?.status ?? null) === status;
    const sides = [null, ...STATUSES];
    return {
      ...modelPage(
        asked,
        { kind: 'id', keyOf: (entry) => [(entry.after ?? entry.before)!.resultId], ascending: true },
        page,
      ),
      counts: countEach(
        compared.map(({ group }) => group),
        GROUPS,
      ),
      marks: countEach(
        compared.flatMap(({ marks }) => marks),
        ['flaky', 'slower', 'faster'],
      ),
      transitions: sides
        .flatMap((from) => sides.map((to) => ({ before: from, after: to })))
        .map((transition) => ({
          ...transition,
          count: compared.filter(
            (entry) => isFrom(transition.before, entry.before) && isFrom(transition.after, entry.after),
          ).length,
        }))
        .filter(({ count }) => count > 0),
    };
  }

  getAssertionHistories(
    { scenarioId, runs: most = 100, streak, minFlips = 0 }: AssertionHistoriesRequest,
    page?: PageRequest,
  ): AssertionHistories {
    const finished = [...this.state.runs.values()]
      .map(({ record }) => record)
      .filter((run) => run.scenarioId === scenarioId && !['pending', 'running'].includes(run.status))
      .sort((a, b) => (a.runId < b.runId ? 1 : -1));
    const runs = finished.slice(0, most).map((run) => ({ run, results: this.#ofRun(run.runId) }));
    const asked = modelHistories(runs, finished.length > most).filter(
      (history) => (streak === undefined || history.streak?.status === streak) && history.flips >= minFlips,
    );
    return {
      ...modelPage(asked, { kind: 'id', keyOf: ({ lastResultId }) => [lastResultId] }, page),
      runs: runs.length,
    };
  }

  #ofRun(runId: string): readonly TestResult[] {
    return [...this.#matching({ runId })].sort((a, b) => (a.resultId < b.resultId ? -1 : 1));
  }

  /** All or none, on one copy of the rows. */
  #stored(
    inputs: readonly NewTestResult[],
    placeOf: (index: number) => string | undefined,
  ): readonly TestResult[] {
    const rows = new Map(this.state.results);
    const records = inputs.map((input, index) => this.#create(rows, input, placeOf(index)));
    this.state.results = rows;
    return records;
  }

  /** @param place Where the input stands in a batch. */
  #create(rows: Map<string, Row<TestResult>>, input: NewTestResult, place: string | undefined): TestResult {
    const resultId = input.resultId ?? this.ids.next();
    const given = storable({ ...input, resultId }, { attempt: 1, flaky: false });
    const row = rows.get(resultId);
    const stored = createdBefore(row, given);
    if (stored !== undefined) return stored;
    refuseIf(
      { ALREADY_EXISTS: row !== undefined, REFERENCE_VIOLATION: !this.state.runs.has(input.runId) },
      place && `${place}.${row === undefined ? 'runId' : 'resultId'}`,
    );
    const record = { ...given, createdAt: this.clock.now() } as unknown as TestResult;
    rows.set(resultId, { record, given });
    return record;
  }

  #matching(filter: TestResultFilter): readonly TestResult[] {
    const { scenarioId, runId, statuses, types, environment, correlationId, flaky, text } = filter;
    return [...this.state.results.values()]
      .map(({ record }) => record)
      .filter((result) => {
        const { record: run } = rowOf(this.state.runs, result.runId);
        return (
          equals(runId, result.runId) &&
          isOneOf(statuses, result.status) &&
          isOneOf(types, result.assertionType) &&
          equals(correlationId, result.correlationId) &&
          equals(flaky, result.flaky) &&
          isFoundIn(text, result.name) &&
          isWithin(filter, result.verificationTime) &&
          equals(scenarioId, run.scenarioId) &&
          equals(environment, run.testEnvironment)
        );
      });
  }
}
