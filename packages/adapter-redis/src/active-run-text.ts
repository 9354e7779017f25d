import { frozenDate, frozenJson, type JsonObject } from '@test-coordinator/domain';
import type { ActiveRun, ActiveRunEvent, ReadRunProgress } from '@test-coordinator/ports';

/** What is kept of a state as JSON: version and times are Redis's. */
type ToldFields = Omit<ActiveRun, 'runId' | 'version' | 'updatedAt'>;

/** `<event> <version> <updated> <expires> <JSON>`, as the scripts store a state. */
const STATE = /^(?<event>\S+) (?<version>\d+) (?<updated>\d+) \d+ (?<json>.*)$/s;
/** `<version> <updated> <JSON>`, as an event has it; without JSON the state was taken off. */
const CHANGE = /^(?<version>\d+) (?<updated>\d+) (?<json>.*)$/s;

export function progressText({ phase, progress, message, counters }: ReadRunProgress): string {
  const fields: ToldFields = { phase, progress, message, counters };
  return JSON.stringify(fields);
}

/** A state, as it was told by the event that published it. */
export function publishedState(runId: string, text: string): ActiveRunEvent & { readonly kind: 'published' } {
  const parts = STATE.exec(text)!.groups!;
  return Object.freeze({ kind: 'published', id: parts['event']!, run: activeRun(runId, parts) });
}

export function activeRunEvent(id: string, runId: string, text: string): ActiveRunEvent {
  const parts = CHANGE.exec(text)!.groups!;
  return Object.freeze(
    parts['json'] === ''
      ? { kind: 'cleared', id, runId }
      : { kind: 'published', id, run: activeRun(runId, parts) },
  );
}

/** Orders event ids, `<ms>-<number>`. */
export function byEvent({ id: a }: ActiveRunEvent, { id: b }: ActiveRunEvent): number {
  const [aMs, aNumber] = a.split('-').map(Number) as [number, number];
  const [bMs, bNumber] = b.split('-').map(Number) as [number, number];
  return aMs - bMs || aNumber - bNumber;
}

function activeRun(runId: string, { version, updated, json }: Readonly<Record<string, string>>): ActiveRun {
  const fields = frozenJson(JSON.parse(json!) as JsonObject) as unknown as ToldFields;
  return Object.freeze({
    runId,
    version: Number(version),
    ...fields,
    updatedAt: frozenDate(new Date(Number(updated))),
  });
}
