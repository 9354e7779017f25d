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
  const fields = readObject(schema, given, '', problems);
  refuse(problems, subject);
  return fields;
}

/** One of many. @throws DataAdapterError as `readBody`; paths start with `place`. */
export function readItem<Input>(schema: SchemaFragment, item: unknown, place: string): Input {
  const problems: Problem[] = [];
  const fields = readObject(schema, item, place, problems);
  refuse(problems, 'body');
  return fields as Input;
}

/** The list under `name`, which is all that the body may hold. @throws DataAdapterError as `readBody`; paths start with `name[i]`. */
export function readBulk<Input>(schema: SchemaFragment, body: unknown, name: string): readonly Input[] {
  const list: unknown = readFields({ properties: { [name]: {} } }, body, 'body')[name];
  if (!Array.isArray(list)) return list as readonly Input[];
  const problems: Problem[] = [];
  const items = list.map((item: unknown, index) => readObject(schema, item, `${name}[${index}]`, problems));
  refuse(problems, 'body');
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

function readObject(
  schema: SchemaFragment,
  given: unknown,
  path: string,
  problems: Problem[],
): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    problems.push({ path: path === '' ? 'body' : path, problem: 'must be an object' });
    return fields;
  }
  const properties = propertiesOf(schema);
  for (const [name, value] of Object.entries(given)) {
    const place = path === '' ? name : `${path}.${name}`;
    if (problems.length >= MAX_PROBLEMS) break;
    if (!Object.hasOwn(properties, name)) {
      problems.push({ path: place.slice(0, 200), problem: UNKNOWN_PROBLEM });
    } else if (properties[name]!['format'] === 'date-time' && value != null) {
      const time = readTime(value);
      if (time === undefined) problems.push({ path: place, problem: TIME_PROBLEM });
      fields[name] = time;
    } else {
      fields[name] = value;
    }
  }
  return fields;
}

/** Digits beyond the millisecond are cut off. `Date.parse` alone takes 30 February for 2 March. */
function readTime(value: unknown): Date | undefined {
  const [, year, month, day] = (typeof value === 'string' && ISO_TIME.exec(value)) || [];
  if (day === undefined) return undefined;
  const daysInMonth = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return Number(day) <= daysInMonth ? new Date(value as string) : undefined;
}

function refuse(problems: readonly Problem[], subject: string): void {
  if (problems.length === 0) return;
  const sentence = problems.map(({ path, problem }) => `${path} ${problem}`).join('; ');
  throw new DataAdapterError('INVALID_ARGUMENT', `${subject}: ${sentence}`, { problems });
}
