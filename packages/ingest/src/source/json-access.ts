import type { JsonObject, JsonValue } from '@test-coordinator/domain';

/**
 * Reading a document that somebody else wrote: each function answers with the value when it has the kind that is
 * asked for, and with `undefined` (or nothing in it) for every other.
 */

export function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined;
}

export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

/** The objects of a list; what is no object is passed over. */
export function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return listOf(value)
    .map((item) => objectOf(item))
    .filter((object) => object !== undefined);
}

/** Text that is not blank. */
export function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** The texts of a list; what is no text is passed over. */
export function textsOf(value: JsonValue | undefined): readonly string[] {
  return listOf(value).flatMap((item) => textOf(item) ?? []);
}

export function numberOf(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
