import { IsBoolean, IsIn, IsInt, IsOptional, Matches, Max, Min } from './class-validator.js';

import { compileRules } from './compiled-rules.js';
import { FINAL_RUN_STATUSES, RUN_STATUSES, type FinalRunStatus, type RunStatus } from './enumerations.js';
import { frozenDate } from './frozen-date.js';
import type { Given, OrAbsent } from './given.js';
import { READABLE_ID, UUID_V7 } from './identifiers.js';
import type { Problem } from './invalid-value-error.js';
import type { JsonObject } from './json-value.js';
import { withChanges } from './record-changes.js';
import { IsJsonObject, IsPlainText, IsTimestamp, MayBeLeftOut } from './rule-decorators.js';
import { IllegalTransitionError, judgeMove, RUN_MOVES } from './state-machine.js';

/** One execution of a scenario. */
export interface TestRun {
  readonly runId: string;
  readonly scenarioId: string;
  readonly status: RunStatus;
  readonly startedAt?: Date;
  readonly completedAt?: Date;
  /** Whole milliseconds. */
  readonly durationMs?: number;
  /** The configuration that this run was made with; later changes of the scenario do not reach it. */
  readonly configurationSnapshot: JsonObject;
  readonly testEnvironment?: string;
  readonly exitCode?: number;
  readonly errorMessage?: string;
  /** The caller's own name for the run, unique among all runs. */
  readonly externalId?: string;
  /** Retention never takes a pinned run. */
  readonly pinned: boolean;
  /** The run passed without having checked anything, so it is kept out of every pass rate. */
  readonly unverified: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly version: number;
}

/** What a caller gives to record a run. Without a `runId` one is minted. Any status may be the first: imports bring finished runs. */
export type NewTestRun = Given<NewTestRunRules>;
/** What a change may touch; left out is left as it is, `null` clears an optional field. The status moves by its own methods. */
export type TestRunChanges = Given<TestRunChangeRules>;
/** What a completion may say besides the status. */
export type RunCompletion = Given<RunCompletionRules>;

const INT32_MAX = 2_147_483_647;
const EMPTY_OBJECT: JsonObject = Object.freeze({});

class RunCompletionRules {
  @IsOptional() @IsInt() @Min(-INT32_MAX) @Max(INT32_MAX) exitCode?: OrAbsent<number>;
  @IsOptional() @IsPlainText({ min: 0, max: 65_536 }) errorMessage?: OrAbsent<string>;
}

class NewTestRunRules {
  @IsOptional() @Matches(UUID_V7) runId?: OrAbsent<string>;
  @Matches(READABLE_ID) scenarioId!: string;
  @IsOptional() @IsIn(RUN_STATUSES) status?: OrAbsent<RunStatus>;
  @IsOptional() @IsTimestamp() startedAt?: OrAbsent<Date>;
  @IsOptional() @IsTimestamp() completedAt?: OrAbsent<Date>;
  @IsOptional() @IsInt() @Min(0) @Max(Number.MAX_SAFE_INTEGER) durationMs?: OrAbsent<number>;
  @IsOptional() @IsJsonObject() configurationSnapshot?: OrAbsent<JsonObject>;
  @IsOptional() @IsPlainText({ min: 1, max: 200 }) testEnvironment?: OrAbsent<string>;
  @IsOptional() @IsInt() @Min(-INT32_MAX) @Max(INT32_MAX) exitCode?: OrAbsent<number>;
  @IsOptional() @IsPlainText({ min: 0, max: 65_536 }) errorMessage?: OrAbsent<string>;
  @IsOptional() @IsPlainText({ min: 1, max: 512 }) externalId?: OrAbsent<string>;
  @IsOptional() @IsBoolean() pinned?: OrAbsent<boolean>;
  @IsOptional() @IsBoolean() unverified?: OrAbsent<boolean>;
}

class TestRunChangeRules {
  @MayBeLeftOut() @IsJsonObject() configurationSnapshot?: JsonObject | undefined;
  @IsOptional() @IsPlainText({ min: 1, max: 200 }) testEnvironment?: OrAbsent<string>;
  @IsOptional() @IsInt() @Min(-INT32_MAX) @Max(INT32_MAX) exitCode?: OrAbsent<number>;
  @IsOptional() @IsPlainText({ min: 0, max: 65_536 }) errorMessage?: OrAbsent<string>;
  @IsOptional() @IsPlainText({ min: 1, max: 512 }) externalId?: OrAbsent<string>;
  @MayBeLeftOut() @IsBoolean() pinned?: boolean | undefined;
  @MayBeLeftOut() @IsBoolean() unverified?: boolean | undefined;
}

class RecordedCompletionRules {
  @IsInt() @Min(-INT32_MAX) @Max(INT32_MAX) exitCode!: number;
  @IsInt() @Min(0) @Max(Number.MAX_SAFE_INTEGER) durationMs!: number;
}

class FinalStatusRules {
  @IsIn(FINAL_RUN_STATUSES) status!: FinalRunStatus;
}

export const newTestRunRules = compileRules('run', NewTestRunRules, {
  defaults: { status: 'pending', configurationSnapshot: EMPTY_OBJECT, pinned: false, unverified: false },
  minted: 'runId',
  across: ({ startedAt, completedAt }): Problem | undefined =>
    startedAt != null && completedAt != null && completedAt < startedAt
      ? { path: 'completedAt', problem: 'is before startedAt' }
      : undefined,
});
export const testRunChangeRules = compileRules('run', TestRunChangeRules, { keepNull: true });
export const runCompletionRules = compileRules('completion', RunCompletionRules);
export const recordedCompletionRules = compileRules('completion', RecordedCompletionRules);
export const finalStatusRules = compileRules('completion', FinalStatusRules);

/** @throws InvalidValueError naming each field that breaks a rule. */
export function newTestRun(input: NewTestRun, mintId: () => string, now: Date): TestRun {
  const fields = newTestRunRules.read(input, mintId);
  const createdAt = frozenDate(now);
  return Object.freeze({ ...fields, createdAt, updatedAt: createdAt, version: 1 }) as TestRun;
}

/** The record after `changes`, one version later. @throws InvalidValueError */
export function changeTestRun(run: TestRun, changes: TestRunChanges, now: Date): TestRun {
  const fields = testRunChangeRules.read(changes);
  return withChanges(run, fields, { updatedAt: frozenDate(now) }, () => undefined);
}

/**
 * The run in its new status, or the same object when it is there already. Moving to `running` sets `startedAt`
 * where there is none; moving to a final status sets `completedAt`, and `durationMs` when a start is known.
 * @throws IllegalTransitionError
 */
export function moveTestRun(run: TestRun, to: RunStatus, now: Date): TestRun {
  if (!judgeMove(RUN_MOVES, 'run', run.runId, run.status, to)) return run;
  if (to === 'pending' || to === 'running') {
    return moved(run, { status: to, startedAt: run.startedAt ?? frozenDate(now) }, now);
  }
  return moved(run, { status: to, ...completionTimes(run, now) }, now);
}

/**
 * The run completed with `status`. Saying the same completion again is a no-op that answers with the run;
 * a completion that says something else than the one that won is refused, never dropped.
 * @throws InvalidValueError
 * @throws IllegalTransitionError
 */
export function completeTestRun(
  run: TestRun,
  to: FinalRunStatus,
  details: RunCompletion,
  now: Date,
): TestRun {
  finalStatusRules.read({ status: to });
  const said = runCompletionRules.read(details);
  if (!judgeMove(RUN_MOVES, 'run', run.runId, run.status, to)) {
    refuseOtherCompletion(run, said);
    return run;
  }
  // What was read holds no null and no undefined: absent details are absent.
  return moved(run, { status: to, ...(said as Partial<TestRun>), ...completionTimes(run, now) }, now);
}

/**
 * The run completed by a process that ended with `exitCode` after `durationMs`: passed for 0, failed otherwise.
 * The duration is stored as it is told; a start that nobody recorded is not made up.
 * @throws InvalidValueError
 * @throws IllegalTransitionError
 */
export function recordTestRunCompletion(
  run: TestRun,
  exitCode: number,
  durationMs: number,
  now: Date,
): TestRun {
  const said = recordedCompletionRules.read({ exitCode, durationMs });
  const to = exitCode === 0 ? 'passed' : 'failed';
  if (!judgeMove(RUN_MOVES, 'run', run.runId, run.status, to)) {
    refuseOtherCompletion(run, said);
    return run;
  }
  return moved(run, { status: to, ...said, completedAt: frozenDate(now) }, now);
}

function moved(run: TestRun, changes: Partial<TestRun>, now: Date): TestRun {
  return Object.freeze({ ...run, ...changes, updatedAt: frozenDate(now), version: run.version + 1 });
}

/** A start that lies in the future (another clock) gives no duration: a made-up 0 would count in averages. */
function completionTimes(run: TestRun, now: Date): Partial<TestRun> {
  const completedAt = frozenDate(now);
  if (run.startedAt === undefined || run.startedAt > completedAt) return { completedAt };
  return { completedAt, durationMs: completedAt.getTime() - run.startedAt.getTime() };
}

function refuseOtherCompletion(run: TestRun, said: Partial<Record<keyof TestRun, unknown>>): void {
  for (const key of Object.keys(said) as (keyof TestRun)[]) {
    if (said[key] === run[key]) continue;
    const reason = `it completed as ${run.status} already, with another ${key}`;
    throw new IllegalTransitionError('run', run.runId, run.status, run.status, reason);
  }
}
