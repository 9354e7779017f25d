import {
  ASSERTION_TYPES,
  newTestResult,
  rateOf,
  readResultBatch,
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
  checkText,
  checkUuid,
  importInBatches,
  readPage,
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

import { comparisonOf, historiesOf } from './assertion-reads.js';
import { pageOf } from './page-of.js';
import { selectResults } from './record-filters.js';
import { checkSameCreation, unknownParent } from './refusals.js';
import type { RepositoryContext } from './repository-context.js';

const createdIds = ({ resultId, runId }: TestResult) => ({ resultId, runId });
const batchSize = (results: readonly TestResult[]) => ({ results: results.length });

/** Results in memory. */
export class StubTestResultsRepository implements TestResultsRepository {
  readonly #context: RepositoryContext;
  readonly #mintId: () => string;

  constructor(context: RepositoryContext) {
    this.#context = context;
    this.#mintId = () => context.ids.next();
  }

  create(result: NewTestResult, options?: CallOptions): Promise<TestResult> {
    const { records, calls, clock } = this.#context;
    return calls.write('testResults.create', createdIds, options, () => {
      const created = newTestResult(result, this.#mintId, clock.now());
      const stored = this.#storedAs(created);
      if (stored !== undefined) return stored;
      records.results.insert(created);
      return created;
    });
  }

  getById(resultId: string, options?: CallOptions): Promise<TestResult | null> {
    const { records, calls } = this.#context;
    return calls.read('testResults.getById', { resultId }, options, () => {
      const stored = records.results.get(resultId);
      // An id that is there is sound: only the others need the check.
      if (stored === undefined) checkUuid(resultId, 'resultId');
      return stored?.record ?? null;
    });
  }

  bulkCreate(results: readonly NewTestResult[], options?: CallOptions): Promise<readonly TestResult[]> {
    const { records, calls, clock } = this.#context;
    return calls.write('testResults.bulkCreate', batchSize, options, () => {
      checkBulk(results, 'results');
      const now = clock.now();
      const candidates = readResultBatch(results, (result) => newTestResult(result, this.#mintId, now));
      const added = new Map<string, TestResult>();
      // All are judged before the first is stored: a refusal leaves nothing behind.
      const answers = candidates.map((candidate, index) => {
        const earlier = added.get(candidate.resultId);
        if (earlier !== undefined) {
          const stored = { id: candidate.resultId, created: earlier };
          checkSameCreation('result', stored, candidate, `results[${index}].resultId`);
          return earlier;
        }
        const stored = this.#storedAs(candidate, `results[${index}].`);
        if (stored === undefined) added.set(candidate.resultId, candidate);
        return stored ?? candidate;
      });
      for (const record of added.values()) records.results.insert(record);
      return Object.freeze(answers);
    });
  }

  importAll(
    results: AsyncIterable<NewTestResult> | Iterable<NewTestResult>,
    options?: ImportAllOptions,
  ): Promise<ImportProgress> {
    return importInBatches(this, results, options);
  }

  find(filter: TestResultFilter, page?: PageRequest, options?: CallOptions): Promise<Page<TestResult>> {
    return this.#list('testResults.find', () => filter, page, options);
  }

  getByRun(runId: string, page?: PageRequest, options?: CallOptions): Promise<Page<TestResult>> {
    const filter = (): TestResultFilter => {
      checkUuid(runId, 'runId');
      return { runId };
    };
    return this.#list('testResults.getByRun', filter, page, options);
  }

  getByAssertionType(
    assertionType: AssertionType,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<Page<TestResult>> {
    const filter = (): TestResultFilter => {
      checkOneOf(assertionType, ASSERTION_TYPES, 'assertionType');
      return { types: [assertionType] };
    };
    return this.#list('testResults.getByAssertionType', filter, page, options);
  }

  getByStatus(status: ResultStatus, page?: PageRequest, options?: CallOptions): Promise<Page<TestResult>> {
    const filter = (): TestResultFilter => {
      checkOneOf(status, RESULT_STATUSES, 'status');
      return { statuses: [status] };
    };
    return this.#list('testResults.getByStatus', filter, page, options);
  }

  getFailedResults(page?: PageRequest, options?: CallOptions): Promise<Page<TestResult>> {
    return this.#list('testResults.getFailedResults', () => ({ statuses: ['failed'] }), page, options);
  }

  getByCorrelationId(
    correlationId: string,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<Page<TestResult>> {
    const filter = (): TestResultFilter => {
      checkText(correlationId, 'correlationId');
      return { correlationId };
    };
    return this.#list('testResults.getByCorrelationId', filter, page, options);
  }

  calculatePassRate(filter: TestResultFilter = {}, options?: CallOptions): Promise<PassRate<ExcludedResult>> {
    const { records, calls } = this.#context;
    return calls.read('testResults.calculatePassRate', {}, options, () =>
      resultPassRate(records.results.counts(selectResults(filter))),
    );
  }

  countByStatus(
    filter: TestResultFilter = {},
    options?: CallOptions,
  ): Promise<Readonly<Record<ResultStatus, number>>> {
    const { records, calls } = this.#context;
    return calls.read('testResults.countByStatus', {}, options, () => {
      const { passed, failed, skipped, error } = records.results.counts(selectResults(filter));
      return { passed, failed, skipped, error };
    });
  }

  getAssertionStatistics(
    filter: TestResultFilter = {},
    options?: CallOptions,
  ): Promise<readonly AssertionStatistics<AssertionType>[]> {
    const { records, calls } = this.#context;
    return calls.read('testResults.getAssertionStatistics', {}, options, () => {
      selectResults(filter);
      const { types, ...others } = filter;
      const statistics: AssertionStatistics<AssertionType>[] = [];
      for (const assertionType of ASSERTION_TYPES) {
        if (types !== undefined && !types.includes(assertionType)) continue;
        // One type at a time: without another condition the counters answer, and no result is read.
        const counts = records.results.counts(selectResults({ ...others, types: [assertionType] }));
        const { passed, failed, skipped, error, flaky } = counts;
        const total = passed + failed + skipped + error;
        if (total === 0) continue;
        const rate = rateOf(passed, failed);
        statistics.push({ assertionType, total, passed, failed, skipped, error, flaky, rate });
      }
      return statistics;
    });
  }

  compareRuns(
    request: RunComparisonRequest,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<RunComparison> {
    const { records, calls } = this.#context;
    return calls.read('testResults.compareRuns', {}, options, () => comparisonOf(records, request, page));
  }

  getAssertionHistories(
    request: AssertionHistoriesRequest,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<AssertionHistories> {
    const { records, calls } = this.#context;
    return calls.read('testResults.getAssertionHistories', {}, options, () =>
      historiesOf(records, request, page),
    );
  }

  /** The stored result of this creation, `undefined` when it can be added. @param place Where the record stands, for a batch. */
  #storedAs(candidate: TestResult, place = ''): TestResult | undefined {
    const { records } = this.#context;
    const { resultId, runId } = candidate;
    const stored = records.results.get(resultId);
    if (stored !== undefined) {
      checkSameCreation('result', stored, candidate, place === '' ? undefined : `${place}resultId`);
      return stored.record;
    }
    if (records.runs.get(runId) === undefined) {
      throw unknownParent('result', resultId, 'run', runId, `${place}runId`);
    }
    return undefined;
  }

  #list(
    operation: string,
    filterOf: () => TestResultFilter,
    page: PageRequest | undefined,
    options: CallOptions | undefined,
  ): Promise<Page<TestResult>> {
    const { records, calls } = this.#context;
    return calls.read(operation, {}, options, () => {
      const filter = filterOf();
      const selection = selectResults(filter);
      const direction = filter.runId === undefined ? 'descending' : 'ascending';
      return pageOf(records.results, selection, readPage(page, 'id'), direction);
    });
  }
}
