import type { EventStatus, JsonObject, JsonValue } from '@test-coordinator/domain';

import { Activity } from './chaostoolkit-activity.js';
import { kindOfAction } from './fault-table.js';
import { goDurationMs } from '../mapping/go-duration.js';
import type { ImportWarnings } from '../mapping/import-warnings.js';
import { numberOf, objectOf, objectsOf, textOf } from '../source/json-access.js';
import type { ParsedEvent } from '../mapping/parsed-report.js';
import { millisecondsOf } from '../mapping/parsed-result.js';
import { storedConfiguration } from '../mapping/stored-document.js';
import { nameText } from '../mapping/stored-text.js';
import { parseTimestamp } from '../mapping/timestamp.js';

/** One executed activity, with its times. */
interface Executed {
  readonly entry: JsonObject;
  readonly activity: Activity;
  readonly start: Date | undefined;
  readonly end: Date | undefined;
}

/**
 * One event for each fault of the method. Actions that set something right again are matched to the faults by their
 * target, never by position; what is not known to inject is told in the warnings.
 */
export function journalEvents(journal: JsonObject, warnings: ImportWarnings): ParsedEvent[] {
  const method = executed(journal['run']);
  const actions = method.filter(({ activity }) => activity.isAction);
  const healing = [...executed(journal['rollbacks']), ...actions].filter(
    ({ activity, entry }) => entry['status'] === 'succeeded' && kindOfAction(activity).kind === 'recovery',
  );
  const used = new Set<Executed>();
  const events: ParsedEvent[] = [];
  for (const action of actions) {
    const kind = kindOfAction(action.activity);
    if (kind.kind === 'other') {
      warnings.addAt(
        'actions that are not known to inject a fault are in the execution log alone',
        action.activity.name,
      );
    }
    if (kind.kind !== 'fault') continue;
    if (action.start === undefined) {
      warnings.addAt('a fault without a start time is in the execution log alone', action.activity.name);
      continue;
    }
    const rollback = healing.find((candidate) => !used.has(candidate) && heals(candidate, action));
    if (rollback !== undefined) used.add(rollback);
    const recovery = recoveryOf(action, rollback, journal);
    if (rollback === undefined && recovery.recoveryTimeMs !== undefined) {
      warnings.addAt(
        'a recovery time ends at the first check that held; the recovery itself may have been earlier',
        action.activity.name,
      );
    }
    const target = action.activity.target;
    if (target === undefined) warnings.addAt('a fault names no target that is known', action.activity.name);
    events.push({
      eventType: kind.eventType,
      targetService: target === undefined ? 'unknown' : nameText(target, 'the target of a fault', 200),
      parameters: storedConfiguration(action.activity.arguments),
      injectedAt: action.start,
      durationMs: faultDuration(action),
      ...recovery,
    });
  }
  return events;
}

function executed(entries: JsonValue | undefined): readonly Executed[] {
  return objectsOf(entries).map((entry) => ({
    entry,
    activity: new Activity(objectOf(entry['activity']) ?? {}),
    start: parseTimestamp(textOf(entry['start']) ?? ''),
    end: parseTimestamp(textOf(entry['end']) ?? ''),
  }));
}

function heals(candidate: Executed, action: Executed): boolean {
  const target = action.activity.target;
  const after = candidate.end !== undefined && action.end !== undefined && candidate.end >= action.end;
  return target !== undefined && after && candidate.activity.target === target;
}

/** A fault that outlives its action tells so in its `duration` argument (seconds, or a text such as 30s). */
function faultDuration({ activity, start, end }: Executed): number | undefined {
  const told = activity.arguments['duration'];
  const text = textOf(told);
  const declared =
    text === undefined
      ? millisecondsOf(numberOf(told))
      : (goDurationMs(text) ?? millisecondsOf(Number(text)));
  const elapsed =
    start === undefined || end === undefined || end < start ? null : end.getTime() - start.getTime();
  if (declared === null && elapsed === null) return undefined;
  return Math.max(declared ?? 0, elapsed ?? 0);
}

function recoveryOf(
  action: Executed,
  rollback: Executed | undefined,
  journal: JsonObject,
): Pick<ParsedEvent, 'status' | 'recoveredAt' | 'recoveryTimeMs'> {
  const status = statusOf(action, rollback, journal);
  if (status !== 'recovered') return { status };
  const recoveredAt = rollback?.end ?? firstLastingPass(action, journal);
  if (recoveredAt === undefined || action.end === undefined || recoveredAt < action.end) return { status };
  return { status, recoveredAt, recoveryTimeMs: recoveredAt.getTime() - action.end.getTime() };
}

function statusOf({ entry }: Executed, rollback: Executed | undefined, journal: JsonObject): EventStatus {
  if (entry['status'] !== 'succeeded') return 'failed';
  const after = objectOf(objectOf(journal['steady_states'])?.['after']);
  const holdsAgain = after?.['steady_state_met'] === true && objectsOf(after['probes']).length > 0;
  if (rollback !== undefined || holdsAgain) return 'recovered';
  return journal['end'] === undefined || journal['end'] === null ? 'in_progress' : 'injected';
}

/**
 * The end of the first probe that passed after the fault and after which none missed: a pass that is followed by a
 * miss was not yet the recovery.
 */
function firstLastingPass(action: Executed, journal: JsonObject): Date | undefined {
  const states = objectOf(journal['steady_states']) ?? {};
  const checks = [...objectsOf(states['during']), objectOf(states['after']) ?? {}]
    .flatMap((state) => executed(state['probes']))
    .concat(executed(journal['run']).filter(({ activity }) => activity.isProbe))
    .filter(({ start, end }) => end !== undefined && start !== undefined && start >= (action.end ?? start))
    .toSorted((one, other) => one.end!.getTime() - other.end!.getTime());
  const lastMiss = checks.findLastIndex(({ entry }) => entry['tolerance_met'] === false);
  return checks.slice(lastMiss + 1).find(({ entry }) => entry['tolerance_met'] === true)?.end;
}
