import { fixtures } from '@test-coordinator/contract-tests';
import type { NewTestResult, TestRun } from '@test-coordinator/domain';

import { SpooledWorld, type SpooledWorldOptions } from './spooled-worlds.js';

export const SCENARIO = 'restart-engine';

/** Worlds with a stored scenario, and what is recorded in them. */
export class RecordingWorlds {
  readonly #worlds: SpooledWorld[] = [];

  /** A started one. */
  async open(options: SpooledWorldOptions = {}): Promise<SpooledWorld> {
    const world = await SpooledWorld.started(options);
    this.#worlds.push(world);
    await world.ports.scenarios.create(fixtures.scenario({ scenarioId: SCENARIO }));
    return world;
  }

  async closeAll(): Promise<void> {
    for (const world of this.#worlds.splice(0)) await world.close();
  }
}

export function result(runId: string, fields: Partial<NewTestResult> = {}): NewTestResult {
  return fixtures.testResult({ resultId: undefined, runId, ...fields });
}

/** A run that was accepted while the store was away, with so many results. */
export async function acceptedRun({ ports }: SpooledWorld, results = 0): Promise<TestRun> {
  const run = await ports.testRuns.create({ scenarioId: SCENARIO });
  for (let count = 0; count < results; count += 1) await ports.testResults.create(result(run.runId));
  return run;
}
