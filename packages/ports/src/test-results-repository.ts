import type {
  AssertionStatistics,
  AssertionType,
  ExcludedResult,
  NewTestResult,
  PassRate,
  ResultStatus,
  TestResult,
} from '@test-coordinator/domain';

import type { AssertionHistories, AssertionHistoriesRequest } from './assertion-histories.js';
import type { CallOptions } from './call-options.js';
import type { TestResultFilter } from './filters.js';
import type { Page, PageRequest } from './page.js';
import type { RunComparison, RunComparisonRequest } from './run-comparison.js';
import { token, type Token } from './token.js';

/** How far an import has come. */
export interface ImportProgress {
  /** How many results of the source are stored, in its order; those that were stored before it are among them. */
  readonly recorded: number;
}

export interface ImportAllOptions extends CallOptions {
  /** Told after each batch, once it is stored. What it throws ends the import. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

/**
 * Checked assertions of runs. Results never change. Lists are newest first, by id; the results of one run (a filter
 * with `runId`) are oldest first. Each method may also reject with `CLOSED`, `UNAVAILABLE`, `TIMEOUT` or `INTERNAL`.
 */
export interface TestResultsRepository {
  /**
   * Records a result; an id is minted when none is given. Creating it again with the same id and content answers with
   * the stored record. Codes: `INVALID_ARGUMENT`; `REFERENCE_VIOLATION` for an unknown run; `ALREADY_EXISTS` for the
   * same id with other content.
   */
  create(result: NewTestResult, options?: CallOptions): Promise<TestResult>;

  /** The result, or `null`. Codes: `INVALID_ARGUMENT` for what is no result id. */
  getById(resultId: string, options?: CallOptions): Promise<TestResult | null>;

  /**
   * Records 1–1000 results, all or none, and answers with the records in the order given. Ids are minted in that order.
   * Each follows the rules of `create`, also against the others of the batch: a repeated id with the same content is
   * one record. Codes as `create`; the path of what is wrong starts with its place: `results[17].status`.
   */
  bulkCreate(results: readonly NewTestResult[], options?: CallOptions): Promise<readonly TestResult[]>;

  /**
   * Records any number of results in the order given, as `bulkCreate` for one batch of 1000 after the other (the last
   * has what is left), and answers how many. A batch is read when those before it are stored, so that no more than one
   * is held; each result must be an object of its own.
   *
   * Each batch is all or nothing; the load is not. It ends at the first batch that is refused or fails, at an aborted
   * signal (looked at before the first result is read and before each batch is sent) and at what the source or
   * `onProgress` throws, and rejects with that; the batches before stay stored, and the source is closed (its
   * `return()` is called). Loading the same again is safe when the results have ids, and finds those stored; one
   * without gets a new id each time. In a unit of work all is part of the unit.
   *
   * Codes as `bulkCreate`, with places counted from the start of the load: `results[123456].status`. A source without
   * results is 0 and asks nothing of the store.
   */
  importAll(
    results: AsyncIterable<NewTestResult> | Iterable<NewTestResult>,
    options?: ImportAllOptions,
  ): Promise<ImportProgress>;

  /** The results that match every field of the filter. Codes: `INVALID_ARGUMENT`, also for a field that is not known. */
  find(filter: TestResultFilter, page?: PageRequest, options?: CallOptions): Promise<Page<TestResult>>;

  /** `find({ runId })`: oldest first; none for an unknown run. */
  getByRun(runId: string, page?: PageRequest, options?: CallOptions): Promise<Page<TestResult>>;

  /** `find({ types: [assertionType] })`. */
  getByAssertionType(
    assertionType: AssertionType,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<Page<TestResult>>;

  /** `find({ statuses: [status] })`. */
  getByStatus(status: ResultStatus, page?: PageRequest, options?: CallOptions): Promise<Page<TestResult>>;

  /** `find({ statuses: ['failed'] })`: assertions that did not hold; those in `error` could not be checked and are not among them. */
  getFailedResults(page?: PageRequest, options?: CallOptions): Promise<Page<TestResult>>;

  /** `find({ correlationId })`. */
  getByCorrelationId(
    correlationId: string,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<Page<TestResult>>;

  /**
   * The pass rate over the matching results (all, without a filter); skipped and error are counted in `excluded` and
   * never in the rate. One consistent look at the store. Codes: `INVALID_ARGUMENT`.
   */
  calculatePassRate(filter?: TestResultFilter, options?: CallOptions): Promise<PassRate<ExcludedResult>>;

  /** How many matching results are in each status; a status that does not occur is 0. Codes: `INVALID_ARGUMENT`. */
  countByStatus(
    filter?: TestResultFilter,
    options?: CallOptions,
  ): Promise<Readonly<Record<ResultStatus, number>>>;

  /** One entry for each assertion type that occurs among the matching results, in the order of the enumeration. Codes: `INVALID_ARGUMENT`. */
  getAssertionStatistics(
    filter?: TestResultFilter,
    options?: CallOptions,
  ): Promise<readonly AssertionStatistics<AssertionType>[]>;

  /**
   * What became of the assertions of one run, the baseline, in another. What an assertion is, and when two results are of
   * the same, says AssertionIdentity; each is counted in one group. The runs may be in any status and of any scenario.
   * The page lists them by the id of the result that decided in the run, or in the baseline for those that are gone,
   * oldest first. Each page is one consistent look at the store, and compares the runs as they are then.
   * Codes: `INVALID_ARGUMENT`; `NOT_FOUND` for an unknown run (`id` says which): without one, all would be added or gone.
   */
  compareRuns(
    request: RunComparisonRequest,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<RunComparison>;

  /**
   * How each assertion fared over the newest finished runs of a scenario, newest by id. A finished run is in a final
   * status, also one in error or cancelled: what it decided before it ended counts. The page lists them by `lastResultId`,
   * newest first. Each page is one consistent look at the store. No runs for an unknown scenario.
   * Codes: `INVALID_ARGUMENT`.
   */
  getAssertionHistories(
    request: AssertionHistoriesRequest,
    page?: PageRequest,
    options?: CallOptions,
  ): Promise<AssertionHistories>;
}
export const TestResultsRepository: Token<TestResultsRepository> = token('TestResultsRepository');
