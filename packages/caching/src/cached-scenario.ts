import {
  frozenDate,
  frozenJson,
  type JsonObject,
  type JsonValue,
  type Scenario,
} from '@test-coordinator/domain';
import { isJsonObject } from '@test-coordinator/ports';

/** What is kept of a scenario: as it was read while its last change was the one that `stamp` names. */
export interface CachedScenario {
  readonly stamp: string | null;
  readonly scenario: Scenario;
}

/** As a cache keeps it. */
export function writtenScenario({ stamp, scenario }: CachedScenario): JsonObject {
  const { createdAt, updatedAt, configuration, ...fields } = scenario;
  return {
    ...fields,
    stamp,
    configuration,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

/** As it was written; `undefined` for what is no entry of this scenario, whoever wrote that. */
export function readScenario(written: JsonValue | undefined, scenarioId: string): CachedScenario | undefined {
  if (!isJsonObject(written) || written['scenarioId'] !== scenarioId) return undefined;
  const { stamp, createdAt, updatedAt, ...fields } = frozenJson(written) as JsonObject;
  const [created, updated] = [timeOf(createdAt), timeOf(updatedAt)];
  if (created === undefined || updated === undefined) return undefined;
  if (stamp !== null && typeof stamp !== 'string') return undefined;
  const scenario = { ...fields, createdAt: created, updatedAt: updated } as unknown as Scenario;
  return { stamp, scenario: Object.freeze(scenario) };
}

function timeOf(text: JsonValue | undefined): Date | undefined {
  const time = new Date(typeof text === 'string' ? text : Number.NaN);
  return Number.isNaN(time.getTime()) ? undefined : frozenDate(time);
}
