import { createStubAdapter, type StubAdapter } from '@test-coordinator/adapter-stub';
import type { NewTestRun, ResultStatus, TestRun } from '@test-coordinator/domain';

import { runGate, type Ended } from './gate-run.js';

export const SCENARIO = 'matching-engine-restart';
const DAY_MS = 86_400_000;

/** A store in memory in which a test records runs, a day apart, and on which commands run. */
export class RecordedWorld {
  readonly #adapter: StubAdapter = createStubAdapter({
    clock: { now: () => new Date('2026-01-10T09:00:00.000Z') },
  });
  #days = 0;

  static async open(): Promise<RecordedWorld> {
    const world = new RecordedWorld();
    await world.#adapter.start();
    await world.ports.scenarios.create({
      scenarioId: SCENARIO,
      name: 'Matching engine | restart',
      scenarioType: 'service_restart',
    });
    return world;
  }

  get ports(): StubAdapter['ports'] {
    return this.#adapter.ports;
  }

  async record(
    status: TestRun['status'],
    results: Readonly<Record<string, ResultStatus>>,
    fields: Partial<NewTestRun> = {},
  ): Promise<TestRun> {
    const startedAt = new Date(new Date('2026-01-10T10:00:00.000Z').getTime() + this.#days * DAY_MS);
    this.#days += 1;
    const run = await this.ports.testRuns.create({
      scenarioId: SCENARIO,
      status,
      startedAt,
      completedAt: startedAt,
      ...fields,
    });
    const all = Object.entries(results).map(([name, each]) => ({
      runId: run.runId,
      name,
      assertionType: 'latency' as const,
      expectedValue: '5 ms',
      actualValue: '7 ms',
      status: each,
      verificationTime: startedAt,
      metadata: { suite: 'orders', durationMs: each === 'passed' ? 100 * this.#days : 0 },
    }));
    await this.ports.testResults.importAll(all);
    return run;
  }

  run(...args: string[]): Promise<Ended> {
    const records = {
      repositories: this.ports,
      wasDegraded: () => false,
      [Symbol.asyncDispose]: async () => {},
    };
    return runGate(args, () => Promise.resolve(records));
  }
}
