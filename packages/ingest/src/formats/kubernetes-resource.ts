import type { JsonObject } from '@test-coordinator/domain';

import { objectOf, textOf } from '../source/json-access.js';
import { nameText } from '../mapping/stored-text.js';

/** The resource's own name, or its kind when it has none. */
export function resourceName(document: JsonObject): string {
  const metadata = objectOf(document['metadata']);
  const name =
    textOf(metadata?.['name']) ??
    textOf(metadata?.['generateName']) ??
    textOf(document['kind']) ??
    'resource';
  return nameText(name, 'metadata.name', 200);
}

/** What makes two exports of one definition equal: not what the cluster adds, such as the status or the uid. */
export function resourceIdentity(document: JsonObject): JsonObject {
  const metadata = objectOf(document['metadata']);
  return {
    apiVersion: document['apiVersion'] ?? null,
    kind: document['kind'] ?? null,
    name: metadata?.['name'] ?? null,
    namespace: metadata?.['namespace'] ?? null,
    spec: document['spec'] ?? null,
  };
}
