import type { TestRun } from '@test-coordinator/domain';
import { DataAdapterError, type TestRunsRepository } from '@test-coordinator/ports';

/** Which run another one is held against: a rule for finding it, or its id or externalId. */
export type BaselineChoice = 'last-passed' | 'previous' | { readonly run: string };

/**
 * The run with this externalId, else the one with this id, or `null`. A run that calls itself so goes before one that has
 * the name for its id: nobody names a run after another's id. Codes: those of reads.
 */
export async function findRunNamed(testRuns: TestRunsRepository, name: string): Promise<TestRun | null> {
  const { items } = await testRuns.find({ externalId: name }, { limit: 1 });
  if (items[0] !== undefined) return items[0];
  return testRuns.getById(name).catch((error: unknown) => {
    if (DataAdapterError.is(error) && error.code === 'INVALID_ARGUMENT') return null;
    throw error;
  });
}

/** The same; `NOT_FOUND` where there is none. */
export async function getRunNamed(testRuns: TestRunsRepository, name: string): Promise<TestRun> {
  const run = await findRunNamed(testRuns, name);
  if (run !== null) return run;
  throw new DataAdapterError('NOT_FOUND', `no run has the id or the externalId ${JSON.stringify(name)}`);
}

/** The run of the scenario that was recorded last, in whatever status, or `null`. */
export async function findNewestRun(
  testRuns: TestRunsRepository,
  scenarioId: string,
): Promise<TestRun | null> {
  const { items } = await testRuns.find({ scenarioId }, { limit: 1 });
  return items[0] ?? null;
}

/**
 * The baseline of a run, or `null`. `last-passed` is the newest run of the scenario before it that passed and checked
 * something, `previous` the newest before it that passed or failed and checked something; both of the same environment,
 * where the run names one.
 */
export async function findBaseline(
  testRuns: TestRunsRepository,
  run: TestRun,
  choice: BaselineChoice,
): Promise<TestRun | null> {
  if (typeof choice === 'object') return findRunNamed(testRuns, choice.run);
  const { items } = await testRuns.find(
    {
      scenarioId: run.scenarioId,
      statuses: choice === 'last-passed' ? ['passed'] : ['passed', 'failed'],
      unverified: false,
      recordedBefore: run.runId,
      environment: run.testEnvironment,
    },
    { limit: 1 },
  );
  return items[0] ?? null;
}
