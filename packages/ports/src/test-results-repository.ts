import type {
  AssertionStatistics,
  AssertionType,
  ExcludedResult,
  NewTestResult,
  PassRate,
  ResultStatus,
  TestResult,
} from '@test-coordinator/domain';

import type { CallOptions } from './call-options.js';
import type { TestResultFilter } from './filters.js';
import type { Page, PageRequest } from './page.js';
import { token, type Token } from './token.js';

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
}
export const TestResultsRepository: Token<TestResultsRepository> = token('TestResultsRepository');
