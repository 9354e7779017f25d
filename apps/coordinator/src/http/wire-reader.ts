import type { Problem, SchemaFragment } from '@test-coordinator/domain';
import { DataAdapterError, type ListRequest } from '@test-coordinator/ports';

import { propertiesOf } from './record-schemas.js';

/**
 * Turns what came over the wire into what ports take: times become Dates, and fields that the route's schema does not
 * declare are refused. All other rules are the domain's and the ports', and are not told a second time here.
 */

const ISO_TIME =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
const TIME_PROBLEM = 'must be a time in ISO 8601 with an offset, such as 2026-01-31T09:30:00Z';
const UNKNOWN_PROBLEM = 'is not a field that is known here';

/** In days. */
const SHORTEST_MONTH = 28;

/** At most so many problems are told of one request. */
const MAX_PROBLEMS = 20;

/** @throws DataAdapterError `INVALID_ARGUMENT` when the body is no object, holds unknown fields or bad times. */
export function readBody<Input>(schema: SchemaFragment, body: unknown): Input {
  return readFields(schema, body, 'body') as Input;
}

/** The parameters of a query as they are. @throws DataAdapterError `INVALID_ARGUMENT` for unknown ones. */
export function readQuery<Parameters>(schema: SchemaFragment, query: unknown): Parameters {
  return readFields(schema, query, 'query') as Parameters;
}

function readFields(schema: SchemaFragment, given: unknown, subject: string): Record<string, unknown> {
  const problems: Problem[] = [];
  const fields = readObject(declaredBy(schema), given, problems);
  refuse(problems, subject);
  return fields;
}

/** One of many. @throws DataAdapterError as `readBody`; paths start with `place`. */
export function readItem<Input>(schema: SchemaFragment, item: unknown, place: string): Input {
  const problems: Problem[] = [];
  const fields = readObject(declaredBy(schema), item, problems);
  refuse(placed(problems, place), 'body');
  return fields as Input;
}

/** The list under `name`, which is all that the body may hold. @throws DataAdapterError as `readBody`; paths start with `name[i]`. */
export function readBulk<Input>(schema: SchemaFragment, body: unknown, name: string): readonly Input[] {
  const list: unknown = readFields({ properties: { [name]: {} } }, body, 'body')[name];
  if (!Array.isArray(list)) return list as readonly Input[];
  const declared = declaredBy(schema);
  const problems: Problem[] = [];
  const items = list.map((item: unknown, index) => {
    const ofItem: Problem[] = [];
    const fields = readObject(declared, item, ofItem);
    if (ofItem.length > 0) problems.push(...placed(ofItem, `${name}[${index}]`));
    return fields;
  });
  refuse(problems.slice(0, MAX_PROBLEMS), 'body');
  return items as readonly Input[];
}

/** The filter and the page of a list's query. @throws DataAdapterError `INVALID_ARGUMENT` for unknown parameters and bad times. */
export function readListQuery<Filter>(
  schema: SchemaFragment,
  query: unknown,
): { filter: Filter; page: ListRequest } {
  const { limit, cursor, offset, ...filter } = readFields(schema, query, 'query');
  for (const [name, property] of Object.entries(propertiesOf(schema))) {
    const value = filter[name];
    if (typeof value !== 'string') continue;
    // A set without a member, which matches nothing, is told by an empty text: no set has one as a member.
    if (property['type'] === 'array') filter[name] = value === '' ? [] : [value];
    if (property['type'] === 'integer') filter[name] = wholeNumber(value);
    if (property['type'] === 'number') filter[name] = decimal(value);
    // What is neither stays text, which the port refuses in its own words.
    if (property['type'] === 'boolean' && /^(true|false)$/.test(value)) filter[name] = value === 'true';
  }
  const page: Record<string, unknown> = {};
  if (limit !== undefined) page['limit'] = wholeNumber(limit);
  if (cursor !== undefined) page['cursor'] = cursor;
  if (offset !== undefined) page['offset'] = wholeNumber(offset);
  return { filter: filter as Filter, page };
}

/** What is no whole number becomes NaN, which the port refuses in its own words. */
function wholeNumber(value: unknown): number {
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
}

function decimal(text: string): number {
  return /^\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : Number.NaN;
}

/** Told of a schema once: whether each of its fields is a time. */
const declared = new WeakMap<SchemaFragment, ReadonlyMap<string, boolean>>();

function declaredBy(schema: SchemaFragment): ReadonlyMap<string, boolean> {
  let fields = declared.get(schema);
  if (fields === undefined) {
    fields = new Map(
      Object.entries(propertiesOf(schema)).map(([name, { format }]) => [name, format === 'date-time']),
    );
    declared.set(schema, fields);
  }
  return fields;
}

/**
 * The object itself, with Dates for times: it came out of a parser, and nobody else has it. To copy a batch took as long as
 * to read it. What is wrong goes to `problems`, by the path within the object: a path is made for what is wrong alone.
 */
function readObject(
  declared: ReadonlyMap<string, boolean>,
  given: unknown,
  problems: Problem[],
): Record<string, unknown> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    problems.push({ path: '', problem: 'must be an object' });
    return {};
  }
  const fields = given as Record<string, unknown>;
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    const isTime = declared.get(name);
    if (isTime === false || (isTime === true && value == null)) continue;
    if (problems.length >= MAX_PROBLEMS) break;
    if (isTime === undefined) {
      problems.push({ path: name === '' ? '""' : name.slice(0, 200), problem: UNKNOWN_PROBLEM });
    } else {
      const time = readTime(value);
      if (time === undefined) problems.push({ path: name, problem: TIME_PROBLEM });
      fields[name] = time;
    }
  }
  return fields;
}

/** The same problems of an object that is at `place`. */
function placed(problems: readonly Problem[], place: string): readonly Problem[] {
  return problems.map(({ path, problem }) => ({ path: path === '' ? place : `${place}.${path}`, problem }));
}

/** Digits beyond the millisecond are cut off. `Date.parse` alone takes 30 February for 2 March. */
function readTime(value: unknown): Date | undefined {
  const [, year, month, day] = (typeof value === 'string' && ISO_TIME.exec(value)) || [];
  if (day === undefined) return undefined;
  const isDay = Number(day) <= SHORTEST_MONTH || Number(day) <= daysIn(Number(year), Number(month));
  return isDay ? new Date(value as string) : undefined;
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function refuse(problems: readonly Problem[], subject: string): void {
  if (problems.length === 0) return;
  const told = problems.map(({ path, problem }) => ({ path: path === '' ? 'body' : path, problem }));
  const sentence = told.map(({ path, problem }) => `${path} ${problem}`).join('; ');
  throw new DataAdapterError('INVALID_ARGUMENT', `${subject}: ${sentence}`, { problems: told });
}
