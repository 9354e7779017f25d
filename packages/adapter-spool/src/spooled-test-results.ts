import {
  ASSERTION_TYPES,
  RESULT_STATUSES,
  creationContent,
  frozenDate,
  newTestResult,
  readResultBatch,
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

import { givenOf } from './commands.js';
import type { DegradedCalls } from './degraded-calls.js';
import { matchesResult } from './record-filters.js';
import type { RecordKind } from './record-kind.js';
import { refuseOther } from './refusals.js';

/** Results of a store that may be away; what each method does then stands in `CONDUCT`. */
export class SpooledTestResultsRepository implements TestResultsRepository {
  constructor(
    private readonly store: TestResultsRepository,
    private readonly calls: DegradedCalls,
    private readonly kind: RecordKind<TestResult>,
  ) {}

  async create(result: NewTestResult, options?: CallOptions): Promise<TestResult> {
    const created = refused(() => newTestResult(result, () => this.calls.ids.next(), this.calls.clock.now()));
    const given = givenOf(created);
    return this.calls.write({
      options,
      key: created.runId,
      // Nothing but another creation of the same id decides on it: the results of a run share a sync.
      turn: created.resultId,
      direct: async () => this.kind.see(await this.store.create(given, options)),
      judge: (acceptedAt) => {
        const known = this.#same(created);
        const answer = known ?? newTestResult(given, () => created.resultId, acceptedAt);
        if (known !== undefined) return { answer };
        return { command: { method: 'testResults.bulkCreate', results: [given] }, answer };
      },
    });
  }

  async getById(resultId: string, options?: CallOptions): Promise<TestResult | null> {
    checkUuid(resultId, 'resultId');
    return this.kind.getById(resultId, options, () => this.store.getById(resultId, options));
  }

  async bulkCreate(results: readonly NewTestResult[], options?: CallOptions): Promise<readonly TestResult[]> {
    checkBulk(results, 'results');
    const created = refused(() => this.#made(results));
    const given = created.map(givenOf);
    const [key, ...needs] = new Set(created.map(({ runId }) => runId));
    return this.calls.write<readonly TestResult[]>({
      options,
      key,
      needs,
      direct: async () => {
        const stored = await this.store.bulkCreate(given, options);
        for (const record of stored) this.kind.see(record);
        return stored;
      },
      judge: (acceptedAt) => {
        const answer = this.#judged(created, acceptedAt);
        return { command: { method: 'testResults.bulkCreate', results: given }, answer };
      },
    });
  }

  async importAll(
    results: AsyncIterable<NewTestResult> | Iterable<NewTestResult>,
    options?: ImportAllOptions,
  ): Promise<ImportProgress> {
    return importInBatches(this, results, options);
  }

  async find(filter: TestResultFilter, page?: PageRequest, options?: CallOptions): Promise<Page<TestResult>> {
    checkTestResultFilter(filter);
    return this.#list(filter, page, options, () => this.store.find(filter, page, options));
  }

  async getByRun(runId: string, page?: PageRequest, options?: CallOptions): Promise<Page<TestResult>> {
    checkUuid(runId, 'runId');
    return this.#list({ runId }, page, options, () => this.store.getByRun(runId, page, options));
  }

  async getByAssertionType(
    assertionType: AssertionType,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<Page<TestResult>> {
    checkOneOf(assertionType, ASSERTION_TYPES, 'assertionType');
    const fromStore = (): Promise<Page<TestResult>> =>
      this.store.getByAssertionType(assertionType, page, options);
    return this.#list({ types: [assertionType] }, page, options, fromStore);
  }

  async getByStatus(
    status: ResultStatus,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<Page<TestResult>> {
    checkOneOf(status, RESULT_STATUSES, 'status');
    const fromStore = (): Promise<Page<TestResult>> => this.store.getByStatus(status, page, options);
    return this.#list({ statuses: [status] }, page, options, fromStore);
  }

  async getFailedResults(page?: PageRequest, options?: CallOptions): Promise<Page<TestResult>> {
    const fromStore = (): Promise<Page<TestResult>> => this.store.getFailedResults(page, options);
    return this.#list({ statuses: ['failed'] }, page, options, fromStore);
  }

  async getByCorrelationId(
    correlationId: string,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<Page<TestResult>> {
    checkText(correlationId, 'correlationId');
    const fromStore = (): Promise<Page<TestResult>> =>
      this.store.getByCorrelationId(correlationId, page, options);
    return this.#list({ correlationId }, page, options, fromStore);
  }

  async calculatePassRate(
    filter?: TestResultFilter,
    options?: CallOptions,
  ): Promise<PassRate<ExcludedResult>> {
    return this.calls.figure(() => this.store.calculatePassRate(filter, options));
  }

  async countByStatus(
    filter?: TestResultFilter,
    options?: CallOptions,
  ): Promise<Readonly<Record<ResultStatus, number>>> {
    return this.calls.figure(() => this.store.countByStatus(filter, options));
  }

  async getAssertionStatistics(
    filter?: TestResultFilter,
    options?: CallOptions,
  ): Promise<readonly AssertionStatistics<AssertionType>[]> {
    return this.calls.figure(() => this.store.getAssertionStatistics(filter, options));
  }

  async compareRuns(
    request: RunComparisonRequest,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<RunComparison> {
    return this.calls.figure(() => this.store.compareRuns(request, page, options));
  }

  async getAssertionHistories(
    request: AssertionHistoriesRequest,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<AssertionHistories> {
    return this.calls.figure(() => this.store.getAssertionHistories(request, page, options));
  }

  /** All of them, or a refusal that names the places of what is wrong. Ids are minted in the order given. */
  #made(results: readonly NewTestResult[]): readonly TestResult[] {
    const now = frozenDate(this.calls.clock.now());
    const mint = (): string => this.calls.ids.next();
    return readResultBatch(results, (result) => newTestResult(result, mint, now));
  }

  /** The answers to a batch: each result as it is known, or as it is now accepted; an id that comes again is one record. */
  #judged(created: readonly TestResult[], acceptedAt: Date): readonly TestResult[] {
    const ofBatch = new Map<string, TestResult>();
    return created.map((result, index) => {
      const path = `results[${index}].resultId`;
      const same = this.#same(result, ofBatch.get(result.resultId) ?? this.kind.get(result.resultId), path);
      const answer = same ?? newTestResult(givenOf(result), () => result.resultId, acceptedAt);
      ofBatch.set(result.resultId, answer);
      return answer;
    });
  }

  /** The known result, if it was given the same; another one of that id is refused. */
  #same(created: TestResult, known = this.kind.get(created.resultId), path?: string): TestResult | undefined {
    if (known !== undefined && creationContent(known) !== creationContent(created))
      refuseOther('result', created.resultId, path);
    return known;
  }

  #list(
    filter: TestResultFilter,
    request: PageRequest | undefined,
    options: CallOptions | undefined,
    fromStore: () => Promise<Page<TestResult>>,
  ): Promise<Page<TestResult>> {
    const { testRuns } = this.calls.known;
    return this.kind.list({
      options,
      page: readPage(request, 'id'),
      direction: filter.runId === undefined ? 'newest first' : 'oldest first',
      matches: (result) => matchesResult(result, filter, testRuns.get(result.runId)),
      fromStore,
    });
  }
}
