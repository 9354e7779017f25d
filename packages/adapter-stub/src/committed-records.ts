import type { Scenario, TestRun } from '@test-coordinator/domain';

import { IndexedTable } from './indexed-table.js';
import { eventShape, resultShape, runShape, scenarioShape } from './record-shapes.js';
import type { RecordStore } from './record-store.js';
import type { Stored } from './stored.js';

/** The records that are committed. */
export class CommittedRecords implements RecordStore {
  readonly scenarios = new IndexedTable(scenarioShape);
  readonly runs = new IndexedTable(runShape);
  readonly events = new IndexedTable(eventShape(this.runs));
  readonly results = new IndexedTable(resultShape(this.runs));
  readonly #fences = new Map<string, number>();

  get size(): number {
    return this.scenarios.size + this.runs.size + this.events.size + this.results.size;
  }

  replaceRun(stored: Stored<TestRun>, record: TestRun): void {
    const replace = (): void => this.runs.replace(stored, record);
    if (stored.record.testEnvironment === record.testEnvironment) {
      replace();
      return;
    }
    const events = this.events.under('run', stored.id);
    const results = this.results.under('run', stored.id);
    this.events.rekey(events, () => this.results.rekey(results, replace));
  }

  deleteScenario(stored: Stored<Scenario>): void {
    this.scenarios.delete(stored);
  }

  deleteRun(stored: Stored<TestRun>): void {
    for (const event of this.events.under('run', stored.id)) this.events.delete(event);
    for (const result of this.results.under('run', stored.id)) this.results.delete(result);
    this.runs.delete(stored);
    this.#fences.delete(stored.id);
  }

  fenceOf(runId: string): number | undefined {
    return this.#fences.get(runId);
  }

  raiseFence(runId: string, fence: number): void {
    this.#fences.set(runId, fence);
  }
}
