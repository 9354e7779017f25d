import { frozenJson, jsonProblem } from '@test-coordinator/domain';

import { MAX_PROGRESS_VERSION, type RunProgress, type WatchOptions } from './active-runs.js';
import { checkText, checkUuid, checkWhole, refuse } from './arguments.js';

/** What was published, with its defaults filled in: a frozen copy. */
export interface ReadRunProgress {
  readonly phase: string;
  readonly progress: number | null;
  readonly message: string | null;
  readonly counters: Readonly<Record<string, number>>;
  /** `undefined` where the store gives it. */
  readonly version: number | undefined;
}

const MAX_PHASE_LENGTH = 200;
const MAX_MESSAGE_LENGTH = 2_000;
const MAX_COUNTERS = 100;
const MAX_COUNTER_NAME_LENGTH = 100;
const MAX_EVENT_ID_LENGTH = 200;

/** @throws DataAdapterError `INVALID_ARGUMENT` for the first field that is not what it must be, or that is not known. */
export function readRunProgress(input: unknown): ReadRunProgress {
  if (typeof input !== 'object' || input === null) refuse('progress', 'must be an object');
  const { phase, progress, message, counters, version, ...unknown } = input as RunProgress;
  for (const field of Object.keys(unknown)) refuse(field, 'is not a field that is known here');
  checkText(phase, 'phase', 1, MAX_PHASE_LENGTH);
  if (message !== undefined && message !== null) checkText(message, 'message', 0, MAX_MESSAGE_LENGTH);
  if (version !== undefined) checkWhole(version, 'version', 1, MAX_PROGRESS_VERSION);
  return Object.freeze({
    phase,
    progress: readPart(progress),
    message: message ?? null,
    counters: readCounters(counters),
    version,
  });
}

/** @throws DataAdapterError `INVALID_ARGUMENT` for what is no run id, or no text of an event id. */
export function checkWatchOptions({ runId, after }: Pick<WatchOptions, 'runId' | 'after'>): void {
  if (runId !== undefined) checkUuid(runId, 'runId');
  if (after !== undefined) checkText(after, 'after', 1, MAX_EVENT_ID_LENGTH);
}

function readPart(part: unknown): number | null {
  if (part === undefined || part === null) return null;
  if (typeof part !== 'number' || !(part >= 0 && part <= 1))
    refuse('progress', 'must be a number from 0 to 1');
  // JSON has no -0.
  return part === 0 ? 0 : part;
}

function readCounters(counters: RunProgress['counters'] = {}): Readonly<Record<string, number>> {
  if (typeof counters !== 'object' || counters === null || Array.isArray(counters))
    refuse('counters', 'must be an object of numbers');
  const found = jsonProblem(counters);
  if (found !== undefined) refuse(`counters${found.path}`, found.problem);
  const copy = frozenJson(counters) as Readonly<Record<string, number>>;
  const names = Object.keys(copy);
  if (names.length > MAX_COUNTERS) refuse('counters', `must be at most ${MAX_COUNTERS}`);
  for (const name of names) {
    if (name.length < 1 || name.length > MAX_COUNTER_NAME_LENGTH)
      refuse('counters', `must have names of 1–${MAX_COUNTER_NAME_LENGTH} characters`);
    if (typeof copy[name] !== 'number') refuse(`counters.${name}`, 'must be a number');
  }
  return copy;
}
