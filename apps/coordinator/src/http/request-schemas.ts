import type { SchemaFragment } from '@test-coordinator/domain';

import { objectOf, propertiesOf } from './record-schemas.js';

/** The body of a change: its fields, and the version that it was made from. */
export function withVersion(changes: SchemaFragment): SchemaFragment {
  const version = {
    type: 'integer',
    minimum: 1,
    description: 'The version that was read; or give If-Match.',
  };
  const properties = { version, ...propertiesOf(changes) };
  return objectOf(properties, Object.keys(properties));
}

export function statusBody(
  statuses: readonly string[],
  more: Readonly<Record<string, SchemaFragment>> = {},
): SchemaFragment {
  return objectOf({ status: { type: 'string', enum: statuses }, ...more }, Object.keys(more));
}
