import { DataAdapterError } from '@test-coordinator/ports';

import type { ParentTable } from './insert-statements.js';

/** What a new record refers to. */
export interface Parent<Entity> extends ParentTable {
  readonly entity: string;
  /** The record's property that names it. */
  readonly property: keyof Entity & string;
}

/** @param place Where the record stands in a batch. */
export function alreadyExists(entity: string, id: string, place?: string): DataAdapterError {
  const path = place === undefined ? undefined : `${place}.${entity}Id`;
  const message = `${path === undefined ? '' : `${path}: `}${entity} ${id} is stored with other content; give the new ${entity} an id of its own`;
  return new DataAdapterError('ALREADY_EXISTS', message, {
    entity,
    id,
    ...(path !== undefined && { problems: [{ path, problem: 'is the id of a record with other content' }] }),
  });
}

/** @param place Where the record stands in a batch. */
export function parentMissing<Entity>(
  entity: string,
  id: string,
  { entity: parent, property }: Parent<Entity>,
  record: Entity,
  place?: string,
): DataAdapterError {
  const path = place === undefined ? property : `${place}.${property}`;
  const message = `${entity} ${id}: ${path} names a ${parent} that is not stored; create the ${parent} first`;
  return new DataAdapterError('REFERENCE_VIOLATION', message, {
    entity,
    id,
    details: { parent, parentId: record[property] },
    problems: [{ path, problem: `names no ${parent}` }],
  });
}

/** Every try met a rival, or the unit's transaction was lost to one. */
export function contended(entity: string, id: string): DataAdapterError {
  const message = `${entity} ${id} was created by somebody else at the same time; try again`;
  return new DataAdapterError('VERSION_CONFLICT', message, { entity, id });
}
