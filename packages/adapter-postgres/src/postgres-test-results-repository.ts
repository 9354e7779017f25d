import {
  ASSERTION_TYPES,
  newTestResult,
  rateOf,
  RESULT_STATUSES,
  resultPassRate,
  type AssertionStatistics,
  type AssertionType,
  type ExcludedResult,
  type NewTestResult,
  type PassRate,
  type ResultStatus,
  type TestResult,
} from '@test-coordinator/domain';
import {
  checkBulk,
  checkOneOf,
  checkTestResultFilter,
  checkText,
  checkUuid,
  importInBatches,
  readPage,
  refused,
  type AssertionHistories,
  type AssertionHistoriesRequest,
  type CallOptions,
  type ImportAllOptions,
  type ImportProgress,
  type Page,
  type PageRequest,
  type RunComparison,
  type RunComparisonRequest,
  type TestResultFilter,
  type TestResultsRepository,
} from '@test-coordinator/ports';

import { assertionHistories } from './assertion-histories.js';
import { newResults } from './bulk-results.js';
import type { Conditions } from './conditions.js';
import { RecordCreation } from './record-creation.js';
import { listById } from './record-lists.js';
import { RecordLookup } from './record-lookup.js';
import type { RecordTable } from './record-table.js';
import type { RepositoryContext } from './repository-context.js';
import { ResultBatches } from './result-batches.js';
import { compareRuns } from './run-comparison.js';
import { childConditions } from './run-conditions.js';

export class PostgresTestResultsRepository implements TestResultsRepository {
  readonly #table: RecordTable<TestResult>;
  readonly #creation: RecordCreation<TestResult>;
  readonly #batches: ResultBatches;
  readonly #lookup: RecordLookup<TestResult>;

  constructor(private readonly context: RepositoryContext) {
    const { session, tables } = context;
    this.#table = tables.results;
    this.#creation = new RecordCreation(session, this.#table, {
      parent: { name: tables.runs.name, column: 'run_id', entity: 'run', property: 'runId' },
      movesOn: false,
    });
    this.#batches = new ResultBatches(session, tables);
    this.#lookup = new RecordLookup(session, this.#table);
  }

  create(result: NewTestResult, options?: CallOptions): Promise<TestResult> {
    const { session, clock, ids } = this.context;
    return session.write('testResults.create', options, () =>
      this.#creation.create(refused(() => newTestResult(result, () => ids.next(), clock.now()))),
    );
  }

  getById(resultId: string, options?: CallOptions): Promise<TestResult | null> {
    return this.context.session.read('testResults.getById', options, () => {
      checkUuid(resultId, 'resultId');
      return this.#lookup.find(resultId);
    });
  }

  bulkCreate(results: readonly NewTestResult[], options?: CallOptions): Promise<readonly TestResult[]> {
    return this.context.session.write('testResults.bulkCreate', options, () => {
      checkBulk(results, 'results');
      return this.#batches.create(newResults(results, this.context));
    });
  }

  importAll(
    results: AsyncIterable<NewTestResult> | Iterable<NewTestResult>,
    options?: ImportAllOptions,
  ): Promise<ImportProgress> {
    return importInBatches(this, results, options);
  }

  find(filter: TestResultFilter, page?: PageRequest, options?: CallOptions): Promise<Page<TestResult>> {
    return this.context.session.read('testResults.find', options, () => this.#list(filter, page));
  }

  getByRun(runId: string, page?: PageRequest, options?: CallOptions): Promise<Page<TestResult>> {
    return this.context.session.read('testResults.getByRun', options, () => {
      checkUuid(runId, 'runId');
      return this.#list({ runId }, page);
    });
  }

  getByAssertionType(
    assertionType: AssertionType,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<Page<TestResult>> {
    return this.context.session.read('testResults.getByAssertionType', options, () => {
      checkOneOf(assertionType, ASSERTION_TYPES, 'assertionType');
      return this.#list({ types: [assertionType] }, page);
    });
  }

  getByStatus(status: ResultStatus, page?: PageRequest, options?: CallOptions): Promise<Page<TestResult>> {
    return this.context.session.read('testResults.getByStatus', options, () => {
      checkOneOf(status, RESULT_STATUSES, 'status');
      return this.#list({ statuses: [status] }, page);
    });
  }

  getFailedResults(page?: PageRequest, options?: CallOptions): Promise<Page<TestResult>> {
    return this.find({ statuses: ['failed'] }, page, options);
  }

  getByCorrelationId(
    correlationId: string,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<Page<TestResult>> {
    return this.context.session.read('testResults.getByCorrelationId', options, () => {
      checkText(correlationId, 'correlationId');
      return this.#list({ correlationId }, page);
    });
  }

  calculatePassRate(filter: TestResultFilter = {}, options?: CallOptions): Promise<PassRate<ExcludedResult>> {
    return this.context.session.read('testResults.calculatePassRate', options, async () =>
      resultPassRate(await this.#countByStatus(filter)),
    );
  }

  countByStatus(
    filter: TestResultFilter = {},
    options?: CallOptions,
  ): Promise<Readonly<Record<ResultStatus, number>>> {
    return this.context.session.read('testResults.countByStatus', options, () => this.#countByStatus(filter));
  }

  getAssertionStatistics(
    filter: TestResultFilter = {},
    options?: CallOptions,
  ): Promise<readonly AssertionStatistics<AssertionType>[]> {
    return this.context.session.read('testResults.getAssertionStatistics', options, async () => {
      const conditions = this.#conditions(filter);
      const counts = RESULT_STATUSES.map((status) => `count(*) FILTER (WHERE t.status = '${status}')`);
      const text = `SELECT t.assertion_type, count(*), ${counts.join(', ')}, count(*) FILTER (WHERE t.flaky)
FROM ${this.#table.name} t WHERE ${conditions.sql} GROUP BY t.assertion_type`;
      const rows = await this.context.session.query({ text }, conditions.values, 'read');
      const statistics = rows.map((row) => {
        const [assertionType, total, passed, failed, skipped, error, flaky] = row as [
          AssertionType,
          ...[number, number, number, number, number, number],
        ];
        return { assertionType, total, passed, failed, skipped, error, flaky, rate: rateOf(passed, failed) };
      });
      const place = (entry: { assertionType: AssertionType }): number =>
        ASSERTION_TYPES.indexOf(entry.assertionType);
      return statistics.sort((a, b) => place(a) - place(b));
    });
  }

  compareRuns(
    request: RunComparisonRequest,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<RunComparison> {
    return this.context.session.read('testResults.compareRuns', options, () =>
      compareRuns(this.context, request, page),
    );
  }

  getAssertionHistories(
    request: AssertionHistoriesRequest,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<AssertionHistories> {
    return this.context.session.read('testResults.getAssertionHistories', options, () =>
      assertionHistories(this.context, request, page),
    );
  }

  async #countByStatus(filter: TestResultFilter): Promise<Readonly<Record<ResultStatus, number>>> {
    const conditions = this.#conditions(filter);
    const text = `SELECT t.status, count(*) FROM ${this.#table.name} t WHERE ${conditions.sql} GROUP BY t.status`;
    const rows = await this.context.session.query({ text }, conditions.values, 'read');
    const counts = new Map(rows as readonly [ResultStatus, number][]);
    return Object.fromEntries(RESULT_STATUSES.map((status) => [status, counts.get(status) ?? 0])) as Record<
      ResultStatus,
      number
    >;
  }

  #list(filter: TestResultFilter, page: PageRequest | undefined): Promise<Page<TestResult>> {
    const conditions = this.#conditions(filter);
    const order = filter.runId === undefined ? 'newest' : 'oldest';
    return listById(this.context.session, this.#table, conditions, readPage(page, 'id'), order);
  }

  #conditions(filter: TestResultFilter): Conditions {
    checkTestResultFilter(filter);
    return childConditions(filter, this.context.tables)
      .anyOf('t.status', filter.statuses)
      .anyOf('t.assertion_type', filter.types)
      .equal('correlation', 't.correlation_id = $?', filter.correlationId)
      .where('t.flaky = $?', filter.flaky)
      .range('t.verification_time', filter)
      .text('t.name', filter.text);
  }
}
