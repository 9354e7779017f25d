import { DataAdapterError } from '@test-coordinator/ports';

/** @param path Where the id was given, in a batch. */
export function refuseOther(entity: string, id: string, path?: string): never {
  const problem = 'is the id of another record';
  const message = `${path === undefined ? '' : `${path} ${problem}: `}${entity} ${id} exists with other content; choose another id`;
  throw new DataAdapterError('ALREADY_EXISTS', message, {
    entity,
    id,
    ...(path !== undefined && { problems: [{ path, problem }] }),
  });
}

export function externalIdTaken(runId: string): DataAdapterError {
  const message = `run ${runId}: another run has this externalId; find it by externalId`;
  return new DataAdapterError('ALREADY_EXISTS', message, {
    entity: 'run',
    id: runId,
    details: { field: 'externalId' },
  });
}

/** Without the store's row, a move cannot be judged and its record not be told. */
export function unknownRecord(entity: string, id: string): DataAdapterError {
  const message = `${entity} ${id} is not known here while the store is away; try again later`;
  return new DataAdapterError('UNAVAILABLE', message, { entity, id });
}
