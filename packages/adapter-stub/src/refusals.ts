import { creationContent } from '@test-coordinator/domain';
import { DataAdapterError } from '@test-coordinator/ports';

import type { Stored } from './stored.js';

/** The kinds of record, as errors name them. */
export type EntityName = 'scenario' | 'run' | 'event' | 'result' | 'service';

export function notFound(entity: EntityName, id: string): DataAdapterError {
  return new DataAdapterError('NOT_FOUND', `${entity} ${id} does not exist; create it first`, { entity, id });
}

export function unknownParent(
  entity: EntityName,
  id: string,
  parent: EntityName,
  parentId: string,
  path: string,
): DataAdapterError {
  return new DataAdapterError(
    'REFERENCE_VIOLATION',
    `${entity} ${id}: ${path} names a ${parent} that does not exist; create the ${parent} first`,
    { entity, id, details: { parent, parentId }, problems: [{ path, problem: `names no ${parent}` }] },
  );
}

export function inUse(scenarioId: string): DataAdapterError {
  return new DataAdapterError('IN_USE', `scenario ${scenarioId} has runs; delete its runs first`, {
    entity: 'scenario',
    id: scenarioId,
  });
}

export function versionConflict(
  entity: EntityName,
  id: string,
  details?: { readonly expected: number; readonly actual: number },
): DataAdapterError {
  return new DataAdapterError(
    'VERSION_CONFLICT',
    `${entity} ${id} was changed by somebody else; read it again and retry`,
    { entity, id, ...(details !== undefined && { details }) },
  );
}

export function externalIdTaken(runId: string): DataAdapterError {
  return new DataAdapterError(
    'ALREADY_EXISTS',
    `run ${runId}: another run has this externalId; find it by externalId`,
    { entity: 'run', id: runId, details: { field: 'externalId' } },
  );
}

/** @param seen The fence that the newer holder wrote with. */
export function staleFence(entity: EntityName, id: string, seen: number): DataAdapterError {
  return new DataAdapterError(
    'STALE_FENCE',
    `${entity} ${id}: a newer lock holder has changed this run; stop, and take the lock again`,
    { entity, id, details: { fence: seen } },
  );
}

/** Throws `ALREADY_EXISTS` unless the record was created with the same content. @param path Where the id stands, for a batch. */
export function checkSameCreation<Created extends object>(
  entity: EntityName,
  stored: Pick<Stored<Created>, 'id' | 'created'>,
  candidate: Created,
  path?: string,
): void {
  if (creationContent(stored.created) === creationContent(candidate)) return;
  throw new DataAdapterError(
    'ALREADY_EXISTS',
    `${path === undefined ? '' : `${path}: `}${entity} ${stored.id} exists with other content; use another id`,
    {
      entity,
      id: stored.id,
      ...(path !== undefined && {
        problems: [{ path, problem: 'is the id of a record with other content' }],
      }),
    },
  );
}
