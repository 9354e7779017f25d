import { ValidateBy, ValidateIf } from './class-validator.js';

import { READABLE_ID } from './identifiers.js';
import { jsonProblem, plainTextProblem, type JsonProblem } from './json-value.js';

/** Bounds of a text in UTF-16 units. */
export interface TextBounds {
  readonly min: number;
  readonly max: number;
}
/** Bounds of a list of texts, and of each of them. */
export interface TextListBounds extends TextBounds {
  readonly maxItems: number;
}

/** Times outside these years have no four-digit ISO 8601 form. (Date.UTC takes the year 1 for 1901.) */
const EARLIEST_MS = Date.parse('0001-01-01T00:00:00.000Z');
const LATEST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

export function textProblem(value: unknown, { min, max }: TextBounds): string | undefined {
  if (typeof value !== 'string') return 'must be text';
  if (value.length < min) return min === 1 ? 'must not be empty' : `must have at least ${min} characters`;
  if (value.length > max) return `must have at most ${max} characters`;
  return plainTextProblem(value);
}

export function textListProblem(value: unknown, bounds: TextListBounds): JsonProblem | undefined {
  return listProblem(value, bounds.maxItems, (item) => textProblem(item, bounds));
}

export function readableIdListProblem(value: unknown, maxItems: number): JsonProblem | undefined {
  return listProblem(value, maxItems, (item) =>
    typeof item === 'string' && READABLE_ID.test(item) ? undefined : READABLE_ID_PROBLEM,
  );
}

export const READABLE_ID_PROBLEM =
  'must be 1–128 letters, digits or . _ : - and must start with a letter or a digit';

export function timestampProblem(value: unknown): string | undefined {
  if (!(value instanceof Date)) return 'must be a Date';
  const time = value.getTime();
  return time >= EARLIEST_MS && time <= LATEST_MS ? undefined : 'must be a valid time in the years 1 to 9999';
}

export function jsonObjectProblem(value: unknown): JsonProblem | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { path: '', problem: 'must be a JSON object' };
  }
  return jsonProblem(value);
}

function listProblem(
  value: unknown,
  maxItems: number,
  problemOf: (item: unknown) => string | undefined,
): JsonProblem | undefined {
  if (!Array.isArray(value)) return { path: '', problem: 'must be a list' };
  if (value.length > maxItems) return { path: '', problem: `must have at most ${maxItems} items` };
  for (let index = 0; index < value.length; index += 1) {
    const problem = problemOf(value[index]);
    if (problem !== undefined) return { path: `[${index}]`, problem };
  }
  return undefined;
}

// The decorators below are what class-validator lacks. Each is a rule of the closed table in compiled-rules.ts.

export function IsPlainText(bounds: TextBounds): PropertyDecorator {
  return rule('isPlainText', [bounds], (value) => textProblem(value, bounds) === undefined);
}

export function IsTextList(bounds: TextListBounds): PropertyDecorator {
  return rule('isTextList', [bounds], (value) => textListProblem(value, bounds) === undefined);
}

export function IsReadableIdList(maxItems: number): PropertyDecorator {
  return rule(
    'isReadableIdList',
    [maxItems],
    (value) => readableIdListProblem(value, maxItems) === undefined,
  );
}

export function IsTimestamp(): PropertyDecorator {
  return rule('isTimestamp', [], (value) => timestampProblem(value) === undefined);
}

export function IsJsonObject(): PropertyDecorator {
  return rule('isJsonObject', [], (value) => jsonObjectProblem(value) === undefined);
}

/** For changes: the property may be left out (nothing changes), but `null` is judged like any value. */
export function MayBeLeftOut(): PropertyDecorator {
  return ValidateIf((_object, value) => value !== undefined);
}

function rule(
  name: string,
  constraints: unknown[],
  validate: (value: unknown) => boolean,
): PropertyDecorator {
  return ValidateBy({
    name,
    constraints,
    validator: { validate, defaultMessage: () => `breaks the rule ${name}` },
  });
}
