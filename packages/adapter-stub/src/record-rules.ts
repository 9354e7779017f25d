import type { CallOptions } from '@test-coordinator/ports';

import type { RecordStore } from './record-store.js';
import { staleFence, type EntityName } from './refusals.js';
import type { Selection } from './selection.js';

// The rules between records, asked when a write is made and again when a unit of work commits.

export function scenarioHasRuns({ runs }: RecordStore, scenarioId: string): boolean {
  for (const _run of runs.scan(underKey('scenario', scenarioId), { direction: 'ascending' })) return true;
  return false;
}

/** Whether a run other than this one has the name. */
export function isExternalIdTaken({ runs }: RecordStore, runId: string, externalId: string): boolean {
  for (const { id } of runs.scan(underKey('externalId', externalId), { direction: 'ascending' })) {
    if (id !== runId) return true;
  }
  return false;
}

/** Throws `STALE_FENCE` when a state change of the run has carried a newer fence. @param entity What is changed: the run, or an event of it. */
export function checkFenceIsCurrent(
  records: RecordStore,
  runId: string,
  entity: EntityName,
  id: string,
  options: CallOptions | undefined,
): void {
  const fence = options?.fence;
  if (fence === undefined) return;
  const seen = records.fenceOf(runId);
  if (seen !== undefined && fence < seen) throw staleFence(entity, id, seen);
}

function underKey<Index extends string>(index: Index, key: string): Selection<unknown, Index> {
  return { conditions: [{ index, keys: new Set([key]) }], range: undefined, matches: undefined };
}
