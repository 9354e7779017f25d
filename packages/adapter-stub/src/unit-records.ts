import type { ChaosEvent, Scenario, TestResult, TestRun } from '@test-coordinator/domain';

import type { CommittedRecords } from './committed-records.js';
import { isExternalIdTaken, scenarioHasRuns } from './record-rules.js';
import { eventShape, resultShape, runShape, scenarioShape } from './record-shapes.js';
import type { RecordStore } from './record-store.js';
import { externalIdTaken, inUse, staleFence, unknownParent } from './refusals.js';
import type { Stored } from './stored.js';
import { UnitTable, type UnitChange, type UnitContext } from './unit-table.js';

const ALONE: UnitContext<unknown, string> = { isRemoved: () => false, isCurrent: () => true };

/**
 * The records as one unit of work sees them. Nothing reaches the committed records before `commit`, which is one
 * synchronous step: others see all of the unit or nothing.
 */
export class UnitRecords implements RecordStore {
  readonly #committed: CommittedRecords;
  readonly #removedRuns = new Set<string>();
  readonly #fences = new Map<string, number>();
  readonly scenarios;
  readonly runs;
  readonly events;
  readonly results;

  constructor(committed: CommittedRecords) {
    this.#committed = committed;
    this.scenarios = new UnitTable(scenarioShape, committed.scenarios, ALONE);
    this.runs = new UnitTable(runShape, committed.runs, ALONE);
    const ofRun: UnitContext<{ readonly runId: string }, string> = {
      isRemoved: ({ runId }) => this.#removedRuns.has(runId),
      isCurrent: (index) => index !== 'environment' || !this.#changedRuns(),
    };
    this.events = new UnitTable(eventShape(this.runs), committed.events, ofRun);
    this.results = new UnitTable(resultShape(this.runs), committed.results, ofRun);
  }

  replaceRun(stored: Stored<TestRun>, record: TestRun): void {
    this.runs.replace(stored, record);
  }

  deleteScenario(stored: Stored<Scenario>): void {
    this.scenarios.delete(stored);
  }

  deleteRun(stored: Stored<TestRun>): void {
    this.runs.delete(stored);
    if (this.#committed.runs.get(stored.id) !== undefined) this.#removedRuns.add(stored.id);
    this.#fences.delete(stored.id);
    // What is committed of the run is hidden by its removal; what the unit wrote itself is taken back.
    for (const { now } of this.events.changes()) if (now?.record.runId === stored.id) this.events.delete(now);
    for (const { now } of this.results.changes())
      if (now?.record.runId === stored.id) this.results.delete(now);
  }

  fenceOf(runId: string): number | undefined {
    return (
      this.#fences.get(runId) ?? (this.#removedRuns.has(runId) ? undefined : this.#committed.fenceOf(runId))
    );
  }

  raiseFence(runId: string, fence: number): void {
    this.#fences.set(runId, fence);
  }

  /** Stores all changes, or none: throws when what they were made from has changed since. */
  commit(): void {
    this.#check();
    const { scenarios, runs, events, results } = this.#committed;
    for (const runId of this.#removedRuns) {
      const stored = runs.get(runId);
      if (stored !== undefined) this.#committed.deleteRun(stored);
    }
    // Parents first: the indexes of events and results look at their run.
    this.scenarios.commitTo(scenarios);
    this.runs.commitTo({
      get: (id) => runs.get(id),
      insert: (record, created) => runs.insert(record, created),
      replace: (stored, record) => this.#committed.replaceRun(stored, record),
      delete: (stored) => this.#committed.deleteRun(stored),
    });
    this.events.commitTo(events);
    this.results.commitTo(results);
    for (const [runId, fence] of this.#fences) this.#committed.raiseFence(runId, fence);
  }

  #check(): void {
    this.scenarios.checkUnmoved('scenario');
    this.runs.checkUnmoved('run');
    this.events.checkUnmoved('event');
    this.results.checkUnmoved('result');
    for (const { base, now } of this.scenarios.changes()) {
      if (now === undefined && base !== undefined && scenarioHasRuns(this, base.id)) throw inUse(base.id);
    }
    for (const { now } of this.runs.changes()) {
      if (now === undefined) continue;
      const { scenarioId, externalId } = now.record;
      if (this.scenarios.get(scenarioId) === undefined) {
        throw unknownParent('run', now.id, 'scenario', scenarioId, 'scenarioId');
      }
      if (externalId !== undefined && isExternalIdTaken(this, now.id, externalId))
        throw externalIdTaken(now.id);
    }
    this.#checkRunsOf('event', this.events.changes());
    this.#checkRunsOf('result', this.results.changes());
    for (const [runId, fence] of this.#fences) {
      const seen = this.#removedRuns.has(runId) ? undefined : this.#committed.fenceOf(runId);
      if (seen !== undefined && fence < seen) throw staleFence('run', runId, seen);
    }
  }

  #checkRunsOf(
    entity: 'event' | 'result',
    changes: Iterable<UnitChange<ChaosEvent> | UnitChange<TestResult>>,
  ): void {
    for (const { now } of changes) {
      if (now === undefined || this.runs.get(now.record.runId) !== undefined) continue;
      throw unknownParent(entity, now.id, 'run', now.record.runId, 'runId');
    }
  }

  /** Whether the unit changed a committed run: its events and results may then be in another environment. */
  #changedRuns(): boolean {
    for (const { base, now } of this.runs.changes()) if (base !== undefined && now !== undefined) return true;
    return false;
  }
}
