import { frozenDate } from './frozen-date.js';
import { READABLE_ID, UUID_V7 } from './identifiers.js';
import { frozenJson, type JsonObject, type JsonProblem } from './json-value.js';
import {
  READABLE_ID_PROBLEM,
  jsonObjectProblem,
  readableIdListProblem,
  textListProblem,
  textProblem,
  timestampProblem,
  type TextBounds,
  type TextListBounds,
} from './rule-decorators.js';

/** A fragment of a JSON Schema (2020-12), as plain JSON. */
export type SchemaFragment = Readonly<Record<string, unknown>>;

/** One rule, ready to run: what class-validator's decorator of the same name says, without its machinery. */
export interface CompiledRule {
  /** Why the value breaks the rule; a string means the value itself, an object names the place inside it. */
  readonly problemOf: (value: unknown) => string | JsonProblem | undefined;
  /** How a value that passed is taken into a record so that nothing is shared with the caller. */
  readonly copy?: (value: never) => unknown;
  readonly schema: SchemaFragment;
}

const PATTERN_PROBLEMS = new Map([
  [READABLE_ID.source, READABLE_ID_PROBLEM],
  [UUID_V7.source, 'must be a UUIDv7 in lower case'],
]);

/**
 * Every decorator that the domain's rule classes may use, by the name class-validator keeps for it.
 * The table is closed: a decorator that is not here fails at import, so no rule is dropped in silence.
 */
export const RULE_TABLE: Readonly<Record<string, (constraints: readonly never[]) => CompiledRule>> = {
  matches: ([pattern]: readonly RegExp[]) => ({
    problemOf: (value) =>
      typeof value === 'string' && pattern!.test(value)
        ? undefined
        : (PATTERN_PROBLEMS.get(pattern!.source) ?? `must match ${pattern!.source}`),
    schema: { type: 'string', pattern: pattern!.source },
  }),
  isIn: ([words]: readonly (readonly string[])[]) => {
    const allowed = new Set<unknown>(words);
    const problem = `must be one of ${words!.join(', ')}`;
    return {
      problemOf: (value) => (allowed.has(value) ? undefined : problem),
      schema: { type: 'string', enum: words },
    };
  },
  isInt: () => ({
    problemOf: (value) => (Number.isInteger(value) ? undefined : 'must be a whole number'),
    schema: { type: 'integer' },
  }),
  min: ([least]: readonly number[]) => ({
    problemOf: (value) =>
      typeof value === 'number' && value >= least! ? undefined : `must be at least ${least!}`,
    schema: { minimum: least },
  }),
  max: ([most]: readonly number[]) => ({
    problemOf: (value) =>
      typeof value === 'number' && value <= most! ? undefined : `must be at most ${most!}`,
    schema: { maximum: most },
  }),
  isBoolean: () => ({
    problemOf: (value) => (typeof value === 'boolean' ? undefined : 'must be true or false'),
    schema: { type: 'boolean' },
  }),
  isPlainText: ([bounds]: readonly TextBounds[]) => ({
    problemOf: (value) => textProblem(value, bounds!),
    schema: { type: 'string', minLength: bounds!.min, maxLength: bounds!.max },
  }),
  isTextList: ([bounds]: readonly TextListBounds[]) => ({
    problemOf: (value) => textListProblem(value, bounds!),
    copy: (list: readonly string[]) => Object.freeze([...list]),
    schema: {
      type: 'array',
      maxItems: bounds!.maxItems,
      items: { type: 'string', minLength: bounds!.min, maxLength: bounds!.max },
    },
  }),
  isReadableIdList: ([maxItems]: readonly number[]) => ({
    problemOf: (value) => readableIdListProblem(value, maxItems!),
    copy: (list: readonly string[]) => Object.freeze([...list]),
    schema: { type: 'array', maxItems, items: { type: 'string', pattern: READABLE_ID.source } },
  }),
  isTimestamp: () => ({
    problemOf: timestampProblem,
    copy: (date: Date) => frozenDate(date),
    schema: { type: 'string', format: 'date-time' },
  }),
  isJsonObject: () => ({
    problemOf: jsonObjectProblem,
    copy: (value: JsonObject) => frozenJson(value),
    schema: { type: 'object', additionalProperties: true },
  }),
};
