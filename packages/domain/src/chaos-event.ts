import { IsIn, IsInt, IsOptional, Matches, Max, Min } from './class-validator.js';

import { compileRules } from './compiled-rules.js';
import { EVENT_STATUSES, EVENT_TYPES, type EventStatus, type EventType } from './enumerations.js';
import { frozenDate } from './frozen-date.js';
import type { Given, OrAbsent } from './given.js';
import { UUID_V7 } from './identifiers.js';
import { InvalidValueError, type Problem } from './invalid-value-error.js';
import type { JsonObject } from './json-value.js';
import { withChanges } from './record-changes.js';
import { IsJsonObject, IsPlainText, IsTimestamp, MayBeLeftOut } from './rule-decorators.js';
import { EVENT_MOVES, IllegalTransitionError, judgeMove } from './state-machine.js';

/** One fault injected during a run. */
export interface ChaosEvent {
  readonly eventId: string;
  readonly runId: string;
  readonly eventType: EventType;
  readonly targetService: string;
  readonly parameters: JsonObject;
  readonly injectedAt: Date;
  /** How long the fault was kept up, in whole milliseconds. */
  readonly durationMs?: number;
  readonly status: EventStatus;
  readonly recoveredAt?: Date;
  /** From the end of the fault (or its injection, where only that is known) to the recovery, in whole milliseconds. */
  readonly recoveryTimeMs?: number;
  readonly createdAt: Date;
  readonly version: number;
}

/** What a caller gives to record an event. Without an `eventId` one is minted. */
export type NewChaosEvent = Given<NewChaosEventRules>;
/** What a change may touch; left out is left as it is, `null` clears an optional field. The status moves by its own methods. */
export type ChaosEventChanges = Given<ChaosEventChangeRules>;
/** What a recovery may say; what it leaves out is computed from the store's clock and `injectedAt`. */
export type EventRecovery = Given<EventRecoveryRules>;

const EMPTY_OBJECT: JsonObject = Object.freeze({});

class EventRecoveryRules {
  @IsOptional() @IsTimestamp() recoveredAt?: OrAbsent<Date>;
  @IsOptional() @IsInt() @Min(0) @Max(Number.MAX_SAFE_INTEGER) recoveryTimeMs?: OrAbsent<number>;
}

class NewChaosEventRules {
  @IsOptional() @Matches(UUID_V7) eventId?: OrAbsent<string>;
  @Matches(UUID_V7) runId!: string;
  @IsIn(EVENT_TYPES) eventType!: EventType;
  @IsPlainText({ min: 1, max: 200 }) targetService!: string;
  @IsOptional() @IsJsonObject() parameters?: OrAbsent<JsonObject>;
  @IsTimestamp() injectedAt!: Date;
  @IsOptional() @IsInt() @Min(0) @Max(Number.MAX_SAFE_INTEGER) durationMs?: OrAbsent<number>;
  @IsOptional() @IsIn(EVENT_STATUSES) status?: OrAbsent<EventStatus>;
  @IsOptional() @IsTimestamp() recoveredAt?: OrAbsent<Date>;
  @IsOptional() @IsInt() @Min(0) @Max(Number.MAX_SAFE_INTEGER) recoveryTimeMs?: OrAbsent<number>;
}

class ChaosEventChangeRules {
  @MayBeLeftOut() @IsPlainText({ min: 1, max: 200 }) targetService?: string | undefined;
  @MayBeLeftOut() @IsJsonObject() parameters?: JsonObject | undefined;
  @MayBeLeftOut() @IsTimestamp() injectedAt?: Date | undefined;
  @IsOptional() @IsInt() @Min(0) @Max(Number.MAX_SAFE_INTEGER) durationMs?: OrAbsent<number>;
}

function recoveredTooEarly(injectedAt: Date, recoveredAt: OrAbsent<Date>): Problem | undefined {
  return recoveredAt != null && recoveredAt < injectedAt
    ? { path: 'recoveredAt', problem: 'is before injectedAt' }
    : undefined;
}

export const newChaosEventRules = compileRules('event', NewChaosEventRules, {
  defaults: { status: 'pending', parameters: EMPTY_OBJECT },
  minted: 'eventId',
  across: ({ injectedAt, recoveredAt }) => recoveredTooEarly(injectedAt, recoveredAt),
});
export const chaosEventChangeRules = compileRules('event', ChaosEventChangeRules, { keepNull: true });
export const eventRecoveryRules = compileRules('recovery', EventRecoveryRules);

/** @throws InvalidValueError naming each field that breaks a rule. */
export function newChaosEvent(input: NewChaosEvent, mintId: () => string, now: Date): ChaosEvent {
  const fields = newChaosEventRules.read(input, mintId);
  return Object.freeze({ ...fields, createdAt: frozenDate(now), version: 1 }) as ChaosEvent;
}

/** The record after `changes`, one version later. @throws InvalidValueError */
export function changeChaosEvent(event: ChaosEvent, changes: ChaosEventChanges): ChaosEvent {
  const fields = chaosEventChangeRules.read(changes);
  // Only a new injection is judged: one that lay ahead of the store's clock when it recovered must not block other changes.
  return withChanges(event, fields, {}, ({ recoveredAt }) =>
    fields.injectedAt === undefined ? undefined : recoveredTooEarly(fields.injectedAt, recoveredAt),
  );
}

/**
 * The event in its new status, or the same object when it is there already. Moving to `recovered` sets the
 * recovery times as a recovery without details does.
 * @throws IllegalTransitionError
 */
export function moveChaosEvent(event: ChaosEvent, to: EventStatus, now: Date): ChaosEvent {
  if (to === 'recovered') return recoverChaosEvent(event, {}, now);
  if (!judgeMove(EVENT_MOVES, 'event', event.eventId, event.status, to)) return event;
  return Object.freeze({ ...event, status: to, version: event.version + 1 });
}

/**
 * The recovered event. Saying the same recovery again is a no-op that answers with the event; another one is refused.
 * When the fault lies in the future of the store's clock, the recovery time stays absent (unmeasured).
 * @throws InvalidValueError
 * @throws IllegalTransitionError
 */
export function recoverChaosEvent(event: ChaosEvent, details: EventRecovery, now: Date): ChaosEvent {
  const said = eventRecoveryRules.read(details);
  const problem = recoveredTooEarly(event.injectedAt, said.recoveredAt);
  if (problem !== undefined) throw new InvalidValueError('recovery', [problem]);
  if (!judgeMove(EVENT_MOVES, 'event', event.eventId, event.status, 'recovered')) {
    refuseOtherRecovery(event, said);
    return event;
  }
  const recoveredAt = frozenDate(said.recoveredAt ?? now);
  const elapsed = recoveredAt.getTime() - event.injectedAt.getTime();
  const recoveryTimeMs = said.recoveryTimeMs ?? (elapsed >= 0 ? elapsed : undefined);
  return Object.freeze({
    ...event,
    status: 'recovered',
    recoveredAt,
    ...(recoveryTimeMs !== undefined && { recoveryTimeMs }),
    version: event.version + 1,
  });
}

function refuseOtherRecovery(event: ChaosEvent, said: EventRecovery): void {
  const other =
    said.recoveredAt != null && said.recoveredAt.getTime() !== event.recoveredAt?.getTime()
      ? 'recoveredAt'
      : said.recoveryTimeMs != null && said.recoveryTimeMs !== event.recoveryTimeMs
        ? 'recoveryTimeMs'
        : undefined;
  if (other === undefined) return;
  const reason = `it recovered already, with another ${other}`;
  throw new IllegalTransitionError('event', event.eventId, event.status, 'recovered', reason);
}
