import {
  canonicalJson,
  type AssertionType,
  type JsonObject,
  type JsonValue,
  type ResultStatus,
} from '@test-coordinator/domain';

import { assertionTypeOfName, UNKNOWN_ASSERTION } from '../mapping/assertion-type.js';
import { Activity } from './chaostoolkit-activity.js';
import { hypothesisProbes } from './chaostoolkit-experiment.js';
import type { ImportWarnings } from '../mapping/import-warnings.js';
import { listOf, numberOf, objectOf, objectsOf, textOf } from '../source/json-access.js';
import { maskDocument } from '../mapping/mask-document.js';
import { millisecondsOf, parsedResult } from '../mapping/parsed-result.js';
import type { ParsedResult } from '../mapping/parsed-report.js';
import { parseTimestamp } from '../mapping/timestamp.js';

/** How much of a hypothesis or a method was written to the journal. */
interface Phase {
  readonly name: string;
  readonly entries: readonly JsonObject[];
  /** What should have run; what is missing at the end of `entries` never did. */
  readonly declared: readonly Activity[];
}

export interface ResultContext {
  readonly warnings: ImportWarnings;
  /** The time of a check that the journal gives none for. */
  readonly fallbackTime: Date;
  /** A dry run executed no probes: what it lists was never checked. */
  readonly probesRan: boolean;
}

/**
 * One result for each probe of the hypothesis, before, during and after, and for each probe of the method.
 * A probe name can occur many times, so phase and index are the identity.
 */
export function journalResults(
  journal: JsonObject,
  experiment: JsonObject,
  context: ResultContext,
): ParsedResult[] {
  return phasesOf(journal, experiment, context.warnings).flatMap((phase) => [
    ...phase.entries.flatMap((entry, index) => {
      const activity = new Activity(objectOf(entry['activity']) ?? {});
      return activity.isProbe ? [checkedResult(entry, activity, phase.name, index, context)] : [];
    }),
    ...phase.declared
      .slice(phase.entries.length)
      .map((activity, place) => skippedResult(activity, phase, phase.entries.length + place, context)),
  ]);
}

function phasesOf(journal: JsonObject, experiment: JsonObject, warnings: ImportWarnings): readonly Phase[] {
  const states = objectOf(journal['steady_states']) ?? {};
  const declared = hypothesisProbes(experiment);
  const phases: Phase[] = [];
  const addState = (name: string, state: JsonObject | undefined): void => {
    if (state !== undefined) phases.push({ name, entries: objectsOf(state['probes']), declared });
  };
  addState('before', objectOf(states['before']));
  objectsOf(states['during']).forEach((state, index) => addState(`during[${index}]`, state));
  phases.push({ name: 'method', entries: objectsOf(journal['run']), declared: [] });
  addState('after', objectOf(states['after']));
  if (declared.length > 0 && objectOf(states['after']) === undefined) {
    warnings.add('the hypothesis was not checked after the method: the journal holds no such check');
  }
  return phases;
}

function checkedResult(
  entry: JsonObject,
  activity: Activity,
  phase: string,
  index: number,
  { warnings, fallbackTime, probesRan }: ResultContext,
): ParsedResult {
  const tolerance = activity.document['tolerance'];
  const ran = probesRan && textOf(entry['status']) !== 'skipped';
  const status = ran ? statusOf(entry) : 'skipped';
  if (ran && status === 'skipped') {
    warnings.addAt(
      'probes without a tolerance observe and check nothing: they count as skipped',
      activity.name,
    );
  }
  const startedAt = textOf(entry['start']);
  const endedAt = textOf(entry['end']);
  const traceId = textOf(entry['trace_id']) ?? textOf(entry['traceId']) ?? textOf(entry['traceparent']);
  return parsedResult(
    {
      name: activity.name,
      assertionType: assertionTypeOf(activity, warnings),
      expected: shownValue(tolerance),
      actual: shownValue(entry['output']),
      status,
      verificationTime: parseTimestamp(endedAt ?? '') ?? parseTimestamp(startedAt ?? '') ?? fallbackTime,
      errorDetails: exceptionOf(entry),
      metadata: {
        phase,
        index,
        operation: activity.operation,
        rawStatus: textOf(entry['status']),
        startedAt,
        endedAt,
        durationMs: millisecondsOf(numberOf(entry['duration'])) ?? undefined,
        ...(status === 'skipped' && {
          skipped: ran ? 'no tolerance: observed, nothing was checked' : 'not executed',
        }),
      },
      correlation:
        traceId === undefined ? { place: `${phase}:${index}` } : { traceId: traceId.slice(0, 200) },
    },
    warnings,
  );
}

/** Canonical JSON, so that equal values read equal; secrets are masked by their keys while there still are keys. */
function shownValue(value: JsonValue | undefined): string {
  return value === undefined ? '' : canonicalJson(maskDocument(value));
}

/** A probe of the method has no tolerance as a rule: it observed something and checked nothing, so it is no pass. */
function statusOf(entry: JsonObject): ResultStatus {
  const failed = textOf(entry['status']) !== 'succeeded' || exceptionOf(entry) !== undefined;
  if (failed) return 'error';
  const met = entry['tolerance_met'];
  return met === true ? 'passed' : met === false ? 'failed' : 'skipped';
}

function skippedResult(
  activity: Activity,
  phase: Phase,
  index: number,
  context: ResultContext,
): ParsedResult {
  const tolerance = activity.document['tolerance'];
  const lastTime = textOf(phase.entries.at(-1)?.['end']) ?? '';
  return parsedResult(
    {
      name: activity.name,
      assertionType: assertionTypeOf(activity, context.warnings),
      expected: shownValue(tolerance),
      actual: '',
      status: 'skipped',
      verificationTime: parseTimestamp(lastTime) ?? context.fallbackTime,
      metadata: {
        phase: phase.name,
        index,
        operation: activity.operation,
        skipped: 'never ran: the hypothesis stopped at its first miss',
      },
      correlation: { place: `${phase.name}:${index}` },
    },
    context.warnings,
  );
}

/** The exception as one text; tools write it as a list of lines that end with a line break. */
export function exceptionOf(entry: JsonObject): string | undefined {
  const exception = entry['exception'];
  const lines = Array.isArray(exception)
    ? listOf(exception).map((line) => textOf(line) ?? '')
    : [textOf(exception) ?? ''];
  return textOf(lines.join(lines.some((line) => line.endsWith('\n')) ? '' : '\n'))?.trim();
}

function assertionTypeOf(activity: Activity, warnings: ImportWarnings): AssertionType {
  if (activity.provider['type'] === 'http') {
    const url = textOf(activity.provider['url']) ?? '';
    return /health|ready/i.test(url.replace(/^[a-z]+:\/\/[^/]*/i, '')) ? 'service_health' : 'availability';
  }
  const func = textOf(activity.provider['func']) ?? '';
  // The function tells what is measured; the name tells what somebody called it.
  const known = assertionTypeOfName(func) ?? assertionTypeOfName(activity.name);
  if (known === undefined) warnings.addAt(UNKNOWN_ASSERTION, activity.name);
  return known ?? 'service_health';
}
