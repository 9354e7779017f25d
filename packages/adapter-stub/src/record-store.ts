import type {
  ChaosEvent,
  EventStatus,
  Scenario,
  ScenarioStatus,
  TestResult,
  TestRun,
} from '@test-coordinator/domain';

import type {
  EventIndex,
  ResultIndex,
  ResultKind,
  RunIndex,
  RunKind,
  ScenarioIndex,
} from './record-shapes.js';
import type { RecordTable } from './selection.js';
import type { Stored } from './stored.js';

/**
 * What the record repositories are written against: the committed records, or those of a unit of work. It stores what
 * it is told; the rules (parents, unique names, legal moves) are the repositories'.
 */
export interface RecordStore {
  readonly scenarios: RecordTable<Scenario, ScenarioIndex, ScenarioStatus>;
  /** A run is replaced by `replaceRun` alone, because events and results are found by its environment. */
  readonly runs: Omit<RecordTable<TestRun, RunIndex, RunKind>, 'replace'>;
  readonly events: RecordTable<ChaosEvent, EventIndex, EventStatus>;
  readonly results: RecordTable<TestResult, ResultIndex, ResultKind>;
  replaceRun(stored: Stored<TestRun>, record: TestRun): void;
  deleteScenario(stored: Stored<Scenario>): void;
  /** Removes the run with its events and results. */
  deleteRun(stored: Stored<TestRun>): void;
  /** The highest fence that a state change of the run, or of one of its events, carried. */
  fenceOf(runId: string): number | undefined;
  raiseFence(runId: string, fence: number): void;
}
