import type { Repositories } from '@test-coordinator/ports';

import type { DegradedCalls } from './degraded-calls.js';
import { RecordKind } from './record-kind.js';
import { SpooledChaosEventsRepository } from './spooled-chaos-events.js';
import { SpooledScenariosRepository } from './spooled-scenarios.js';
import { SpooledTestResultsRepository } from './spooled-test-results.js';
import { SpooledTestRunsRepository } from './spooled-test-runs.js';

/** The repositories of a store with the spool before them. */
export function spooledRepositories(store: Repositories, calls: DegradedCalls): Repositories {
  const { known } = calls;
  const byId = (id: string): readonly [string] => [id];
  return Object.freeze({
    scenarios: new SpooledScenariosRepository(
      store.scenarios,
      calls,
      new RecordKind({
        calls,
        known: known.scenarios,
        waitsAs: ({ scenarioId }) => scenarioId,
        orderKeyOf: ({ createdAt, scenarioId }) => [createdAt.getTime(), scenarioId],
      }),
    ),
    testRuns: new SpooledTestRunsRepository(
      store.testRuns,
      calls,
      new RecordKind({
        calls,
        known: known.testRuns,
        waitsAs: ({ runId }) => runId,
        orderKeyOf: ({ runId }) => byId(runId),
      }),
    ),
    chaosEvents: new SpooledChaosEventsRepository(
      store.chaosEvents,
      calls,
      new RecordKind({
        calls,
        known: known.chaosEvents,
        waitsAs: ({ runId }) => runId,
        orderKeyOf: ({ eventId }) => byId(eventId),
      }),
    ),
    testResults: new SpooledTestResultsRepository(
      store.testResults,
      calls,
      new RecordKind({
        calls,
        known: known.testResults,
        waitsAs: ({ runId }) => runId,
        orderKeyOf: ({ resultId }) => byId(resultId),
      }),
    ),
  });
}
