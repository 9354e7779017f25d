import { InvalidValueError, type Problem } from './invalid-value-error.js';

/**
 * The record after `changes`, frozen and one version later; `null` takes a field away.
 * @throws InvalidValueError when the changed record breaks a rule over several fields.
 */
export function withChanges<Entity extends { readonly version: number }>(
  entity: Entity,
  changes: object,
  stamp: Partial<Entity>,
  across: (changed: Entity) => Problem | undefined,
): Entity {
  const changed: Record<string, unknown> = { ...entity };
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) delete changed[key];
    else changed[key] = value;
  }
  Object.assign(changed, stamp, { version: entity.version + 1 });
  const problem = across(changed as unknown as Entity);
  if (problem !== undefined) throw new InvalidValueError('changes', [problem]);
  return Object.freeze(changed) as unknown as Entity;
}
