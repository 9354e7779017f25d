import type { EventStatus, RunStatus, ScenarioStatus } from './enumerations.js';

/** For each status, the statuses that a move may lead to. Staying in a status is never a move. */
export type StateMachine<Status extends string> = Readonly<Record<Status, readonly Status[]>>;

export const SCENARIO_MOVES: StateMachine<ScenarioStatus> = {
  draft: ['active', 'archived'],
  active: ['deprecated', 'archived'],
  archived: ['active'],
  deprecated: ['active', 'archived'],
};

export const RUN_MOVES: StateMachine<RunStatus> = {
  pending: ['running', 'passed', 'failed', 'error', 'cancelled', 'timeout'],
  running: ['passed', 'failed', 'error', 'cancelled', 'timeout'],
  passed: [],
  failed: [],
  error: [],
  cancelled: [],
  timeout: [],
};

export const EVENT_MOVES: StateMachine<EventStatus> = {
  pending: ['injected', 'failed'],
  injected: ['in_progress', 'recovered', 'failed'],
  in_progress: ['recovered', 'failed'],
  recovered: [],
  failed: [],
};

/** The statuses from which a move to `to` is legal, for a guarded statement (`… WHERE status IN (…)`). */
export function sourcesOf<Status extends string>(
  machine: StateMachine<Status>,
  to: Status,
): readonly Status[] {
  return (Object.keys(machine) as Status[]).filter((from) => machine[from].includes(to));
}

/** Refused state move: nothing changed. Adapters turn it into `ILLEGAL_TRANSITION`. */
export class IllegalTransitionError extends Error {
  override readonly name = 'IllegalTransitionError';

  constructor(
    readonly entity: string,
    readonly id: string,
    readonly from: string,
    readonly to: string,
    reason = `from ${from} to ${to} is not a legal move`,
  ) {
    super(`${entity} ${id}: ${reason}`);
  }
}

/**
 * Judges one move: `true` when the record changes, `false` when it is already there (a no-op).
 * @throws IllegalTransitionError for any other move.
 */
export function judgeMove<Status extends string>(
  machine: StateMachine<Status>,
  entity: string,
  id: string,
  from: Status,
  to: Status,
): boolean {
  if (from === to) return false;
  if (!machine[from].includes(to)) throw new IllegalTransitionError(entity, id, from, to);
  return true;
}
