import { createStubAdapter, type StubAdapter } from '@test-coordinator/adapter-stub';
import {
  ASSERTION_TYPES,
  RESULT_STATUSES,
  UuidV7Generator,
  type NewTestResult,
} from '@test-coordinator/domain';
import type { TestResultsRepository } from '@test-coordinator/ports';

/** How large the stores are, and how long is measured. */
export interface Scale {
  readonly rounds: number;
  /** Divides the number of operations and of records: 1, or more for a quick look. */
  readonly divisor: number;
}

export const ids = new UuidV7Generator(() => Date.now());

/** A result of twelve fields, as an importer gives it. */
export function resultInput(runId: string, index: number): NewTestResult {
  return {
    runId,
    name: `order ${index} is acknowledged`,
    assertionType: ASSERTION_TYPES[index % ASSERTION_TYPES.length]!,
    expectedValue: 'p99 < 250 ms',
    actualValue: '312 ms',
    status: RESULT_STATUSES[index % RESULT_STATUSES.length]!,
    verificationTime: new Date(1_770_000_000_000 + index),
    errorDetails: 'the acknowledgement came late',
    correlationId: `order-${index >>> 3}`,
    attempt: 1,
    flaky: false,
    metadata: { region: 'eu-1', retries: index % 3 },
  };
}

/** A started adapter with one scenario and so many runs. */
export async function adapterWithRuns(count: number): Promise<{ adapter: StubAdapter; runIds: string[] }> {
  const adapter = createStubAdapter();
  await adapter.start();
  const scenarioId = 'order-latency';
  await adapter.ports.scenarios.create({
    scenarioId,
    name: 'Order latency',
    scenarioType: 'network_latency',
  });
  const runIds: string[] = [];
  for (let index = 0; index < count; index += 1) {
    runIds.push((await adapter.ports.testRuns.create({ scenarioId, testEnvironment: 'staging' })).runId);
  }
  return { adapter, runIds };
}

/** Fills an adapter with results, the runs in turns, and answers with their ids. */
export async function addResults(
  { ports }: { readonly ports: { readonly testResults: TestResultsRepository } },
  runIds: readonly string[],
  count: number,
): Promise<string[]> {
  const resultIds: string[] = [];
  for (let start = 0; start < count; start += 1_000) {
    const batch = Array.from({ length: Math.min(1_000, count - start) }, (_, index) =>
      resultInput(runIds[(start + index) % runIds.length]!, start + index),
    );
    for (const { resultId } of await ports.testResults.bulkCreate(batch)) resultIds.push(resultId);
  }
  return resultIds;
}

/** The same order of picks in every run: a linear congruential generator. */
export function picks(count: number, below: number): number[] {
  let state = 12_345;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  });
}
