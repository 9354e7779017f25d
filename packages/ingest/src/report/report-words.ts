import type { ReportEntry, ReportedEvent, ReportedFailure } from './report-entry.js';

/** What the renderers say in the same words. None of it is escaped yet. */

/** The verdict in a few words, for the head of a report. */
export function verdictOf({ outcome, run, unverified }: ReportEntry): string {
  if (outcome === 'refused') return 'REFUSED';
  if (run === null) return 'DEFINITION';
  switch (run.status) {
    case 'passed':
      return unverified ? 'UNVERIFIED' : 'PASSED';
    case 'failed':
      return 'FAILED';
    case 'error':
      return 'ERROR';
    case 'cancelled':
      return 'CANCELLED';
    case 'timeout':
      return 'TIMEOUT';
    case 'pending':
    case 'running':
      return 'NOT FINISHED';
  }
}

/** What the verdict means, where the word alone could be misread. */
export function explanationOf({ outcome, run, unverified, reason, error }: ReportEntry): string | null {
  if (outcome === 'refused') return error === undefined ? null : `${error.message} (${error.code})`;
  if (run === null) return 'recorded as a scenario; it was not run';
  if (unverified) return 'ended without complaint, but nothing was checked: it says nothing about the system';
  if (run.status === 'error')
    return `the test broke, so it says nothing about the system${reason === null ? '' : `: ${reason}`}`;
  return reason;
}

export function passRateText({ passRate, run, unverified }: ReportEntry): string {
  const { rate, passed, failed, excluded } = passRate;
  const left = [
    excluded.skipped > 0 ? `${excluded.skipped} skipped (not checked)` : '',
    excluded.error > 0 ? `${excluded.error} in error (could not be checked)` : '',
  ].filter((part) => part !== '');
  const leftOut = left.length === 0 ? '' : `; left out: ${left.join(', ')}`;
  if (rate === null) return `none: ${unverified ? 'the run is unverified' : 'nothing was decided'}${leftOut}`;
  // A run can fail without a failed result: what decided it could not be checked, or lies outside the results.
  const yet = rate === 1 && run?.status === 'failed' ? ', yet the run failed' : '';
  return `${percent(rate)} (${passed} of ${passed + failed} that were decided)${yet}${leftOut}`;
}

/** 100 % only when all passed, and 0 % only when none did: 1999 of 2000 is 99.9 %. */
function percent(rate: number): string {
  if (rate === 1 || rate === 0) return `${rate * 100} %`;
  return `${Math.min(99.9, Math.max(0.1, Math.round(rate * 1_000) / 10))} %`;
}

export function recoveryText({ status, recoveryTimeMs }: ReportedEvent): string {
  switch (status) {
    case 'recovered':
      return recoveryTimeMs === null
        ? 'recovered, time not measured'
        : `recovered after ${durationText(recoveryTimeMs)}`;
    case 'injected':
      return 'never recovered';
    case 'in_progress':
      return 'never recovered: still in place at the end of the record';
    case 'failed':
      return 'the fault did not take';
    case 'pending':
      return 'not injected';
  }
}

/** How long the fault was kept up. Actions that return at once tell nothing by their few milliseconds. */
export function lastedText({ durationMs }: ReportedEvent): string {
  return durationMs === null || durationMs < 1_000 ? '' : durationText(durationMs);
}

function durationText(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 60_000) return `${(Math.round(ms / 100) / 10).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}

export function timeText(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** When and how long, of a run whose times may be unknown. */
export function whenText({ run }: ReportEntry): string | null {
  if (run === null) return null;
  const took = run.durationMs === null ? 'duration unknown' : `took ${durationText(run.durationMs)}`;
  return `${run.startedAt === null ? 'start unknown' : timeText(run.startedAt)}, ${took}`;
}

export function resultsText({ results }: ReportEntry): string {
  const { passed, failed, error, skipped, flaky, total } = results;
  if (total === 0) return 'none';
  const flakyText = flaky > 0 ? ` (${flaky} flaky)` : '';
  return `${passed} passed${flakyText}, ${failed} failed, ${error} in error, ${skipped} skipped`;
}

/**
 * The line of an error that tells most beside the expected and actual values: the last of a Python traceback, else the
 * first that is no stack frame and says more than the values do. Empty when there is none.
 */
export function becauseText({ errorDetails, expectedValue, actualValue }: ReportedFailure): string {
  const lines = (errorDetails ?? '').split('\n').filter((line) => line.trim() !== '');
  if (lines[0]?.startsWith('Traceback') === true) return lines.at(-1)!;
  const repeats = (line: string): boolean =>
    actualValue !== '' &&
    line.includes(actualValue) &&
    (expectedValue === 'pass' || line.includes(expectedValue));
  return lines.find((line) => !/^\s|^at /.test(line) && !repeats(line)) ?? '';
}
