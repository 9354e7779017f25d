import type { ChaosEvent, ResultStatus, Scenario, TestResult, TestRun } from '@test-coordinator/domain';
import {
  DataAdapterError,
  MAX_PAGE_LIMIT,
  type CallOptions,
  type Page,
  type PageRequest,
  type Repositories,
} from '@test-coordinator/ports';

/** A recorded run with what a writer needs before its first result. */
export interface ExportedRun {
  readonly scenario: Scenario;
  readonly run: TestRun;
  /** Of all its results, counted before they are read. */
  readonly counts: Readonly<Record<ResultStatus, number>>;
  /** Of the passed ones, those that passed only after another attempt. */
  readonly flaky: number;
  /**
   * Its results, oldest first, a page at a time: one page is held. Ends with `VERSION_CONFLICT` when there are others than
   * were counted, since what was written before says something else.
   */
  readonly results: AsyncIterable<TestResult>;
  /** Its faults, oldest first. */
  readonly events: AsyncIterable<ChaosEvent>;
}

/**
 * The run, for a writer. Codes: `NOT_FOUND` for an unknown run; `ILLEGAL_TRANSITION` for one that is not over, whose report
 * would tell of a part; those of reads.
 */
export async function exportedRun(
  { scenarios, testRuns, chaosEvents, testResults }: Repositories,
  runId: string,
  options?: CallOptions,
): Promise<ExportedRun> {
  const run = await testRuns.getById(runId, options);
  const scenario = run === null ? null : await scenarios.getById(run.scenarioId, options);
  if (run === null || scenario === null)
    throw new DataAdapterError('NOT_FOUND', `run ${runId} does not exist`, { entity: 'run', id: runId });
  if (run.status === 'pending' || run.status === 'running')
    throw new DataAdapterError(
      'ILLEGAL_TRANSITION',
      `run ${runId} is ${run.status}; export it when it is over`,
      {
        entity: 'run',
        id: runId,
      },
    );
  const [counts, statistics] = await Promise.all([
    testResults.countByStatus({ runId }, options),
    testResults.getAssertionStatistics({ runId }, options),
  ]);
  return {
    scenario,
    run,
    counts,
    flaky: statistics.reduce((sum, { flaky }) => sum + flaky, 0),
    results: counting(
      paged((page) => testResults.getByRun(runId, page, options)),
      runId,
      totalOf(counts),
    ),
    events: paged((page) => chaosEvents.getByRun(runId, page, options)),
  };
}

export function totalOf({ passed, failed, skipped, error }: Readonly<Record<ResultStatus, number>>): number {
  return passed + failed + skipped + error;
}

async function* paged<Item>(read: (page: PageRequest) => Promise<Page<Item>>): AsyncGenerator<Item> {
  for (let cursor: string | undefined; ;) {
    const { items, nextCursor }: Page<Item> = await read({ limit: MAX_PAGE_LIMIT, cursor });
    yield* items;
    if (nextCursor === null) return;
    cursor = nextCursor;
  }
}

async function* counting(
  results: AsyncIterable<TestResult>,
  runId: string,
  counted: number,
): AsyncGenerator<TestResult> {
  let seen = 0;
  for await (const result of results) {
    seen += 1;
    yield result;
  }
  if (seen === counted) return;
  throw new DataAdapterError(
    'VERSION_CONFLICT',
    `results of run ${runId} were recorded while it was exported (${counted} before, ${seen} after): export it again`,
    { entity: 'run', id: runId },
  );
}
