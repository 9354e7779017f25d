import {
  ASSERTION_TYPES,
  rateOf,
  type AssertionStatistics,
  type AssertionType,
  type TestResult,
} from '@test-coordinator/domain';
import {
  DataAdapterError,
  throwIfAborted,
  type CallOptions,
  type Repositories,
  type TestResultFilter,
} from '@test-coordinator/ports';

import { decodeCommand } from './command-codec.js';
import type { AcceptedCommand } from './commands.js';
import type { DegradedCalls } from './degraded-calls.js';
import { spooledRepositories } from './spooled-repositories.js';

/**
 * Runs a unit of work without the store: it reads what is known and takes what is not for absent, and its writes wait as
 * one, which the store gets as one unit. When any of them is refused, none is accepted.
 */
export async function runDegradedUnit<Value>(
  calls: DegradedCalls,
  work: (repositories: Repositories) => Promise<Value>,
  options: CallOptions | undefined,
): Promise<Value> {
  throwIfAborted(options);
  const writes: AcceptedCommand[] = [];
  const unit = calls.unit((payload) => writes.push(decodeCommand(payload)));
  let value: Value;
  try {
    value = await work(spooledRepositories(storeOf(unit, writes), unit));
  } catch (error) {
    throw unit.refusal ?? error;
  } finally {
    unit.close();
  }
  if (unit.refusal !== undefined) throw unit.refusal;
  return calls.acceptUnit(writes, value);
}

/** What stands for the store in a unit: it knows the figures of the runs that the unit made, and nothing else. */
function storeOf(unit: DegradedCalls, writes: readonly AcceptedCommand[]): Repositories {
  const refusing = (): Promise<never> => Promise.reject(notKnown());
  const knowing = (methods: Readonly<Record<string, unknown>>): unknown =>
    new Proxy(methods, { get: (own, name) => own[String(name)] ?? refusing });
  const isOwn = (runId: string | undefined): boolean =>
    writes.some(({ command }) => command.method === 'testRuns.create' && command.run.runId === runId);
  const getAssertionStatistics = async ({ runId, ...others }: TestResultFilter = {}): Promise<
    readonly AssertionStatistics<AssertionType>[]
  > => {
    if (!isOwn(runId) || Object.keys(others).length > 0) throw notKnown();
    return statisticsOf([...unit.known.testResults.all()].filter((result) => result.runId === runId));
  };
  const nothing = knowing({});
  const testResults = knowing({ getAssertionStatistics });
  return { scenarios: nothing, testRuns: nothing, chaosEvents: nothing, testResults } as Repositories;
}

function statisticsOf(results: readonly TestResult[]): readonly AssertionStatistics<AssertionType>[] {
  return ASSERTION_TYPES.flatMap((assertionType) => {
    const ofType = results.filter((result) => result.assertionType === assertionType);
    const count = (status: TestResult['status']): number =>
      ofType.filter((each) => each.status === status).length;
    const [passed, failed] = [count('passed'), count('failed')];
    const flaky = ofType.filter((each) => each.flaky).length;
    const counts = {
      total: ofType.length,
      passed,
      failed,
      skipped: count('skipped'),
      error: count('error'),
      flaky,
    };
    return ofType.length === 0 ? [] : [{ assertionType, ...counts, rate: rateOf(passed, failed) }];
  });
}

function notKnown(): DataAdapterError {
  return new DataAdapterError('UNAVAILABLE', 'only the store knows this, which is away; try again later');
}
