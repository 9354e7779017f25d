import {
  completeTestRun,
  moveChaosEvent,
  moveTestRun,
  newChaosEvent,
  newScenario,
  newTestResult,
  newTestRun,
  recordTestRunCompletion,
  recoverChaosEvent,
  type AuditEntry,
  type ChaosEvent,
  type EventRecovery,
  type EventStatus,
  type FinalRunStatus,
  type NewChaosEvent,
  type NewScenario,
  type NewTestResult,
  type NewTestRun,
  type RunCompletion,
  type RunStatus,
  type Scenario,
  type TestResult,
  type TestRun,
} from '@test-coordinator/domain';

/** One call of a spooled method, with the ids that were minted for it. Doing it twice changes nothing more. */
export type Command =
  | { readonly method: 'scenarios.create'; readonly scenario: NewScenario }
  | { readonly method: 'testRuns.create'; readonly run: NewTestRun }
  | { readonly method: 'chaosEvents.create'; readonly event: NewChaosEvent }
  | { readonly method: 'testResults.bulkCreate'; readonly results: readonly NewTestResult[] }
  | { readonly method: 'unitOfWork.run'; readonly writes: readonly AcceptedCommand[] }
  | { readonly method: 'auditLog.append'; readonly entries: readonly AuditEntry[] }
  | RunMove
  | EventMove;

export type RunMove =
  | { readonly method: 'testRuns.startRun'; readonly runId: string }
  | {
      readonly method: 'testRuns.completeRun';
      readonly runId: string;
      readonly status: FinalRunStatus;
      readonly details: RunCompletion;
    }
  | {
      readonly method: 'testRuns.recordCompletion';
      readonly runId: string;
      readonly exitCode: number;
      readonly durationMs: number;
    }
  | { readonly method: 'testRuns.updateStatus'; readonly runId: string; readonly status: RunStatus };

export type EventMove =
  | { readonly method: 'chaosEvents.updateStatus'; readonly eventId: string; readonly status: EventStatus }
  | {
      readonly method: 'chaosEvents.recordRecovery';
      readonly eventId: string;
      readonly recovery: EventRecovery;
    };

/** What a move leaves behind, so that a later process knows it without the store. */
export interface Moved {
  readonly run?: TestRun;
  readonly event?: ChaosEvent;
}

/** A command as it waits. */
export interface AcceptedCommand {
  readonly command: Command;
  /** When its caller was answered. */
  readonly acceptedAt: Date;
  /** Of the execution lock under which it was given. */
  readonly fence?: number;
  /** Counted as waiting under this: the run that it belongs to, the scenario, or the chain of audit entries. */
  readonly key: string;
  readonly moved?: Moved;
}

/** An accepted command with its place in the spool. */
export interface WaitingCommand {
  readonly sequence: number;
  readonly accepted: AcceptedCommand;
}

/** Itself, or the writes of a unit. */
export function writesOf(accepted: AcceptedCommand): readonly AcceptedCommand[] {
  const { command } = accepted;
  return command.method === 'unitOfWork.run' ? command.writes : [accepted];
}

/** Under which it counts as waiting: the runs and the scenarios that it belongs to. */
export function keysOf(accepted: AcceptedCommand): ReadonlySet<string> {
  return new Set(writesOf(accepted).map(({ key }) => key));
}

/** The run after the move. @throws IllegalTransitionError and InvalidValueError as the store would */
export function moveRun(run: TestRun, move: RunMove, now: Date): TestRun {
  switch (move.method) {
    case 'testRuns.startRun':
      return moveTestRun(run, 'running', now);
    case 'testRuns.completeRun':
      return completeTestRun(run, move.status, move.details, now);
    case 'testRuns.recordCompletion':
      return recordTestRunCompletion(run, move.exitCode, move.durationMs, now);
    case 'testRuns.updateStatus':
      return moveTestRun(run, move.status, now);
  }
}

/** The event after the move. @throws as moveRun */
export function moveEvent(event: ChaosEvent, move: EventMove, now: Date): ChaosEvent {
  switch (move.method) {
    case 'chaosEvents.updateStatus':
      return moveChaosEvent(event, move.status, now);
    case 'chaosEvents.recordRecovery':
      return recoverChaosEvent(event, move.recovery, now);
  }
}

export interface CommandRecords {
  readonly scenarios: readonly Scenario[];
  readonly testRuns: readonly TestRun[];
  readonly chaosEvents: readonly ChaosEvent[];
  readonly testResults: readonly TestResult[];
}

const NONE: CommandRecords = { scenarios: [], testRuns: [], chaosEvents: [], testResults: [] };

/** The records as they are after a command that waits; those of a unit are told by its writes. */
export function recordsOf({ command, acceptedAt, moved }: AcceptedCommand): CommandRecords {
  switch (command.method) {
    case 'scenarios.create':
      return { ...NONE, scenarios: [newScenario(command.scenario, acceptedAt)] };
    case 'testRuns.create':
      return { ...NONE, testRuns: [newTestRun(command.run, noId, acceptedAt)] };
    case 'chaosEvents.create':
      return { ...NONE, chaosEvents: [newChaosEvent(command.event, noId, acceptedAt)] };
    case 'testResults.bulkCreate':
      return {
        ...NONE,
        testResults: command.results.map((result) => newTestResult(result, noId, acceptedAt)),
      };
    case 'testRuns.startRun':
    case 'testRuns.completeRun':
    case 'testRuns.recordCompletion':
    case 'testRuns.updateStatus':
      return moved?.run === undefined ? NONE : { ...NONE, testRuns: [moved.run] };
    case 'chaosEvents.updateStatus':
    case 'chaosEvents.recordRecovery':
      return moved?.event === undefined ? NONE : { ...NONE, chaosEvents: [moved.event] };
    case 'unitOfWork.run':
    case 'auditLog.append':
      return NONE;
  }
}

/** What was given to create a record: all but what a store assigns. */
export function givenOf<Record extends object>(
  record: Record,
): Omit<Record, 'createdAt' | 'updatedAt' | 'version'> {
  const given: Partial<Record> & { createdAt?: unknown; updatedAt?: unknown; version?: unknown } = {
    ...record,
  };
  delete given.createdAt;
  delete given.updatedAt;
  delete given.version;
  return given as Omit<Record, 'createdAt' | 'updatedAt' | 'version'>;
}

/** Ids are minted before a command is accepted. */
function noId(): never {
  throw new TypeError('a waiting command has its ids');
}
