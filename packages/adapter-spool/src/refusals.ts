import { DataAdapterError } from '@test-coordinator/ports';

export function refuseOther(entity: string, id: string): never {
  const message = `${entity} ${id} waits already, with other content; choose another id`;
  throw new DataAdapterError('ALREADY_EXISTS', message, { entity, id });
}

/** Without the store's row, a move cannot be judged and its record not be told. */
export function unknownRecord(entity: string, id: string): DataAdapterError {
  const message = `${entity} ${id} is not known here while the store is away; try again later`;
  return new DataAdapterError('UNAVAILABLE', message, { entity, id });
}
