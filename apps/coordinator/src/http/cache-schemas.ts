import type { SchemaFragment } from '@test-coordinator/domain';

import { COUNT, listOf, named, objectOf, orNull, type NamedSchema } from './record-schemas.js';

/** The shapes of what the cache's routes take and answer, as JSON Schema. */

/** What the namespace leaves of the 512 characters of a key of the port. */
export const MAX_KEY_LENGTH = 440;

export const TEXT: SchemaFragment = { type: 'string' };
const WHOLE: SchemaFragment = { type: 'integer' };
export const VALUE: SchemaFragment = { description: 'Any JSON value' };
const TTL: SchemaFragment = {
  ...orNull({ type: 'number', minimum: 0.001 }),
  description: 'Seconds; null for ever, and left out the configured default',
};
const namespaceParameter = {
  type: 'string',
  description: '1–64 letters, digits and . _ -; who calls under one does not see what is under another',
};
export const ofNamespace = objectOf({ namespace: namespaceParameter });
export const ofKey = objectOf({
  namespace: namespaceParameter,
  key: { type: 'string', minLength: 1, maxLength: MAX_KEY_LENGTH, description: 'The key, percent-encoded' },
});
const pattern = { type: 'string', description: 'A Redis glob over the whole key', default: '*' };
export const listQuery = objectOf({ pattern }, ['pattern']);
export const deleteQuery = objectOf(
  { pattern: { ...TEXT, description: 'A Redis glob over the whole key' }, keys: listOf(TEXT) },
  ['pattern', 'keys'],
);
export const write = objectOf({ value: VALUE, ttlSeconds: TTL }, ['ttlSeconds']);
export const writeMany = objectOf(
  {
    entries: { ...listOf(objectOf({ key: TEXT, value: VALUE })), minItems: 1, maxItems: 1_000 },
    ttlSeconds: TTL,
  },
  ['ttlSeconds'],
);
export const manyKeys = objectOf({ keys: { ...listOf(TEXT), minItems: 1, maxItems: 1_000 } });
export const expiry = objectOf({ ttlSeconds: { ...TTL, description: 'Seconds from now; null for ever' } });
export const step = objectOf(
  { by: { ...WHOLE, default: 1 }, ttlSeconds: { ...TTL, description: 'Of an entry that starts here' } },
  ['by', 'ttlSeconds'],
);

export const CACHE_ENTRY = named(
  'CacheEntry',
  objectOf({
    key: TEXT,
    value: VALUE,
    ttlSeconds: { ...orNull({ type: 'number', minimum: 0 }), description: 'What is left; null for ever' },
  }),
);
export const CACHE_ENTRIES = named(
  'CacheEntries',
  objectOf({ items: listOf(objectOf({ key: TEXT, value: VALUE })) }),
);
export const CACHE_KEYS = named('CacheKeys', objectOf({ keys: listOf(TEXT) }));
export const CACHE_NUMBER = named('CacheNumber', objectOf({ value: WHOLE }));
export const DELETED_ENTRIES = named('DeletedEntries', objectOf({ deleted: COUNT }));
export const CACHE_SCHEMAS: readonly NamedSchema[] = [
  CACHE_ENTRY,
  CACHE_ENTRIES,
  CACHE_KEYS,
  CACHE_NUMBER,
  DELETED_ENTRIES,
];
