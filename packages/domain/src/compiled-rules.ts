import { getMetadataStorage, ValidationTypes } from './class-validator.js';

import type { Given } from './given.js';
import { InvalidValueError, type Problem } from './invalid-value-error.js';
import { RULE_TABLE, type CompiledRule, type SchemaFragment } from './rule-table.js';

/** At most so many problems are told of one input. */
const MAX_PROBLEMS = 20;
const NO_PROBLEMS: readonly Problem[] = Object.freeze([]);

type RuleClass<Input> = new () => Input;

interface PropertyRules {
  readonly name: string;
  /** Told by the decorators: IsOptional takes `null` for left out, MayBeLeftOut does not. */
  readonly mayBeAbsent: boolean;
  readonly nullIsAbsent: boolean;
  readonly rules: readonly CompiledRule[];
  readonly copy: ((value: never) => unknown) | undefined;
  readonly fallback: unknown;
}

export interface RuleOptions<Input> {
  /** What an absent property becomes; frozen values only, they are shared by every record. */
  readonly defaults?: Readonly<Partial<Record<keyof Input & string, unknown>>>;
  /** Keep `null` of optional properties in what is read: for changes, where it clears the property. */
  readonly keepNull?: boolean;
  /** The id that is minted when it is absent. */
  readonly minted?: keyof Input & string;
  /** A rule over several properties, asked once each property is sound by itself. */
  readonly across?: (fields: Input) => Problem | undefined;
}

/**
 * The rules that class-validator's decorators declare on a class, compiled once into direct checks.
 * `validateSync` spends 8.6 µs on a record of twelve fields (a quarter of a bulk insert of 1,000 rows);
 * this spends under 1 µs and says the same, which a property test holds.
 */
export interface CompiledRules<Input> {
  /** The decorated class: what class-validator itself would judge by. */
  readonly ruleClass: RuleClass<object>;
  /** What is wrong with `input`, in the order of the declarations; empty when nothing is. */
  problems(input: unknown): readonly Problem[];
  /**
   * A fresh object of the declared properties, in their order, with defaults filled in and the id minted where it is absent;
   * it shares nothing that can change with `input`.
   * @throws InvalidValueError
   */
  read(input: unknown, mintId?: () => string): Input;
  /** The same rules as JSON Schema, for documents that describe the wire. */
  readonly schema: SchemaFragment;
}

export function compileRules<Input extends object>(
  subject: string,
  ruleClass: RuleClass<Input>,
  options: RuleOptions<Input> = {},
): CompiledRules<Given<Input>> {
  const { defaults = {}, keepNull = false, minted, across } = options;
  const properties = propertiesOf(ruleClass, defaults as Readonly<Record<string, unknown>>);
  const known = new Set(properties.map(({ name }) => name));

  function problems(input: unknown): readonly Problem[] {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) {
      return [{ path: subject, problem: 'must be an object' }];
    }
    let found: Problem[] | undefined;
    for (let index = 0; index < properties.length; index += 1) {
      const property = properties[index]!;
      const problem = problemOf(property, (input as Record<string, unknown>)[property.name]);
      if (problem !== undefined) (found ??= []).push(problem);
    }
    for (const key of Object.keys(input)) {
      if (known.has(key)) continue;
      (found ??= []).push({ path: key.slice(0, 100), problem: 'is not a field that is known here' });
      if (found.length >= MAX_PROBLEMS) break;
    }
    return found ?? NO_PROBLEMS;
  }

  function refused(input: unknown): InvalidValueError {
    return new InvalidValueError(subject, problems(input));
  }

  // One pass judges and copies; the list of problems is made only for an input that is refused.
  function read(input: unknown, mintId?: () => string): Given<Input> {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) throw refused(input);
    const fields: Record<string, unknown> = {};
    for (let index = 0; index < properties.length; index += 1) {
      const property = properties[index]!;
      const { name, copy, fallback } = property;
      const value = (input as Record<string, unknown>)[name];
      if (problemOf(property, value) !== undefined) throw refused(input);
      if (value !== undefined && value !== null)
        fields[name] = copy === undefined ? value : copy(value as never);
      else if (value === null && keepNull) fields[name] = null;
      else if (fallback !== undefined) fields[name] = fallback;
      else if (name === minted && mintId !== undefined) fields[name] = mintId();
    }
    for (const key of Object.keys(input)) if (!known.has(key)) throw refused(input);
    const problem = across?.(fields as Input);
    if (problem !== undefined) throw new InvalidValueError(subject, [problem]);
    return fields as Given<Input>;
  }

  return { ruleClass, problems, read, schema: schemaOf(properties) };
}

function problemOf(property: PropertyRules, value: unknown): Problem | undefined {
  if (value === undefined || (value === null && property.nullIsAbsent)) {
    return property.mayBeAbsent ? undefined : { path: property.name, problem: 'is required' };
  }
  for (const rule of property.rules) {
    const found = rule.problemOf(value);
    if (found === undefined) continue;
    if (typeof found === 'string') return { path: property.name, problem: found };
    return { path: `${property.name}${found.path}`, problem: found.problem };
  }
  return undefined;
}

function propertiesOf(
  ruleClass: RuleClass<object>,
  defaults: Readonly<Record<string, unknown>>,
): PropertyRules[] {
  const metadata = getMetadataStorage().getTargetValidationMetadatas(ruleClass, '', false, false);
  const byName = new Map<string, typeof metadata>();
  for (const entry of metadata) {
    const entries = byName.get(entry.propertyName);
    if (entries === undefined) byName.set(entry.propertyName, [entry]);
    else entries.push(entry);
  }
  return [...byName].map(([name, entries]) => {
    const rules: CompiledRule[] = [];
    let mayBeAbsent = false;
    let nullIsAbsent = false;
    // Decorators run from the last to the first; the rules are told in the order in which they are written.
    for (const entry of entries.reverse()) {
      if (entry.type === ValidationTypes.CONDITIONAL_VALIDATION) {
        mayBeAbsent = true;
        nullIsAbsent = entry.name === 'isOptional';
        continue;
      }
      const compile = RULE_TABLE[entry.name ?? ''];
      if (compile === undefined) {
        throw new TypeError(`${ruleClass.name}.${name}: no compiled form of ${entry.name ?? entry.type}`);
      }
      // class-validator types constraints as any[]; each rule of the table knows its own.
      rules.push(compile((entry.constraints ?? []) as unknown as readonly never[]));
    }
    const copy = rules.find((rule) => rule.copy !== undefined)?.copy;
    return { name, mayBeAbsent, nullIsAbsent, rules, copy, fallback: defaults[name] };
  });
}

function schemaOf(properties: readonly PropertyRules[]): SchemaFragment {
  const described = properties.map(({ name, rules, fallback, nullIsAbsent }) => {
    const schema: Record<string, unknown> = {};
    for (const rule of rules) Object.assign(schema, rule.schema);
    if (nullIsAbsent) {
      schema['type'] = [schema['type'], 'null'];
      if (Array.isArray(schema['enum'])) schema['enum'] = [...(schema['enum'] as unknown[]), null];
    }
    if (fallback !== undefined) schema['default'] = fallback;
    return [name, schema] as const;
  });
  return {
    type: 'object',
    additionalProperties: false,
    required: properties.filter(({ mayBeAbsent }) => !mayBeAbsent).map(({ name }) => name),
    properties: Object.fromEntries(described),
  };
}
