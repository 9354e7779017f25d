import { IsIn, IsOptional, Matches } from './class-validator.js';

import { compileRules } from './compiled-rules.js';
import { SCENARIO_STATUSES, SCENARIO_TYPES, type ScenarioStatus, type ScenarioType } from './enumerations.js';
import { frozenDate } from './frozen-date.js';
import type { Given, OrAbsent } from './given.js';
import { READABLE_ID } from './identifiers.js';
import type { Problem } from './invalid-value-error.js';
import type { JsonObject } from './json-value.js';
import { withChanges } from './record-changes.js';
import { IsJsonObject, IsPlainText, IsReadableIdList, IsTextList, MayBeLeftOut } from './rule-decorators.js';
import { judgeMove, SCENARIO_MOVES } from './state-machine.js';

/** A chaos test definition: what is broken, on which services, and what is expected to hold. */
export interface Scenario {
  readonly scenarioId: string;
  readonly name: string;
  readonly description?: string;
  readonly scenarioType: ScenarioType;
  readonly status: ScenarioStatus;
  readonly configuration: JsonObject;
  readonly servicesUnderTest: readonly string[];
  readonly expectedOutcomes: readonly string[];
  /** Scenarios that should run first. A hint for planners: the ids need not exist, and they hold nothing alive. */
  readonly dependsOn: readonly string[];
  readonly tags: readonly string[];
  readonly createdBy?: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** 1 at creation, one more with each change; a change names the version that it was made from. */
  readonly version: number;
}

/** What a caller gives to create a scenario. `null` stands for left out. */
export type NewScenario = Given<NewScenarioRules>;
/** What a change may touch; left out is left as it is, `null` clears an optional field. */
export type ScenarioChanges = Given<ScenarioChangeRules>;

const EMPTY_LIST: readonly string[] = Object.freeze([]);
const EMPTY_OBJECT: JsonObject = Object.freeze({});

class NewScenarioRules {
  @Matches(READABLE_ID) scenarioId!: string;
  @IsPlainText({ min: 1, max: 200 }) name!: string;
  @IsOptional() @IsPlainText({ min: 0, max: 10_000 }) description?: OrAbsent<string>;
  @IsIn(SCENARIO_TYPES) scenarioType!: ScenarioType;
  @IsOptional() @IsIn(SCENARIO_STATUSES) status?: OrAbsent<ScenarioStatus>;
  @IsOptional() @IsJsonObject() configuration?: OrAbsent<JsonObject>;
  @IsOptional() @IsTextList({ min: 1, max: 200, maxItems: 1_000 }) servicesUnderTest?: OrAbsent<
    readonly string[]
  >;
  @IsOptional() @IsTextList({ min: 1, max: 2_000, maxItems: 1_000 }) expectedOutcomes?: OrAbsent<
    readonly string[]
  >;
  @IsOptional() @IsReadableIdList(1_000) dependsOn?: OrAbsent<readonly string[]>;
  @IsOptional() @IsTextList({ min: 1, max: 128, maxItems: 100 }) tags?: OrAbsent<readonly string[]>;
  @IsOptional() @IsPlainText({ min: 1, max: 200 }) createdBy?: OrAbsent<string>;
}

class ScenarioChangeRules {
  @MayBeLeftOut() @IsPlainText({ min: 1, max: 200 }) name?: string | undefined;
  @IsOptional() @IsPlainText({ min: 0, max: 10_000 }) description?: OrAbsent<string>;
  @MayBeLeftOut() @IsIn(SCENARIO_TYPES) scenarioType?: ScenarioType | undefined;
  @MayBeLeftOut() @IsJsonObject() configuration?: JsonObject | undefined;
  @MayBeLeftOut() @IsTextList({ min: 1, max: 200, maxItems: 1_000 }) servicesUnderTest?:
    readonly string[] | undefined;
  @MayBeLeftOut() @IsTextList({ min: 1, max: 2_000, maxItems: 1_000 }) expectedOutcomes?:
    readonly string[] | undefined;
  @MayBeLeftOut() @IsReadableIdList(1_000) dependsOn?: readonly string[] | undefined;
  @MayBeLeftOut() @IsTextList({ min: 1, max: 128, maxItems: 100 }) tags?: readonly string[] | undefined;
}

function dependsOnItself(
  scenarioId: string,
  dependsOn: readonly string[] | null | undefined,
): Problem | undefined {
  const index = dependsOn?.indexOf(scenarioId) ?? -1;
  return index < 0 ? undefined : { path: `dependsOn[${index}]`, problem: 'is the scenario itself' };
}

export const newScenarioRules = compileRules('scenario', NewScenarioRules, {
  defaults: {
    status: 'draft',
    configuration: EMPTY_OBJECT,
    servicesUnderTest: EMPTY_LIST,
    expectedOutcomes: EMPTY_LIST,
    dependsOn: EMPTY_LIST,
    tags: EMPTY_LIST,
  },
  across: ({ scenarioId, dependsOn }) => dependsOnItself(scenarioId, dependsOn),
});

export const scenarioChangeRules = compileRules('scenario', ScenarioChangeRules, { keepNull: true });

/** @throws InvalidValueError naming each field that breaks a rule. */
export function newScenario(input: NewScenario, now: Date): Scenario {
  const createdAt = frozenDate(now);
  const fields = newScenarioRules.read(input);
  return Object.freeze({ ...fields, createdAt, updatedAt: createdAt, version: 1 }) as Scenario;
}

/** The record after `changes`, one version later. @throws InvalidValueError */
export function changeScenario(scenario: Scenario, changes: ScenarioChanges, now: Date): Scenario {
  return withChanges(scenario, scenarioChangeRules.read(changes), { updatedAt: frozenDate(now) }, (changed) =>
    dependsOnItself(changed.scenarioId, changed.dependsOn),
  );
}

/** The record in its new status, or the same object when it is there already. @throws IllegalTransitionError */
export function moveScenario(scenario: Scenario, to: ScenarioStatus, now: Date): Scenario {
  if (!judgeMove(SCENARIO_MOVES, 'scenario', scenario.scenarioId, scenario.status, to)) return scenario;
  return Object.freeze({
    ...scenario,
    status: to,
    updatedAt: frozenDate(now),
    version: scenario.version + 1,
  });
}
