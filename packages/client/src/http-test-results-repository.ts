import {
  ASSERTION_TYPES,
  newTestResultRules,
  readResultBatch,
  RESULT_STATUSES,
  type AssertionStatistics,
  type AssertionType,
  type ExcludedResult,
  type NewTestResult,
  type PassRate,
  type ResultStatus,
  type TestResult,
} from '@test-coordinator/domain';
import {
  Coalescer,
  DataAdapterError,
  checkBulk,
  checkOneOf,
  checkTestResultFilter,
  checkText,
  checkUuid,
  checkRunComparisonRequest,
  importInBatches,
  readAssertionHistoriesRequest,
  readPage,
  type AssertionHistories,
  type AssertionHistoriesRequest,
  type CallOptions,
  type IdGenerator,
  type ImportAllOptions,
  type ImportProgress,
  type Page,
  type PageRequest,
  type RunComparison,
  type RunComparisonRequest,
  type TestResultFilter,
  type TestResultsRepository,
} from '@test-coordinator/ports';

import {
  itemsReader,
  pageReader,
  readAssertionHistories,
  readFigures,
  readRunComparison,
  readRecorded,
  readTestResult,
} from './answer-readers.js';
import type { Admission, Asked, CoordinatorCalls } from './coordinator-calls.js';
import { shareFreshness } from './freshness.js';

type Statistics = AssertionStatistics<AssertionType>;

const readTestResults = pageReader(readTestResult);
/** Each result of a batch is here already. */
const MINIMAL = { prefer: 'return=minimal' };
/** What a caller waits for in another's request goes on when the client stops: it was let in before. */
const LET_IN: Admission = { isOfLife: true };
const readStatistics = itemsReader<Statistics>(readFigures);

/** Results over HTTP. Their ids are minted here, so that a batch whose answer was lost can be sent again. */
export class HttpTestResultsRepository implements TestResultsRepository {
  readonly #calls: CoordinatorCalls;
  readonly #mintId: () => string;
  readonly #creations: Coalescer<NewTestResult, TestResult>;

  constructor(calls: CoordinatorCalls, ids: IdGenerator) {
    this.#calls = calls;
    this.#mintId = () => ids.next();
    this.#creations = new Coalescer({
      one: (given) => this.#createOne(() => given, undefined, LET_IN),
      many: (given) => this.#createTogether(given),
      // A body that is too large is refused while it is sent, so that its answer may be lost.
      sizeOf: (given) => JSON.stringify(given).length,
    });
  }

  create(result: NewTestResult, options?: CallOptions): Promise<TestResult> {
    const read = (): NewTestResult => newTestResultRules.read(result, this.#mintId);
    if (options !== undefined) return this.#createOne(read, options);
    return this.#calls.during(async () => this.#creations.call(await this.#calls.answer(undefined, read)));
  }

  getById(resultId: string, options?: CallOptions): Promise<TestResult | null> {
    const ask = (): Asked => {
      checkUuid(resultId, 'resultId');
      return { path: { resultId } };
    };
    return this.#calls.find('getResult', options, ask, readTestResult);
  }

  bulkCreate(results: readonly NewTestResult[], options?: CallOptions): Promise<readonly TestResult[]> {
    return this.#createAll(() => {
      checkBulk(results, 'results');
      return readResultBatch(results, (result) => newTestResultRules.read(result, this.#mintId));
    }, options);
  }

  importAll(
    results: AsyncIterable<NewTestResult> | Iterable<NewTestResult>,
    options?: ImportAllOptions,
  ): Promise<ImportProgress> {
    return importInBatches(this, results, options);
  }

  find(filter: TestResultFilter, page?: PageRequest, options?: CallOptions): Promise<Page<TestResult>> {
    return this.#list(() => filter, page, options);
  }

  getByRun(runId: string, page?: PageRequest, options?: CallOptions): Promise<Page<TestResult>> {
    const filter = (): TestResultFilter => {
      checkUuid(runId, 'runId');
      return { runId };
    };
    return this.#list(filter, page, options);
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
    return this.#list(filter, page, options);
  }

  getByStatus(status: ResultStatus, page?: PageRequest, options?: CallOptions): Promise<Page<TestResult>> {
    const filter = (): TestResultFilter => {
      checkOneOf(status, RESULT_STATUSES, 'status');
      return { statuses: [status] };
    };
    return this.#list(filter, page, options);
  }

  getFailedResults(page?: PageRequest, options?: CallOptions): Promise<Page<TestResult>> {
    return this.#list(() => ({ statuses: ['failed'] }), page, options);
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
    return this.#list(filter, page, options);
  }

  calculatePassRate(filter: TestResultFilter = {}, options?: CallOptions): Promise<PassRate<ExcludedResult>> {
    const ask = (): Asked => ({ query: { ...checkTestResultFilter(filter) } });
    return this.#calls.ask('getResultPassRate', options, ask, readFigures<PassRate<ExcludedResult>>);
  }

  countByStatus(
    filter: TestResultFilter = {},
    options?: CallOptions,
  ): Promise<Readonly<Record<ResultStatus, number>>> {
    const ask = (): Asked => ({ query: { ...checkTestResultFilter(filter) } });
    return this.#calls.ask('countResults', options, ask, readFigures<Readonly<Record<ResultStatus, number>>>);
  }

  getAssertionStatistics(
    filter: TestResultFilter = {},
    options?: CallOptions,
  ): Promise<readonly Statistics[]> {
    const ask = (): Asked => ({ query: { ...checkTestResultFilter(filter) } });
    return this.#calls.ask('getAssertionStatistics', options, ask, readStatistics);
  }

  compareRuns(
    request: RunComparisonRequest,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<RunComparison> {
    const ask = (): Asked => {
      const { runId, slowerBy, ...asked } = checkRunComparisonRequest(request);
      readPage(page, 'id');
      const query = { ...asked, slowerByRatio: slowerBy?.ratio, slowerByMs: slowerBy?.ms, ...page };
      return { path: { runId }, query };
    };
    return this.#calls.ask('compareRun', options, ask, readRunComparison);
  }

  getAssertionHistories(
    request: AssertionHistoriesRequest,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<AssertionHistories> {
    const ask = (): Asked => {
      readAssertionHistoriesRequest(request);
      readPage(page, 'id');
      const { scenarioId, ...asked } = request;
      return { path: { scenarioId }, query: { ...asked, ...page } };
    };
    return this.#calls.ask('listAssertionsOfScenario', options, ask, readAssertionHistories);
  }

  #createOne(
    read: () => NewTestResult,
    options: CallOptions | undefined,
    admission?: Admission,
  ): Promise<TestResult> {
    const ask = (): Asked => {
      const body = read();
      return { body, entity: 'result', id: body.resultId! };
    };
    return this.#calls.ask('createResult', options, ask, readTestResult, admission);
  }

  #createAll(
    read: () => readonly NewTestResult[],
    options: CallOptions | undefined,
    admission?: Admission,
  ): Promise<readonly TestResult[]> {
    let given: readonly NewTestResult[] = [];
    const ask = (): Asked => {
      given = read();
      return { body: { results: given }, headers: MINIMAL };
    };
    return this.#calls.ask('createResults', options, ask, (json) => readRecorded(given, json), admission);
  }

  /** One request for the creations of many callers; an error of the whole is each caller's own, and names its record. */
  async #createTogether(
    given: readonly NewTestResult[],
  ): Promise<readonly (TestResult | Promise<TestResult>)[]> {
    try {
      const recorded = await this.#createAll(() => given, undefined, LET_IN);
      for (const result of recorded) shareFreshness(recorded, result);
      return recorded;
    } catch (error) {
      if (!DataAdapterError.is(error) || !error.retryable) throw error;
      const { code, message, details, cause } = error;
      return given.map(({ resultId }) =>
        Promise.reject(
          new DataAdapterError(code, message, {
            entity: 'result',
            id: resultId!,
            ...(details !== undefined && { details }),
            cause,
          }),
        ),
      );
    }
  }

  #list(
    filterOf: () => TestResultFilter,
    page: PageRequest | undefined,
    options: CallOptions | undefined,
  ): Promise<Page<TestResult>> {
    const ask = (): Asked => {
      const filter = checkTestResultFilter(filterOf());
      readPage(page, 'id');
      return { query: { ...filter, ...page } };
    };
    return this.#calls.ask('listResults', options, ask, readTestResults);
  }
}
