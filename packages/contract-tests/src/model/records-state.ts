import { isDeepStrictEqual } from 'node:util';

import type { ChaosEvent, Scenario, TestResult, TestRun } from '@test-coordinator/domain';
import type { CallOptions } from '@test-coordinator/ports';

import { ModelRefusal, refuseIf } from './model-refusal.js';

/** A record as it is now, and what was given when it was created. */
export interface Row<Stored> {
  readonly record: Stored;
  readonly given: object;
  /** Of a run: the highest fence that a state change of it, or of an event of it, carried. */
  readonly fence?: number;
}

/** All records, as plain maps that no model changes in place: a copy of the maps is a snapshot of the store. */
export class RecordsState {
  scenarios: ReadonlyMap<string, Row<Scenario>> = new Map();
  runs: ReadonlyMap<string, Row<TestRun>> = new Map();
  events: ReadonlyMap<string, Row<ChaosEvent>> = new Map();
  results: ReadonlyMap<string, Row<TestResult>> = new Map();

  copy(): RecordsState {
    return Object.assign(new RecordsState(), this);
  }
}

/** The map with one row more, or another one under the id. */
export function withRow<Stored>(
  rows: ReadonlyMap<string, Row<Stored>>,
  id: string,
  row: Row<Stored>,
): ReadonlyMap<string, Row<Stored>> {
  return new Map(rows).set(id, row);
}

/** The rows that `keep` says yes to. */
export function keeping<Stored>(
  rows: ReadonlyMap<string, Row<Stored>>,
  keep: (record: Stored) => boolean,
): ReadonlyMap<string, Row<Stored>> {
  return new Map([...rows].filter(([, { record }]) => keep(record)));
}

/** The row under the id. @throws ModelRefusal NOT_FOUND */
export function rowOf<Stored>(rows: ReadonlyMap<string, Row<Stored>>, id: string): Row<Stored> {
  const row = rows.get(id);
  if (row === undefined) throw new ModelRefusal(['NOT_FOUND']);
  return row;
}

/** @throws ModelRefusal `STALE_FENCE` when a state change of the run, or of an event of it, has carried a newer fence. */
export function judgeFence({ runs }: RecordsState, runId: string, options: CallOptions | undefined): void {
  const { fence } = rowOf(runs, runId);
  const isStale = fence !== undefined && options?.fence !== undefined && options.fence < fence;
  refuseIf({ STALE_FENCE: isStale }, undefined, { fence });
}

/** Remembers the fence of a state change that was made. */
export function rememberFence(state: RecordsState, runId: string, options: CallOptions | undefined): void {
  if (options?.fence === undefined) return;
  state.runs = withRow(state.runs, runId, { ...rowOf(state.runs, runId), fence: options.fence });
}

/** What an input is stored as: absent fields are gone, dates are copies, JSON is as JSON reads it back. */
export function storable(input: object, defaults: object = {}): Readonly<Record<string, unknown>> {
  const fields = Object.entries(input).filter(([, value]) => value !== undefined && value !== null);
  return { ...defaults, ...Object.fromEntries(fields.map(([field, value]) => [field, copyOf(value)])) };
}

function copyOf(value: unknown): unknown {
  if (value instanceof Date) return new Date(value);
  return typeof value === 'object' ? JSON.parse(JSON.stringify(value)) : value;
}

/** The stored record when it was created from the same content, `undefined` when there is none. */
export function createdBefore<Stored>(row: Row<Stored> | undefined, given: object): Stored | undefined {
  return row !== undefined && isDeepStrictEqual(row.given, given) ? row.record : undefined;
}

/** The record with changes made: `null` takes a field away, `undefined` says nothing. */
export function changed<Stored extends { readonly version: number }>(
  record: Stored,
  changes: object,
): Stored {
  const said = Object.entries(changes).filter(([, value]) => value !== undefined);
  const cleared = said.filter(([, value]) => value === null).map(([field]) => field);
  const kept = Object.entries(record).filter(([field]) => !cleared.includes(field));
  return {
    ...Object.fromEntries(kept),
    ...storable(Object.fromEntries(said)),
    version: record.version + 1,
  } as Stored;
}
