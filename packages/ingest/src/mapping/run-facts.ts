import { FINAL_RUN_STATUSES, type RunStatus } from '@test-coordinator/domain';

import type { ImportWarnings } from './import-warnings.js';
import type { ParsedResult } from './parsed-report.js';

export interface RunTimes {
  readonly startedAt: Date | null;
  readonly completedAt: Date | null;
  readonly durationMs: number | null;
}

/** The times of a run as they can be stored: an end before the start is no end, and a duration is told where both are known. */
export function runTimes(
  { startedAt, completedAt, durationMs }: RunTimes,
  warnings: ImportWarnings,
): RunTimes {
  if (startedAt === null || completedAt === null) return { startedAt, completedAt, durationMs };
  if (completedAt < startedAt) {
    warnings.add('the end of the run is before its start and was left out');
    return { startedAt, completedAt: null, durationMs };
  }
  return { startedAt, completedAt, durationMs: durationMs ?? completedAt.getTime() - startedAt.getTime() };
}

/** The status that a report gives for its run as we export it (a run can pass although results failed), else what its rows say. */
export function givenStatus(
  given: string | undefined,
  ofRows: RunStatus,
  warnings: ImportWarnings,
): RunStatus {
  const status = FINAL_RUN_STATUSES.find((known) => known === given);
  if (status === undefined || status === ofRows) return ofRows;
  warnings.add(`the file gives the status ${status}, its rows alone say ${ofRows}: the file is believed`);
  return status;
}

/** Whether no result decided anything: a run that passed so has verified nothing. */
export function checkedNothing(results: Iterable<ParsedResult>): boolean {
  for (const { status } of results) {
    if (status === 'passed' || status === 'failed') return false;
  }
  return true;
}
