/** Scenario ids, service ids and service names: 1–128 of letters, digits and `. _ : -`, letter or digit first. */
export const READABLE_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

/** Run, event and result ids: UUIDv7 (RFC 9562) in its canonical lower-case form. */
export const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export function isReadableId(value: unknown): value is string {
  return typeof value === 'string' && READABLE_ID.test(value);
}

export function isUuidV7(value: unknown): value is string {
  return typeof value === 'string' && UUID_V7.test(value);
}
