import { canonicalJson, type JsonObject, type JsonValue } from './json-value.js';

/** What the store assigns: it differs between two tries of the same creation and is not compared. */
const ASSIGNED = new Set(['createdAt', 'updatedAt', 'version']);

/**
 * What was given when a record was created, defaults filled in, as canonical JSON. Two creations under one id
 * are the same when their contents are equal; a store keeps this (or a hash of it) beside a record that moves on.
 */
export function creationContent(created: object): string {
  const content: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(created)) {
    if (value === undefined || ASSIGNED.has(key)) continue;
    content[key] = value instanceof Date ? value.toISOString() : (value as JsonValue);
  }
  return canonicalJson(content as JsonObject);
}
