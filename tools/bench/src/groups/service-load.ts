import type { CallOptions, TestResultsRepository } from '@test-coordinator/ports';

import type { BenchmarkGroup, Contender } from '../measure.js';
import { resultInput, type Scale } from '../records.js';
import { byCallers, CALLERS, ServedCoordinator } from '../service/served-coordinator.js';

const BULK = 1_000;

/**
 * What HTTP costs 64 callers: a coordinator that serves, called by the client, against its adapter in this process. The
 * client works on the same cores as the coordinator; the processor time is that of this process alone.
 */
export async function* serviceLoad({ divisor, rounds }: Scale): AsyncIterable<BenchmarkGroup> {
  await using served = await ServedCoordinator.start();
  await using adapter = await served.adapter();
  const contenders = [
    { name: 'adapter-postgres, in process', testResults: adapter.ports.testResults },
    { name: 'coordinator, over HTTP', testResults: served.client.ports.testResults },
  ];
  // A call with options goes alone.
  const alone = {
    name: 'coordinator, a request for each',
    testResults: contenders[1]!.testResults,
    options: { requestId: 'alone' },
  };

  const creates = 12_800 / divisor;
  const single = await contend(served, [...contenders, alone], creates, ({ testResults, options }, runId) =>
    byCallers(creates, (index) => testResults.create(resultInput(runId, index), options)),
  );
  yield {
    title: `create of a result, ${CALLERS} callers, PostgreSQL with fsync`,
    reach: '0.4 of the adapter',
    contenders: single.contenders,
  };
  await checkStored(adapter.ports.testResults, single.runIds, creates * (rounds + 1));

  const batches = 128 / Math.min(divisor, 2);
  const bulk = await contend(served, contenders, batches, ({ testResults }, runId) =>
    byCallers(batches, () =>
      testResults.bulkCreate(Array.from({ length: BULK }, (_, index) => resultInput(runId, index))),
    ),
  );
  yield {
    title: `bulkCreate of ${BULK} results, ${CALLERS} callers, PostgreSQL with fsync`,
    reach: '0.7 of the adapter',
    contenders: bulk.contenders,
  };
  await checkStored(adapter.ports.testResults, bulk.runIds, batches * BULK * (rounds + 1));
}

interface Called {
  readonly name: string;
  readonly testResults: TestResultsRepository;
  readonly options?: CallOptions;
}

/** Contenders with a run each. */
async function contend(
  served: ServedCoordinator,
  called: readonly Called[],
  operations: number,
  run: (called: Called, runId: string) => Promise<void>,
): Promise<{ readonly contenders: readonly Contender[]; readonly runIds: readonly string[] }> {
  const contenders: Contender[] = [];
  const runIds: string[] = [];
  for (const one of called) {
    const runId = await served.newRun();
    runIds.push(runId);
    contenders.push({ name: one.name, operations, run: () => run(one, runId) });
  }
  return { contenders, runIds };
}

/** @throws Error unless each run has so many results. */
async function checkStored(
  testResults: TestResultsRepository,
  runIds: readonly string[],
  expected: number,
): Promise<void> {
  for (const runId of runIds) {
    const counts = Object.values(await testResults.countByStatus({ runId }));
    const stored = counts.reduce((total, count) => total + count, 0);
    if (stored !== expected) throw new Error(`${stored} results were stored and not ${expected}`);
  }
}
